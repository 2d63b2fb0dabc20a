// documented: API reference of each operation; authorization reference
import { type Members, type Operation, type Service, ServiceError } from '../core/service';

/** A topic. */
export interface Topic {
  readonly arn: string;
  readonly name: string;
  attributes: Readonly<Record<string, string>>;
  /** All messages that were published to it. Nobody receives them. */
  readonly messages: string[];
}

/** Amazon Simple Notification Service: accepts messages and keeps them, so that tests can read them. */
export class Sns implements Service {
  readonly signingName = 'sns';
  readonly protocol = 'query';
  readonly xmlNamespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
  /** The topics by ARN. */
  readonly topics = new Map<string, Topic>();

  readonly operations: Readonly<Record<string, Operation>> = {
    CreateTopic: {
      needs: ({ Name }, world) => [{ action: 'sns:CreateTopic', resource: world.arn('sns', Name) }],
      run: ({ Name: name, Attributes: attributes = {} }, { world }) => {
        if (!/^[\w-]{1,256}$|^[\w-]{1,251}\.fifo$/.test(name)) {
          throw new ServiceError('InvalidParameter', 'Invalid parameter: Topic Name');
        }
        const arn = world.arn('sns', name);
        if (!this.topics.has(arn)) this.topics.set(arn, { arn, name, attributes, messages: [] });
        return { TopicArn: arn };
      },
    },
    GetTopicAttributes: this.onTopic('GetTopicAttributes', ({ attributes, arn: TopicArn }) => ({
      Attributes: { ...attributes, TopicArn },
    })),
    SetTopicAttributes: this.onTopic('SetTopicAttributes', (topic, { AttributeName, AttributeValue }) => {
      topic.attributes = { ...topic.attributes, [AttributeName]: AttributeValue };
    }),
    Publish: this.onTopic('Publish', (topic, { Message }) => ({ MessageId: String(topic.messages.push(Message)) })),
    DeleteTopic: {
      needs: ({ TopicArn }) => [{ action: 'sns:DeleteTopic', resource: TopicArn }],
      run: ({ TopicArn }) => {
        this.topics.delete(TopicArn);
      },
    },
  };

  /** All messages that were published to a topic. None if the topic does not exist. */
  messages(topicArn: string): readonly string[] {
    return this.topics.get(topicArn)?.messages ?? [];
  }

  private onTopic(action: string, run: (topic: Topic, input: Members) => unknown): Operation {
    return {
      needs: ({ TopicArn }) => [{ action: `sns:${action}`, resource: TopicArn }],
      run: input => {
        const topic = this.topics.get(input.TopicArn);
        if (!topic) throw new ServiceError('NotFound', 'Topic does not exist', 404);
        return run(topic, input);
      },
    };
  }
}
