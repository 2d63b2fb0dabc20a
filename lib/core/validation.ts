import { Token } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { type Shape, problems } from '../../contract/shape';

/** The error for a problem with a construct; the path tells which one. */
export function invalid(scope: IConstruct, problem: string): Error {
  return new Error(`${problem} (in ${scope.node.path})`);
}

/** What a lookup of Systems Manager stands for before it is made: `StringParameter.valueFromLookup`. */
const DUMMY = /^dummy-value-for-/;

/** Whether a value is known at deployment only, or after a lookup that is still to be made. */
export function isUnknown(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === 'string' && DUMMY.test(value));
}

/** The rules of its shape that a value breaks. What is known at deployment only is left to the handler. */
export function problemsAtSynth<T>(shape: Shape<T>, value: T): string[] {
  return problems(shape, value, { unless: isUnknown });
}

/** Throws where a value breaks a rule of its shape, as far as that is known at synth. */
export function validate<T>(scope: IConstruct, shape: Shape<T>, value: T): void {
  const [problem] = problemsAtSynth(shape, value);
  if (problem) throw invalid(scope, problem);
}
