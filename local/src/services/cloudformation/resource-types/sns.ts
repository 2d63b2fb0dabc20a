/** Topics and their policies. */
// documented: template reference, AWS::SNS::Topic: what Ref and GetAtt return, and what replaces the resource
import { policyOf } from './policy';
import { type ResourceType, generatedName, unlessMissing } from './resource-type';

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

export const topicPolicy = policyOf({
  property: 'Topics',
  set: (TopicArn, AttributeValue, call) =>
    call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue }),
});
