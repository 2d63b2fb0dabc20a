import { type CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { allPages } from '../runtime/retry';

/** A resource of a stack, as far as it tells what else the stack has. */
export interface StackResource {
  readonly logicalId: string;
  readonly physicalId: string;
}

/** The resources that a stack has at the moment. */
export type StackResources = (stackId: string) => Promise<readonly StackResource[]>;

export const stackResources =
  (client: CloudFormationClient): StackResources =>
  async stackId => {
    const all = await allPages(async NextToken => {
      const page = await client.send(new ListStackResourcesCommand({ StackName: stackId, NextToken }));
      return { items: page.StackResourceSummaries, nextToken: page.NextToken };
    });
    return all
      .filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE')
      .map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => ({
        logicalId: LogicalResourceId,
        physicalId: PhysicalResourceId,
      }));
  };
