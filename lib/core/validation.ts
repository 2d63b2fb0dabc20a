import { Token } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { type Problem } from '../../contract/shape';

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

/** Throws where a value breaks its rule. What is known at deployment only is left to the handler. */
export function validate<T>(scope: IConstruct, value: T | undefined, check: (value: T) => Problem): void {
  if (value === undefined || isUnknown(value)) return;
  const problem = check(value);
  if (problem) throw invalid(scope, problem);
}

/** The entries of a map that are known now. */
export function knownEntries(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key, value]) => !isUnknown(key) && !isUnknown(value)));
}
