// documented: API reference of each operation; authorization reference
import { type Members, type Needed, type Operation, type Service, ServiceError, type World } from '../core/service';

/** A queue. */
export interface Queue {
  readonly name: string;
  readonly arn: string;
  attributes: Readonly<Record<string, string>>;
  /** The bodies of all messages that were sent to it. Nobody receives them. */
  readonly messages: string[];
}

/** Amazon Simple Queue Service: accepts messages and keeps them, so that tests can read them. */
export class Sqs implements Service {
  readonly signingName = 'sqs';
  readonly protocol = 'json';
  readonly targetPrefix = 'AmazonSQS';
  /** The queues by name. */
  readonly queues = new Map<string, Queue>();

  readonly operations: Readonly<Record<string, Operation>> = {
    CreateQueue: {
      needs: ({ QueueName }, world) => needed('CreateQueue', QueueName, world),
      run: ({ QueueName: name, Attributes: attributes = {} }, { world }) => {
        if (!/^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/.test(name)) {
          throw new ServiceError(
            'InvalidParameterValue',
            'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
          );
        }
        if (!this.queues.has(name)) this.queues.set(name, { name, arn: arn(name, world), attributes, messages: [] });
        return { QueueUrl: queueUrl(name, world) };
      },
    },
    GetQueueUrl: {
      needs: ({ QueueName }, world) => needed('GetQueueUrl', QueueName, world),
      run: ({ QueueName }, { world }) => ({ QueueUrl: queueUrl(this.queue(QueueName).name, world) }),
    },
    GetQueueAttributes: this.onQueue('GetQueueAttributes', ({ attributes, arn: QueueArn, messages }) => ({
      Attributes: { ...attributes, QueueArn, ApproximateNumberOfMessages: String(messages.length) },
    })),
    SetQueueAttributes: this.onQueue('SetQueueAttributes', (queue, { Attributes }) => {
      queue.attributes = { ...queue.attributes, ...Attributes };
    }),
    SendMessage: this.onQueue('SendMessage', (queue, { MessageBody }) => ({
      MessageId: String(queue.messages.push(MessageBody)),
    })),
    DeleteQueue: this.onQueue('DeleteQueue', ({ name }) => {
      this.queues.delete(name);
    }),
  };

  /** The bodies of all messages that were sent to a queue. None if the queue does not exist. */
  messages(queueName: string): readonly string[] {
    return this.queues.get(queueName)?.messages ?? [];
  }

  private onQueue(action: string, run: (queue: Queue, input: Members) => unknown): Operation {
    return {
      needs: ({ QueueUrl }, world) => needed(action, nameOf(QueueUrl), world),
      run: input => run(this.queue(nameOf(input.QueueUrl)), input),
    };
  }

  private queue(name: string): Queue {
    const queue = this.queues.get(name);
    if (queue) return queue;
    throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
  }
}

const nameOf = (queueUrl: string): string => queueUrl.split(/[/:]/).pop()!;

const queueUrl = (name: string, { endpoint, account }: World): string => `${endpoint}/${account}/${name}`;

const arn = (name: string, world: World): string => world.arn('sqs', name);

const needed = (action: string, name: string, world: World): Needed[] => [
  { action: `sqs:${action}`, resource: arn(name, world) },
];
