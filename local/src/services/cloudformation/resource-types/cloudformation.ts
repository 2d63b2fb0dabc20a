/** CloudFormation's and the CDK's own resources that do nothing here. */
import { type ResourceType, generatedName } from './resource-type';

/** What the CDK counts its users by. */
export const metadata: ResourceType = {
  create: request => Promise.resolve({ physicalId: generatedName(request) }),
  update: request => Promise.resolve(request),
  delete: () => Promise.resolve(),
};

/** Often used for a stack that must have a resource. No wait condition waits for its signals here. */
export const waitConditionHandle: ResourceType = {
  create: request =>
    Promise.resolve({
      physicalId: `https://cloudformation-waitcondition-${request.world.region}.invalid/${generatedName(request)}`,
    }),
  delete: () => Promise.resolve(),
};
