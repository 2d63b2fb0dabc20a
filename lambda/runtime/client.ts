import { setMaxListeners } from 'node:events';
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Handlers, type Service } from './handle-event';
import { paged } from './retry';
import { type CloudFormationView } from './stack';
import { type StackResourceState } from './stack-history';

/** The configuration of every AWS client of a handler. */
export interface ClientConfig {
  readonly maxAttempts: 1;
  readonly retryMode: 'standard';
  readonly requestHandler: NodeHttpHandler;
}

/**
 * Clients for one event. No call hangs, and no call is sent once `ended` says that the event has been answered:
 * otherwise Lambda would continue a frozen handler in the middle of the next event.
 */
export function clientConfig(ended: AbortSignal): ClientConfig {
  return {
    // handlers repeat calls themselves, until the deadline: were each repeated by the client as well, the time would be
    // over before anybody could say what is wrong. So the bundles have nothing that repeats.
    maxAttempts: 1,
    retryMode: 'standard',
    requestHandler: new EndingHttpHandler(ended),
  };
}

/**
 * How many connections are open at a time. A call that waits for a connection is late, and its pace does not see that.
 * The SDK's own limit is 50.
 */
const SOCKETS = 1024;

const CONNECTING = 3_000;
/** How long, in ms, a client waits for an answer. */
export const ANSWERING = 20_000;

/** How long, in ms, a call can take. */
export const LONGEST_CALL = CONNECTING + ANSWERING;

/** How long, in ms, a service may take to carry out a call without an answer: longer than the client waits for it. */
export const LATEST_EFFECT = LONGEST_CALL + 2_000;

class EndingHttpHandler extends NodeHttpHandler {
  constructor(private readonly ended: AbortSignal) {
    super({
      connectionTimeout: CONNECTING,
      requestTimeout: ANSWERING,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: SOCKETS },
      httpsAgent: { maxSockets: SOCKETS },
    });
    // each call under way listens, and Node.js takes more than ten for a leak: its warning would be in the log.
    setMaxListeners(0, ended);
  }

  override handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    return super.handle(request, { ...options, abortSignal: this.ended });
  }
}

/** Handlers that work on AWS. Clients are made for each event, so that they end with the event. */
export function awsService(handlers: (config: ClientConfig, ended: AbortSignal) => Handlers): Service {
  return {
    handlers: ended => handlers(clientConfig(ended), ended),
    view: ended => cloudFormationView(new CloudFormationClient(clientConfig(ended))),
  };
}

/** What a client of CloudFormation answers the questions of handlers with. */
export function cloudFormationView(client: CloudFormationClient): CloudFormationView {
  return {
    describeStack: async StackName => {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      if (!stack?.StackStatus) throw new Error('CloudFormation described no stack');
      const { StackStatus: status, ParentId: parentId, LastUpdatedTime } = stack;
      return { status, parentId, updatedAt: LastUpdatedTime?.getTime() };
    },
    describeResource: async (StackName, LogicalResourceId) => {
      try {
        const { StackResourceDetail: found } = await client.send(
          new DescribeStackResourceCommand({ StackName, LogicalResourceId }),
        );
        return found && stateOf(found, found.LastUpdatedTimestamp);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'ValidationError') throw error;
        return undefined;
      }
    },
    events: async function* (StackName) {
      const all = paged(async NextToken => {
        const page = await client.send(new DescribeStackEventsCommand({ StackName, NextToken }));
        return { items: page.StackEvents, nextToken: page.NextToken };
      });
      for await (const entry of all) {
        const { LogicalResourceId: logicalId = '', ResourceProperties: properties, Timestamp } = entry;
        yield { ...stateOf(entry, Timestamp), logicalId, properties };
      }
    },
    resources: async function* (StackName) {
      for await (const { ResourceType: type = '', ...entry } of listedResources(client, StackName)) {
        const { LogicalResourceId: logicalId = '', PhysicalResourceId: physicalId, ResourceStatus = '' } = entry;
        if (!/^DELETE_(COMPLETE|SKIPPED)$/.test(ResourceStatus)) yield { logicalId, physicalId, type };
      }
    },
  };
}

/** What CloudFormation lists of a stack, including deleted stacks. */
export function listedResources(client: CloudFormationClient, StackName: string): AsyncGenerator<StackResourceSummary> {
  return paged(async NextToken => {
    const page = await client.send(new ListStackResourcesCommand({ StackName, NextToken }));
    return { items: page.StackResourceSummaries, nextToken: page.NextToken };
  });
}

function stateOf(
  { ResourceStatus = '', PhysicalResourceId }: { ResourceStatus?: string; PhysicalResourceId?: string },
  timestamp: Date | undefined,
): StackResourceState {
  return { status: ResourceStatus, physicalId: PhysicalResourceId || undefined, changedAt: timestamp?.getTime() ?? 0 };
}
