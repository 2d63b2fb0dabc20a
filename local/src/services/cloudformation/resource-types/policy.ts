/** Policies that are attributes of their resources. */
// documented: template reference, AWS::SNS::TopicPolicy and AWS::SQS::QueuePolicy: what Ref and GetAtt return, and
// what replaces the resource
import { type InternalCall } from '../../../core/service';
import { type ResourceRequest, type ResourceType, generatedName, unlessMissing } from './resource-type';

interface Targets {
  /** The property that names the resources. */
  readonly property: string;
  /** Sets the policy of one resource. An empty text removes it. */
  set(target: string, policy: string, call: InternalCall): Promise<unknown>;
}

export function policyOf({ property, set }: Targets): ResourceType {
  const setAll = async ({ properties, call }: ResourceRequest, policy: string) => {
    for (const target of properties[property] as string[]) await set(target, policy, call);
  };
  const write = (request: ResourceRequest) => setAll(request, JSON.stringify(request.properties.PolicyDocument));
  return {
    async create(request) {
      await write(request);
      return { physicalId: generatedName(request) };
    },
    async update(request) {
      await write(request);
      return request;
    },
    delete: request => unlessMissing(setAll(request, '')),
  };
}
