import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type ClientConfig, clientConfig } from './client-config';
import { type Handlers, type Service } from './handle-event';
import { type StackState } from './stack';

/** Handlers that work on AWS. Clients are made for each event, so that they end with it. */
export function awsService(handlers: (config: ClientConfig, ended: AbortSignal) => Handlers): Service {
  return {
    handlers: ended => handlers(clientConfig(ended), ended),
    describeStack: (stackId, ended) => describeStack(new CloudFormationClient(clientConfig(ended)), stackId),
  };
}

async function describeStack(client: CloudFormationClient, stackId: string): Promise<StackState> {
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
  if (!stack?.StackStatus) throw new Error('CloudFormation described no stack');
  return { status: stack.StackStatus, parentId: stack.ParentId };
}
