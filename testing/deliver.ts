import { string, struct } from '../contract/shape';
import { type Answer, type ResourceHandler } from '../lambda/runtime/custom-resource';
import { type Handlers, type Surroundings, handleEvent } from '../lambda/runtime/handle-event';
import { put } from '../lambda/runtime/http';
import { jsonLog } from '../lambda/runtime/log';
import { type StackState } from '../lambda/runtime/stack';
import { type AnswerUrl } from './answer-url';
import { FakeClock } from './clock';

export const STACK_ID = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/fleet/5a1c';
export const THING = 'Custom::Thing';

export interface ThingProperties {
  readonly Name: string;
}

/** A handler that does nothing and succeeds. Tests replace the part that they test. */
export function toyHandler(
  override: Partial<ResourceHandler<ThingProperties>> = {},
): ResourceHandler<ThingProperties> & { readonly calls: string[] } {
  const calls: string[] = [];
  const answer = (physicalResourceId: string): Answer => ({ physicalResourceId, data: { Arn: 'arn:thing' } });
  return {
    calls,
    shape: struct({ Name: string() }),
    physicalResourceId: ({ Name }) => `thing/${Name}`,
    create: async ({ Name }) => {
      calls.push('create');
      return answer(`thing/${Name}`);
    },
    update: async (_properties, physicalResourceId) => {
      calls.push('update');
      return answer(physicalResourceId);
    },
    delete: async () => {
      calls.push('delete');
    },
    ...override,
  };
}

/** How a delivery differs from the usual one. */
export interface DeliveryOptions {
  readonly event?: Record<string, unknown>;
  readonly handler?: Partial<ResourceHandler<ThingProperties>>;
  readonly handlers?: Handlers;
  readonly clock?: FakeClock;
  readonly sentAt?: number;
  readonly remaining?: number;
  readonly describeStack?: (stackId: string) => Promise<StackState>;
  readonly surroundings?: Partial<Surroundings>;
}

export interface Delivered {
  readonly answers: Record<string, unknown>[];
  /** The last answer. */
  readonly answer: Record<string, unknown>;
  readonly log: Record<string, unknown>[];
  readonly clock: FakeClock;
}

/** Sends one event. The answer comes over real HTTP. */
export async function deliver(answerUrl: AnswerUrl, delivery: DeliveryOptions = {}): Promise<Delivered> {
  const clock = delivery.clock ?? new FakeClock();
  const log: Record<string, unknown>[] = [];
  const before = answerUrl.received.length;
  await handleEvent(
    {
      RequestType: 'Create',
      RequestId: 'c0ffee00-1111-2222-3333-444455556666',
      ResponseURL: answerUrl.url(delivery.sentAt ?? clock.now()),
      StackId: STACK_ID,
      ResourceType: THING,
      LogicalResourceId: 'Thing',
      ResourceProperties: { ServiceToken: 'arn:provider', Name: 'a' },
      ...delivery.event,
    },
    {
      awsRequestId: 'invocation-1',
      logGroupName: '/aws/lambda/provider',
      getRemainingTimeInMillis: () => delivery.remaining ?? 900_000,
    },
    {
      clock,
      put,
      log: (stackName, fields) =>
        jsonLog({ now: () => clock.now(), write: line => log.push(JSON.parse(line)) }, stackName, fields),
      service: async () => ({
        handlers: () => delivery.handlers ?? { [THING]: toyHandler(delivery.handler) },
        view: () => ({
          describeStack: delivery.describeStack ?? (async () => ({ status: 'UPDATE_IN_PROGRESS' })),
          describeResource: async () => undefined,
          events: async function* () {},
          resources: async function* () {},
        }),
      }),
      ...delivery.surroundings,
    },
  );
  const answers = answerUrl.answers.slice(before);
  return { answers, answer: answers[answers.length - 1], log, clock };
}

export const updateOf = (physicalResourceId: string, properties: object = {}) => ({
  RequestType: 'Update',
  PhysicalResourceId: physicalResourceId,
  OldResourceProperties: { ServiceToken: 'arn:provider', Name: 'a' },
  ...properties,
});

export const deleteOf = (physicalResourceId: string, properties: object = {}) => ({
  RequestType: 'Delete',
  PhysicalResourceId: physicalResourceId,
  ...properties,
});
