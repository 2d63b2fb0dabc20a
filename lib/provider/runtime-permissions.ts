import { Stack } from 'aws-cdk-lib';
import { rootStackOf } from '../core/environment';
import { Permission } from './permissions';

/** What every handler needs, of any family. */
export function runtimePermissions(stack: Stack, logGroupArn: string): readonly Permission[] {
  // a rollback or deletion of the outermost stack is not always seen in the state of a nested one.
  const stacks = new Set([stack.stackId, rootStackOf(stack).stackId]);
  return [
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn] },
    { actions: ['cloudformation:DescribeStacks'], resources: [...stacks] },
  ];
}
