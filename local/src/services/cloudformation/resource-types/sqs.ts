/** Queues and their policies. */
// documented: template reference, AWS::SQS::Queue: what Ref and GetAtt return, and what replaces the resource
import { type Properties } from '../template';
import { policyOf } from './policy';
import { type ResourceType, generatedName, unlessMissing } from './resource-type';

export const queue: ResourceType = {
  createOnly: ['QueueName', 'FifoQueue'],
  nameProperty: 'QueueName',
  async create(request) {
    const { properties, call, world } = request;
    const suffix = String(properties.FifoQueue) === 'true' ? '.fifo' : '';
    const name = String(properties.QueueName ?? generatedName(request, 75) + suffix);
    const { QueueUrl } = await call('sqs', 'CreateQueue', { QueueName: name, Attributes: attributes(properties) });
    return { physicalId: QueueUrl, attributes: { Arn: world.arn('sqs', name), QueueName: name, QueueUrl } };
  },
  async update(request) {
    const { physicalId: QueueUrl, properties, call } = request;
    await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: attributes(properties) });
    return request;
  },
  delete: ({ physicalId: QueueUrl, call }) => unlessMissing(call('sqs', 'DeleteQueue', { QueueUrl })),
};

/** The properties that are attributes of the queue. None has an effect. */
const attributes = ({ QueueName: _name, Tags: _tags, ...others }: Properties): Record<string, string> =>
  Object.fromEntries(
    Object.entries(others).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );

export const queuePolicy = policyOf({
  property: 'Queues',
  set: (QueueUrl, Policy, call) => call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } }),
});
