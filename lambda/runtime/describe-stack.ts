import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ClientConfig } from './client-config';
import { StackState } from './stack';

export async function describeStack(config: ClientConfig, stackId: string): Promise<StackState> {
  const client = new CloudFormationClient(config);
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
  if (!stack?.StackStatus) throw new Error('CloudFormation described no stack');
  return { status: stack.StackStatus, parentId: stack.ParentId };
}
