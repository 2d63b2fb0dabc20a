import { Stack } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { invalid } from './validation';

const declared = new WeakMap<Stack, Map<string, IConstruct>>();

/**
 * Refuses a second construct for one thing in a stack. At deployment it would look like a rename: each would take the
 * thing over from the other.
 *
 * @param what the thing, in words
 * @param identity what tells it from others; tokens are compared by what they stand for
 */
export function refuseSecond(construct: IConstruct, what: string, ...identity: string[]): void {
  const stack = Stack.of(construct);
  const ofStack = declared.get(stack) ?? new Map<string, IConstruct>();
  declared.set(stack, ofStack);
  const key = JSON.stringify(stack.resolve(identity));
  const first = ofStack.get(key);
  if (first) throw invalid(construct, `${what} is declared twice, here and in ${first.node.path}: keep one of the two`);
  ofStack.set(key, construct);
}
