/** Topics and their policies. */
import { type ResourceRequest, type ResourceType, generatedName, unlessMissing } from './resource-type';

export const topic: ResourceType = {
  createOnly: ['TopicName', 'FifoTopic'],
  nameProperty: 'TopicName',
  async create(request) {
    const { properties, call } = request;
    const Name = String(properties.TopicName ?? generatedName(request, 251));
    const { TopicArn } = await call('sns', 'CreateTopic', { Name });
    return { physicalId: TopicArn, attributes: { TopicArn, TopicName: Name } };
  },
  update: request => Promise.resolve(request),
  delete: ({ physicalId: TopicArn, call }) => unlessMissing(call('sns', 'DeleteTopic', { TopicArn })),
};

export const topicPolicy: ResourceType = {
  async create(request) {
    await setPolicy(request, JSON.stringify(request.properties.PolicyDocument));
    return { physicalId: generatedName(request) };
  },
  async update(request) {
    await setPolicy(request, JSON.stringify(request.properties.PolicyDocument));
    return request;
  },
  delete: request => unlessMissing(setPolicy(request, '')),
};

async function setPolicy({ properties, call }: ResourceRequest, AttributeValue: string): Promise<void> {
  for (const TopicArn of properties.Topics as string[]) {
    await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
  }
}
