import { Aws, type IResource, type ResourceEnvironment, Stack, Token } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { invalid } from './validation';

/**
 * Whether two constructs are certainly deployed to one account and region: an environment that is unknown at synth
 * counts as different.
 */
export function sameEnvironment(a: IConstruct, b: IConstruct): boolean {
  const [one, other] = [rootStackOf(a), rootStackOf(b)];
  if (one === other) return true;
  const known = [one.account, one.region, other.account, other.region].every(value => !Token.isUnresolved(value));
  return known && one.account === other.account && one.region === other.region;
}

/** The stack that a construct belongs to; if that stack is nested, the outermost one. */
export function rootStackOf(scope: IConstruct): Stack {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return stack;
}

/**
 * Whether only the deployment can tell if an environment is that of a construct: it is another one, or the environment of
 * one of the two is only known then.
 */
export function isElsewhereMaybe(there: Partial<ResourceEnvironment>, scope: IConstruct): boolean {
  const here = Stack.of(scope);
  return (
    ![here.region, Aws.REGION].includes(there.region ?? '') ||
    ![here.account, Aws.ACCOUNT_ID].includes(there.account ?? '')
  );
}

/** Whether two values are known and differ. */
export function differ(a: string, b: string): boolean {
  return !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b;
}

/** Throws if a construct is not in the account and region of its owner. */
export function requireEnvironmentOf(owner: IResource, scope: IConstruct, what: string, ownerName: string): void {
  const [here, there] = [Stack.of(scope), owner.env];
  if (!differ(here.region, there.region) && !differ(here.account, there.account)) return;
  throw invalid(
    scope,
    `${what} must be in the account and region of ${ownerName}, ${there.account} and ${there.region}, ` +
      `got ${here.account} and ${here.region}: define it in a stack there`,
  );
}
