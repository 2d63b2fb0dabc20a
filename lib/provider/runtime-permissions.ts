import { ArnFormat, ScopedAws, type Stack } from 'aws-cdk-lib';
import { type Permission } from './permissions';

/** Whether an event is still its resource's operation, and whether a deployment has succeeded. */
const STACK_QUESTIONS = [
  'cloudformation:DescribeStackEvents',
  'cloudformation:DescribeStackResource',
  'cloudformation:DescribeStacks',
];

/** What every handler needs, of any family. */
export function runtimePermissions(stack: Stack, logGroupArn: string): readonly Permission[] {
  // a rollback or deletion of a stack is not always seen in the state of those that are nested in it.
  const stacks: string[] = [];
  for (let at: Stack | undefined = stack; at; at = at.nestedStackParent) {
    // not `at.stackId`: handed to a stack within, that of a nested stack would make it depend on itself.
    stacks.push(new ScopedAws(at).stackId);
  }
  return [
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn] },
    { actions: STACK_QUESTIONS, resources: stacks },
  ];
}

/**
 * What telling of other stacks needs that own something: whether one is gone or at rest, and whether the deployment
 * that claimed something has succeeded. Where it is denied, what is claimed stays.
 */
export function otherStacksPermissions(stack: Stack): readonly Permission[] {
  const anyStack = { service: 'cloudformation', resource: 'stack', resourceName: '*/*' };
  return [
    {
      actions: ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'],
      resources: [stack.formatArn({ ...anyStack, arnFormat: ArnFormat.SLASH_RESOURCE_NAME })],
      wildcardReason: 'Which stacks own what a retention looks at is only known when it runs.',
    },
  ];
}
