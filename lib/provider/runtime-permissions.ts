import { ArnFormat, ScopedAws, type Stack } from 'aws-cdk-lib';
import { type Permission } from './permissions';

/** Reads whether an event is still its resource's operation, and whether a deployment has succeeded. */
const STACK_QUESTIONS = [
  'cloudformation:DescribeStackEvents',
  'cloudformation:DescribeStackResource',
  'cloudformation:DescribeStacks',
];

/** What every handler of every family needs. */
export function runtimePermissions(stack: Stack, logGroupArn: string): readonly Permission[] {
  // the state of a nested stack does not always show a rollback or deletion of the stacks around it.
  const stacks: string[] = [];
  for (let at: Stack | undefined = stack; at; at = at.nestedStackParent) {
    // not `at.stackId`: passed to a stack within, the id of a nested stack would make the nested stack depend on
    // itself.
    stacks.push(new ScopedAws(at).stackId);
  }
  return [
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn] },
    { actions: STACK_QUESTIONS, resources: stacks },
  ];
}

/**
 * What a handler needs to find out about other stacks that own an artifact: whether such a stack is gone or at rest,
 * and whether the deployment that claimed the artifact has succeeded. If the call is denied, the claimed artifact
 * stays.
 */
export function otherStacksPermissions(stack: Stack): readonly Permission[] {
  return [
    {
      actions: ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'],
      resources: [anyStack(stack)],
      wildcardReason: 'The stacks that own the candidates of a retention are only known when it runs.',
    },
  ];
}

/** What a handler needs to say whether the stack still exists whose artifact it may not take. */
export function ownersPermissions(stack: Stack): readonly Permission[] {
  return [
    {
      actions: ['cloudformation:DescribeStacks'],
      resources: [anyStack(stack)],
      wildcardReason: 'The stack that owns an existing artifact is only known at the deployment.',
    },
  ];
}

const anyStack = (stack: Stack) =>
  stack.formatArn({
    service: 'cloudformation',
    resource: 'stack',
    resourceName: '*/*',
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
