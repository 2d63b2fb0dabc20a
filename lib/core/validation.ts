import { Token } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { type Problem } from '../../contract/shape';

/** The error for a problem with a construct; the path tells which one. */
export function invalid(scope: IConstruct, problem: string): Error {
  return new Error(`${problem} (in ${scope.node.path})`);
}

/** Throws where a value breaks its rule. What is known at deployment only is left to the handler. */
export function validate<T>(scope: IConstruct, value: T | undefined, check: (value: T) => Problem): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  const problem = check(value);
  if (problem) throw invalid(scope, problem);
}

/** The entries of a map that are known now. */
export function knownEntries(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).filter(([key, value]) => !Token.isUnresolved(key) && !Token.isUnresolved(value)),
  );
}
