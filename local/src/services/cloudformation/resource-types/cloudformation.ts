/** CloudFormation's and the CDK's own resources that do nothing in the local AWS. */
// documented: template reference, AWS::CloudFormation::WaitConditionHandle: what Ref and GetAtt return, and what
// replaces the resource
import { type ResourceType, generatedName } from './resource-type';

/** The resource with which the CDK counts its users. */
export const metadata: ResourceType = {
  create: request => Promise.resolve({ physicalId: generatedName(request) }),
  update: request => Promise.resolve(request),
  delete: () => Promise.resolve(),
};

/** Often used in a stack that must have at least one resource. Here, no wait condition waits for its signals. */
export const waitConditionHandle: ResourceType = {
  create: request =>
    Promise.resolve({
      physicalId: `https://cloudformation-waitcondition-${request.world.region}.invalid/${generatedName(request)}`,
    }),
  delete: () => Promise.resolve(),
};
