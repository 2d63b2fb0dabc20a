import { type CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { listedResources } from '../runtime/client';

/** A resource of a stack, with the part of it that is compared. */
export interface StackResource {
  readonly logicalId: string;
  readonly physicalId: string;
  /** Whether it is being deleted, too. Absent: it is not. */
  readonly isGoing?: boolean;
}

/** The resources that a stack has at the moment. */
export type StackResources = (stackId: string) => Promise<readonly StackResource[]>;

export const stackResources =
  (client: CloudFormationClient): StackResources =>
  async stackId => {
    const found: StackResource[] = [];
    for await (const resource of listedResources(client, stackId)) {
      const { LogicalResourceId: logicalId = '', PhysicalResourceId: physicalId = '', ResourceStatus } = resource;
      if (ResourceStatus === 'DELETE_COMPLETE' || ResourceStatus === 'DELETE_SKIPPED') continue;
      found.push({ logicalId, physicalId, isGoing: ResourceStatus === 'DELETE_IN_PROGRESS' });
    }
    return found;
  };
