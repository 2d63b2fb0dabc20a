import { struct } from '../../../contract/shape';
import { type Deadline, systemClock } from '../../../lambda/runtime/clock';
import { type Answer, type Scope } from '../../../lambda/runtime/custom-resource';
import { abandonedAt, deadlines } from '../../../lambda/runtime/deadline';
import { AnswerUrl } from '../../../testing/answer-url';
import { FakeClock } from '../../../testing/clock';
import { deliver, updateOf } from '../../../testing/deliver';
import { RecordedHistory } from '../../../testing/history';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let cloudFormation: AnswerUrl;
beforeAll(async () => {
  cloudFormation = await AnswerUrl.listen();
});
afterAll(() => cloudFormation.close());

/** A handler that never ends, and the moment at which it begins. */
function endless() {
  let begin = (_scope: Scope) => {};
  const begun = new Promise<Scope>(resolve => (begin = resolve));
  const run = (scope: Scope) => {
    begin(scope);
    return new Promise<Answer>(() => {});
  };
  return {
    begun,
    create: (_wanted: unknown, scope: Scope) => run(scope),
    update: (_w: unknown, _i: string, s: Scope) => run(s),
  };
}

describe('a handler that does not end', () => {
  test('is answered for, some seconds before Lambda kills the function', async () => {
    const clock = new FakeClock();
    const started = clock.now();
    const { begun, create } = endless();
    const delivered = deliver(cloudFormation, { clock, remaining: 15 * MINUTE, handler: { create } });
    await begun;
    clock.advance(15 * MINUTE - 9_000);
    expect(cloudFormation.received).toHaveLength(0);
    clock.advance(1_000);
    const { answers } = await delivered;
    expect(answers).toEqual([expect.objectContaining({ Status: 'FAILED', PhysicalResourceId: 'thing/a' })]);
    expect(answers[0].Reason).toMatch(/^not done after 892 s/);
    expect(clock.now() - started).toBeLessThan(15 * MINUTE - 5_000);
  });

  test('is answered for with the error of the call that it has repeated', async () => {
    const clock = new FakeClock();
    const { begun, create } = endless();
    const delivered = deliver(cloudFormation, { clock, handler: { create } });
    (await begun).log.warn('throttled; trying again', { error: 'Rate exceeded' });
    clock.advance(15 * MINUTE);
    expect((await delivered).answer.Reason).toMatch(
      /^not done after .* the last call that failed said "Rate exceeded";/,
    );
  });

  test('of an Update is answered with the old id', async () => {
    const clock = new FakeClock();
    const { begun, update } = endless();
    const delivered = deliver(cloudFormation, { clock, event: updateOf('thing/old'), handler: { update } });
    await begun;
    clock.advance(15 * MINUTE);
    expect((await delivered).answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing/old' });
  });

  test('is told to stop by itself before it is answered for', async () => {
    const clock = new FakeClock();
    const { begun, create } = endless();
    const delivered = deliver(cloudFormation, { clock, remaining: 15 * MINUTE, handler: { create } });
    const { deadline } = await begun;
    clock.advance(15 * MINUTE - 10_400);
    expect(deadline.remaining()).toBe(0);
    clock.advance(5_000);
    await delivered;
  });

  test('may work no more once it has been answered for', async () => {
    const clock = new FakeClock();
    const { begun, create } = endless();
    let ended: AbortSignal | undefined;
    const delivered = deliver(cloudFormation, {
      clock,
      surroundings: {
        service: async () => ({
          handlers: signal => {
            ended = signal;
            return {
              'Custom::Thing': {
                shape: struct({}),
                physicalResourceId: () => 'thing/a',
                create,
                update: create as never,
                delete: async () => {},
              },
            };
          },
          view: () => new RecordedHistory('s', 'CREATE_IN_PROGRESS', () => 0),
        }),
      },
    });
    await begun;
    expect(ended?.aborted).toBe(false);
    clock.advance(HOUR);
    await delivered;
    expect(ended?.aborted).toBe(true);
  });
});

describe("CloudFormation's hour", () => {
  test('ends the work although Lambda has time left', async () => {
    const clock = new FakeClock();
    const { begun, create } = endless();
    const sentAt = clock.now() - HOUR + 5 * MINUTE;
    const delivered = deliver(cloudFormation, { clock, sentAt, remaining: 15 * MINUTE, handler: { create } });
    await begun;
    clock.advance(5 * MINUTE - 8_000);
    expect((await delivered).answer.Reason).toMatch(/^not done after 292 s/);
  });

  test('that is over has an event dropped, unanswered and logged', async () => {
    const clock = new FakeClock();
    const handler = { create: jest.fn() };
    const { answers, log } = await deliver(cloudFormation, { clock, sentAt: clock.now() - HOUR, handler });
    expect(answers).toEqual([]);
    expect(handler.create).not.toHaveBeenCalled();
    expect(log).toEqual([expect.objectContaining({ level: 'ERROR', message: expect.stringMatching(/^dropped/) })]);
  });

  test('that is as good as over is not begun any more', async () => {
    const create = jest.fn();
    const sentAt = Date.UTC(2026, 10, 22, 12);
    const delivery = { clock: new FakeClock(sentAt + HOUR - 300), sentAt, handler: { create } };
    const { answer } = await deliver(cloudFormation, delivery);
    expect(answer.Reason).toMatch(/^not begun: /);
    expect(create).not.toHaveBeenCalled();
  });
});

describe('when CloudFormation gives up', () => {
  const now = Date.UTC(2026, 10, 22, 12, 30);
  test.each<[string, string, unknown, number]>([
    ['an hour after the date of the signature', '?X-Amz-Date=20261122T120000Z', undefined, Date.UTC(2026, 10, 22, 13)],
    [
      'an hour after an older signature, which expires after two',
      '?Expires=1795356000',
      undefined,
      1795356000_000 - HOUR,
    ],
    ['an hour from now where nothing is signed', '', undefined, now + HOUR],
    ['after the ServiceTimeout', '?X-Amz-Date=20261122T120000Z', '600', Date.UTC(2026, 10, 22, 12, 10)],
    ['never after more than an hour', '?X-Amz-Date=20261122T120000Z', '7200', Date.UTC(2026, 10, 22, 13)],
    [
      'an hour after, where the ServiceTimeout is zero',
      '?X-Amz-Date=20261122T120000Z',
      '0',
      Date.UTC(2026, 10, 22, 13),
    ],
    [
      'an hour after, where the ServiceTimeout is none',
      '?X-Amz-Date=20261122T120000Z',
      'soon',
      Date.UTC(2026, 10, 22, 13),
    ],
  ])('%s', (_what, query, serviceTimeout, expected) => {
    expect(abandonedAt(`https://s3.amazonaws.com/answer${query}`, serviceTimeout, now)).toBe(expected);
  });
});

test.each([1_000, 5_000, 30_000, 60_000, 900_000])(
  'of %d ms at least two thirds are for the work, then comes the answer',
  remaining => {
    const clock = new FakeClock();
    const at = ({ at }: Deadline) => at - clock.now();
    const { work, answer, end } = deadlines(clock, remaining, clock.now() + HOUR);
    expect(at(work)).toBeLessThan(at(answer));
    expect(at(answer)).toBeLessThan(at(end));
    expect(at(end)).toBeLessThan(remaining);
    expect(at(work)).toBeGreaterThan((remaining - 500) * (2 / 3));
  },
);

test('a sleep ends without an error when it is not needed any more', async () => {
  const ended = new AbortController();
  const sleep = systemClock.sleep(HOUR, ended.signal);
  ended.abort();
  await expect(sleep).resolves.toBeUndefined();
  await expect(systemClock.sleep(HOUR, ended.signal)).resolves.toBeUndefined();
  const begun = Date.now();
  await systemClock.sleep(0);
  expect(systemClock.now()).toBeGreaterThanOrEqual(begun);
});
