import { type PendingAnswer, type SliceRequest } from '../../../contract/sweep-execution';
import { type SliceScope } from '../../../lambda/runtime/custom-resource';
import { eventToken } from '../../../lambda/runtime/event';
import { type Surroundings } from '../../../lambda/runtime/handle-event';
import { handleSlice, isSliceRequest } from '../../../lambda/runtime/handle-slice';
import { put } from '../../../lambda/runtime/http';
import { jsonLog } from '../../../lambda/runtime/log';
import { AnswerUrl } from '../../../testing/answer-url';
import { FakeClock } from '../../../testing/clock';
import { EVENT_STACK_ID } from '../../../testing/deliver';
import { RecordedHistory } from '../../../testing/history';

const MINUTE = 60_000;

let cloudFormation: AnswerUrl;
let clock: FakeClock;
let log: Record<string, unknown>[];
beforeAll(async () => {
  cloudFormation = await AnswerUrl.listen();
});
beforeEach(() => {
  clock = new FakeClock();
  log = [];
  cloudFormation.received.splice(0);
});
afterAll(() => cloudFormation.close());

const pending = (more: Partial<PendingAnswer> = {}): PendingAnswer => ({
  ResponseURL: cloudFormation.url(clock.now()),
  StackId: EVENT_STACK_ID,
  RequestId: 'c0ffee00',
  LogicalResourceId: 'Sweep',
  PhysicalResourceId: 'sweep/1',
  RequestType: 'Delete',
  OnIncomplete: 'FAIL',
  ...more,
});

const request = (more: Partial<SliceRequest> = {}): SliceRequest => ({
  sweep: 'SLICE',
  config: { name: 'fleet/Sweep', rules: {}, requestsPerSecond: 8 },
  stackId: EVENT_STACK_ID,
  // an execution that an event was handed over to has its name.
  execution: `arn:aws:states:us-east-1:111111111111:execution:sweep:${nameOf(more)}`,
  stateMachine: 'arn:aws:states:us-east-1:111111111111:stateMachine:sweep',
  retryCount: 0,
  state: {},
  ...more,
});

const nameOf = ({ state, execution }: Partial<SliceRequest>) =>
  state?.answer && !execution ? eventToken(state.answer) : 'run';

/** What a slice does, instead of sweeping. */
type Slice = (scope: SliceScope) => Promise<void>;

const serve = (asked: SliceRequest, slice: Slice = async () => {}, service: Partial<Surroundings> = {}) =>
  handleSlice(
    asked,
    { awsRequestId: 'invocation-1', logGroupName: '/aws/lambda/provider', getRemainingTimeInMillis: () => 900_000 },
    {
      clock,
      put,
      log: (stackName, fields) =>
        jsonLog({ now: () => clock.now(), write: line => log.push(JSON.parse(line)) }, stackName, fields),
      service: async () => ({
        handlers: () => ({}),
        view: () => new RecordedHistory('s', 'UPDATE_COMPLETE', () => 0),
        slice: async (_, scope) => {
          await slice(scope);
          return { next: 'DONE' };
        },
      }),
      ...service,
    },
  );

test('events of CloudFormation are told from requests of a state machine', () => {
  expect(isSliceRequest(request())).toBe(true);
  expect(isSliceRequest({ RequestType: 'Create' })).toBe(false);
  expect(isSliceRequest(undefined)).toBe(false);
});

test('a slice answers the event that CloudFormation waits for, word for word', async () => {
  const state = { answer: pending() };
  await serve(request({ state }), scope => scope.answer({ status: 'SUCCESS', data: { RemovedCount: '3' } }));
  expect(cloudFormation.answers).toEqual([
    {
      Status: 'SUCCESS',
      PhysicalResourceId: 'sweep/1',
      StackId: EVENT_STACK_ID,
      RequestId: 'c0ffee00',
      LogicalResourceId: 'Sweep',
      Data: { RemovedCount: '3' },
    },
  ]);
  expect(JSON.stringify(log)).not.toContain('5ec7e7');
});

test('a slice that nobody waits for answers nobody', async () => {
  await serve(request(), scope => scope.answer({ status: 'SUCCESS', data: {} }));
  expect(cloudFormation.answers).toEqual([]);
});

test('a slice learns when CloudFormation stops waiting: the hour or the resource’s own time, from its URL’s date', async () => {
  const sentAt = clock.now();
  const seen: (number | undefined)[] = [];
  const look: Slice = async ({ abandonedAt }) => void seen.push(abandonedAt);
  await serve(request({ state: { answer: pending() } }), look);
  await serve(request({ state: { answer: pending({ ServiceTimeout: 300 }) } }), look);
  await serve(request(), look);
  expect(seen).toEqual([sentAt + 60 * MINUTE, sentAt + 5 * MINUTE, undefined]);
});

test.each([60, 61])('after the hour nobody is answered, since the stack has moved on: %d minutes', async minutes => {
  const state = { answer: pending({ ResponseURL: cloudFormation.url(clock.now() - minutes * MINUTE) }) };
  await serve(request({ state }), scope => scope.answer({ status: 'SUCCESS', data: {} }));
  await serve(request({ sweep: 'GIVE_UP', state }));
  expect(cloudFormation.answers).toEqual([]);
  expect(log).toContainEqual(expect.objectContaining({ message: expect.stringContaining('given the event up') }));
});

test('an answer that cannot be delivered fails the slice, so that the machine tries again', async () => {
  cloudFormation.meetWith(500, 500, 500, 500, 500, 500);
  const state = { answer: pending() };
  const answer: Slice = scope => scope.answer({ status: 'SUCCESS', data: {} });
  await expect(serve(request({ state }), answer)).rejects.toThrow('could not be delivered');
  await serve(request({ state, retryCount: 1 }), answer);
  expect(cloudFormation.answers.at(-1)).toMatchObject({ Status: 'SUCCESS' });
});

test('when a slice has returned, or failed, nothing of it goes on', async () => {
  const signals: AbortSignal[] = [];
  await serve(request(), async ({ ended }) => void signals.push(ended));
  const fails = serve(request(), async ({ ended }) => {
    signals.push(ended);
    throw new Error('no way');
  });
  await expect(fails).rejects.toThrow('no way');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(log).toContainEqual(expect.objectContaining({ level: 'ERROR', message: 'the slice failed' }));
});

describe('a slice asks CloudFormation', () => {
  const history = () => {
    const recorded = new RecordedHistory(EVENT_STACK_ID, 'DELETE_IN_PROGRESS', () => clock.now());
    recorded.resource('Sweep', 'DELETE_IN_PROGRESS', 'sweep/1');
    return recorded;
  };
  const asking = (recorded: RecordedHistory, asked: SliceRequest, slice: Slice) =>
    serve(asked, slice, {
      service: async () => ({
        handlers: () => ({}),
        view: () => recorded,
        slice: async (_, scope) => {
          await slice(scope);
          return { next: 'DONE' };
        },
      }),
    });

  test('about stacks and resources', async () => {
    const seen: unknown[] = [];
    await asking(history(), request(), async scope => {
      seen.push(await scope.describeStack(EVENT_STACK_ID));
      seen.push((await scope.describeResource(EVENT_STACK_ID, 'Sweep'))?.physicalId);
      seen.push(await scope.ofStack(EVENT_STACK_ID).stackPhase());
      seen.push(scope.operation);
    });
    expect(seen).toEqual([{ status: 'DELETE_IN_PROGRESS' }, 'sweep/1', 'deleting', undefined]);
  });

  test('whether the event that it answers is over', async () => {
    const recorded = history();
    const asked = request({ state: { answer: pending() } });
    await asking(recorded, asked, async scope => {
      await scope.operation!.confirm('wait');
      await scope.answer({ status: 'SUCCESS', data: {} });
    });
    expect(cloudFormation.answers).toMatchObject([{ Status: 'SUCCESS' }]);
    recorded.resource('Sweep', 'DELETE_COMPLETE', 'sweep/1');
    await expect(asking(recorded, asked, scope => scope.operation!.confirm('wait'))).rejects.toMatchObject({
      name: 'OperationOver',
    });
  });
});

test('a slice logs which one of which execution it is, and why it failed', async () => {
  const fails = async () => Promise.reject(new Error('no way'));
  await expect(serve(request({ retryCount: 2, state: { slices: 7 } }), fails)).rejects.toThrow('no way');
  await expect(serve(request(), fails)).rejects.toThrow('no way');
  const told = { execution: 'run', requestId: 'invocation-1', error: { message: 'no way' } };
  expect(log).toMatchObject([
    { ...told, slice: 7, attempt: 2 },
    { ...told, slice: 0, attempt: 0 },
  ]);
});

test('a slice stops before Lambda does', async () => {
  await serve(request(), async ({ deadline }) => {
    expect(deadline.remaining()).toBeGreaterThan(880_000);
    expect(deadline.remaining()).toBeLessThan(895_000);
  });
});

describe('giving up', () => {
  const giveUp = (failure: object | undefined, service: Partial<Surroundings> = {}) =>
    serve(request({ sweep: 'GIVE_UP', state: { answer: pending(), ...(failure && { failure }) } }), undefined, service);

  test('tells CloudFormation what failed, with where to read on', async () => {
    const Cause = JSON.stringify({ errorType: 'Error', errorMessage: 'no way', trace: ['Error: no way', ' at x'] });
    expect(await giveUp({ Error: 'Error', Cause })).toEqual({ next: 'FAILED', error: 'Error', cause: 'no way' });
    expect(cloudFormation.answers).toMatchObject([
      {
        Status: 'FAILED',
        PhysicalResourceId: 'sweep/1',
        Reason: 'the sweep was given up: no way (log group /aws/lambda/provider, request invocation-1)',
      },
    ]);
  });

  test.each([
    ['text', 'killed at its time-out'],
    ['JSON of another form', '{"reason":"x"}'],
  ])('passes on a cause that is %s', async (_, Cause) => {
    expect(await giveUp({ Error: 'States.Timeout', Cause })).toMatchObject({ error: 'States.Timeout', cause: Cause });
  });

  test('answers even if nothing is said and no handler loads', async () => {
    const service = async () => Promise.reject(new Error('left out'));
    expect(await giveUp(undefined, { service })).toMatchObject({ next: 'FAILED', error: 'Unknown' });
    expect(cloudFormation.answers).toMatchObject([{ Status: 'FAILED' }]);
  });
});

test('a family without sweeps says so', async () => {
  const service = async () => ({ handlers: () => ({}), view: () => new RecordedHistory('s', '', () => 0) });
  await expect(serve(request(), undefined, { service })).rejects.toThrow('this provider has no sweeps');
});

describe('an answer that somebody has made up is passed over', () => {
  const unanswered = async (answer: PendingAnswer, more: Partial<SliceRequest> = {}) => {
    const urls: string[] = [];
    const service = { put: async (url: string) => (urls.push(url), 200) };
    await serve(
      request({ state: { answer }, ...more }),
      scope => scope.answer({ status: 'SUCCESS', data: {} }),
      service,
    );
    await serve(request({ sweep: 'GIVE_UP', state: { answer }, ...more }), undefined, service);
    expect(urls).toEqual([]);
  };

  test.each([
    'http://169.254.170.2/v2/credentials?X-Amz-Date=20991231T000000Z',
    'https://bucket.s3.amazonaws.com.example.org/?X-Amz-Date=20991231T000000Z',
    'https://amazonaws.com.example.org/?X-Amz-Date=20991231T000000Z',
    'https://example.org/.amazonaws.com',
    'http://bucket.s3.amazonaws.com/',
    'no address',
  ])('to %s', async ResponseURL => {
    const execution = URL.canParse(ResponseURL) ? {} : { execution: 'a:b:by-hand' };
    await unanswered(pending({ ResponseURL }), execution);
  });

  test('for another stack', () => unanswered(pending({ StackId: 'arn:other' })));
  test('in an execution that is not the event’s', () => unanswered(pending(), { execution: 'a:b:by-hand' }));

  test('and that of CloudFormation’s own address is not', async () => {
    const urls: string[] = [];
    const answer = pending({
      ResponseURL:
        'https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/a?X-Amz-Date=20991231T000000Z',
    });
    const service = { put: async (url: string) => (urls.push(url), 200) };
    await serve(request({ state: { answer } }), scope => scope.answer({ status: 'SUCCESS', data: {} }), service);
    expect(urls).toEqual([answer.ResponseURL]);
  });
});
