import { ScopedAws, type Stack } from 'aws-cdk-lib';
import { type Permission } from './permissions';

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
    {
      // what operation a resource is in, and what its deployment has come to.
      actions: [
        'cloudformation:DescribeStackEvents',
        'cloudformation:DescribeStackResource',
        'cloudformation:DescribeStacks',
      ],
      resources: stacks,
    },
  ];
}
