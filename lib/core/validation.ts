import { Token } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { type Problem, type Shape, problems } from '../../contract/shape';

/** The error for a problem with a construct; the path names the construct. */
export function invalid(scope: IConstruct, problem: string): Error {
  return new Error(`${problem} (in ${scope.node.path})`);
}

/** Which required property is missing: the compiler says that, but not to those who write JavaScript. */
export function missing<P extends object>(props: P, ...required: readonly (keyof P & string)[]): Problem {
  const given = orNone(props);
  const name = required.find(each => given[each] === undefined || given[each] === null);
  return name && `${name} is required, got nothing: set ${name}`;
}

/** In JavaScript, properties can be left out altogether. */
export const orNone = <P extends object>(props: P | null | undefined): Partial<P> => props ?? {};

/** Throws if a required property is missing. */
export function requireProps<P extends object>(
  scope: IConstruct,
  props: P,
  ...required: readonly (keyof P & string)[]
): void {
  const problem = missing(props, ...required);
  if (problem) throw invalid(scope, problem);
}

/** The value of a Systems Manager lookup (`StringParameter.valueFromLookup`) before the lookup. */
const DUMMY = /^dummy-value-for-/;

/** Whether a value is only known at deployment, or after a pending lookup. */
export function isUnknown(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === 'string' && DUMMY.test(value));
}

/** An ARN, or one of its form while it is still to be looked up: the app is synthesized again with the ARN. */
export const arnOrPlaceholder = (arn: string, placeholder: string): string => (DUMMY.test(arn) ? placeholder : arn);

/** The rules of its shape that a value breaks. The handler checks what is only known at deployment. */
export function problemsAtSynth<T>(shape: Shape<T>, value: T): string[] {
  return problems(shape, value, { unless: isUnknown });
}

/** Throws if a value breaks a rule of its shape, as far as the value is known at synth. */
export function validate<T>(scope: IConstruct, shape: Shape<T>, value: T): void {
  const [problem] = problemsAtSynth(shape, value);
  if (problem) throw invalid(scope, problem);
}
