import fc from 'fast-check';
import { Deadline } from '../../../lambda/runtime/clock';
import { OutOfTime, Pace, Paces } from '../../../lambda/sweep/pace';
import { Rate } from '../../../lambda/sweep/rate';
import { VirtualClock } from '../../../testing/clock';
import { pacedRun } from '../../../testing/sweep/paced-run';
import { throttling } from '../../../testing/token-bucket';

const TEN = { perSecond: 10, burst: 10 };
const unavailable = () => Object.assign(new Error('busy'), { name: 'ServiceUnavailableException' });

describe('against a quota of 10 a second', () => {
  const cases = [1000, 10_000].flatMap(calls =>
    [
      [20, 20],
      [20, 300],
      [300, 300],
    ].map(([least, most]) => ({ calls, latency: [least, most] as const })),
  );

  test.each(cases)('that is the bound, $calls calls of $latency ms take no longer than they must', async scenario => {
    const { seconds, throttled } = await pacedRun({ ...scenario, quota: TEN, requestsPerSecond: 10 });
    expect(seconds).toBeLessThanOrEqual((scenario.calls / 10) * 1.03);
    expect(throttled).toBe(0);
  });

  test.each(cases)('that nobody knows, $calls calls of $latency ms find it', async scenario => {
    const { seconds, throttled } = await pacedRun({ ...scenario, quota: TEN, requestsPerSecond: 100 });
    expect(seconds).toBeLessThanOrEqual((scenario.calls / 10) * 1.03);
    expect(throttled).toBeLessThanOrEqual(scenario.calls / 100);
  });
});

test.each([
  { perSecond: 2, burst: 10 },
  { perSecond: 5, burst: 5 },
  { perSecond: 10, burst: 50 },
  { perSecond: 20, burst: 20 },
  { perSecond: 50, burst: 100 },
])('finds $perSecond a second behind a burst of $burst', async quota => {
  const { seconds, throttled } = await pacedRun({ calls: 5000, quota, requestsPerSecond: 1000, latency: [20, 300] });
  expect(seconds).toBeLessThanOrEqual((5000 / quota.perSecond) * 1.03);
  expect(throttled).toBeLessThanOrEqual(50);
});

test.each([
  { perSecond: 5, latency: [1000, 1000] as const, requestsPerSecond: 1000 },
  { perSecond: 50, latency: [300, 300] as const, requestsPerSecond: 50 },
  { perSecond: 100, latency: [300, 300] as const, requestsPerSecond: 1000 },
  { perSecond: 200, latency: [20, 20] as const, requestsPerSecond: 1000 },
  { perSecond: 200, latency: [20, 1000] as const, requestsPerSecond: 200 },
])('uses $perSecond a second behind $latency ms, below $requestsPerSecond', async scenario => {
  const { perSecond } = scenario;
  const calls = perSecond * 120;
  const quota = { perSecond, burst: perSecond };
  const { seconds, throttled } = await pacedRun({ ...scenario, calls, quota, inFlight: Math.max(32, 2 * perSecond) });
  expect(seconds).toBeLessThanOrEqual(120 * 1.05);
  expect(throttled).toBeLessThanOrEqual(calls * 0.03);
});

test('never starts more calls than the bound allows, whatever the quota and the window', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(),
      async (bound, perSecond, seed) => {
        const quota = { perSecond, burst: 5 };
        const { startedAt } = await pacedRun({ calls: 150, quota, requestsPerSecond: bound, latency: [20, 300], seed });
        // one call starts at once, and one catches up with a timer that was late.
        for (let first = 0; first < startedAt.length; first += 7) {
          for (let last = first + 1; last < startedAt.length; last += 5) {
            expect(last - first + 1).toBeLessThanOrEqual((startedAt[last] - startedAt[first]) * bound + 2.001);
          }
        }
      },
    ),
    { numRuns: 30 },
  );
});

describe('when the quota changes midway', () => {
  const scenario = { calls: 4000, quota: TEN, requestsPerSecond: 100, latency: [20, 300] as const };
  /** Calls a second that were admitted in a span of seconds. */
  const rate = (admittedAt: readonly number[], from: number, to: number) =>
    admittedAt.filter(at => at >= from && at < to).length / (to - from);

  test('to the half, it backs off and holds the new one', async () => {
    const { admittedAt, throttled } = await pacedRun({
      ...scenario,
      change: { afterSeconds: 100, quota: { perSecond: 5, burst: 5 } },
    });
    expect(rate(admittedAt, 130, 500)).toBeGreaterThan(5 * 0.97);
    expect(throttled).toBeLessThanOrEqual(40);
  });

  test.each([5, 10, 20, 50].flatMap(perSecond => [60, 70, 80, 90].map(afterSeconds => ({ perSecond, afterSeconds }))))(
    'from $perSecond to the double after $afterSeconds s, it finds that within half a minute',
    async ({ perSecond, afterSeconds }) => {
      const to = 2 * perSecond;
      const { admittedAt } = await pacedRun({
        ...scenario,
        calls: perSecond * afterSeconds + to * 60,
        requestsPerSecond: 1000,
        quota: { perSecond, burst: perSecond },
        change: { afterSeconds, quota: { perSecond: to, burst: to } },
      });
      expect(rate(admittedAt, afterSeconds + 30, afterSeconds + 40)).toBeGreaterThan(to * 0.93);
    },
  );

  test.each([60, 65, 70, 80])('to the tenfold after %d s, it finds that within half a minute', async afterSeconds => {
    const quota = { perSecond: 100, burst: 100 };
    const run = { ...scenario, calls: 5000, requestsPerSecond: 1000, inFlight: 100 };
    const { admittedAt } = await pacedRun({ ...run, change: { afterSeconds, quota } });
    expect(rate(admittedAt, afterSeconds + 30, afterSeconds + 40)).toBeGreaterThan(100 * 0.93);
  });

  test('to the double, it finds that within a minute and a half', async () => {
    const { admittedAt, throttled } = await pacedRun({
      ...scenario,
      change: { afterSeconds: 60, quota: { perSecond: 20, burst: 20 } },
    });
    expect(rate(admittedAt, 150, 220)).toBeGreaterThan(20 * 0.95);
    expect(throttled).toBeLessThanOrEqual(40);
  });
});

test('takes what others leave of the quota', async () => {
  const { seconds, throttled, othersPerSecond } = await pacedRun({
    calls: 10_000,
    quota: TEN,
    requestsPerSecond: 100,
    latency: [20, 300],
    others: 3,
  });
  expect(10_000 / seconds).toBeGreaterThan((10 - othersPerSecond) * 0.88);
  expect(throttled).toBeLessThanOrEqual(100);
});

/** A pace on a clock of its own, and calls that fail so many times first. */
function setUp({ requestsPerSecond = 10, milliseconds = Infinity, learned = undefined as number | undefined } = {}) {
  const clock = new VirtualClock(0);
  const deadline = new Deadline(clock, milliseconds);
  const pace = new Pace({ requestsPerSecond, clock, deadline, learned });
  const failing = (times: number, error: () => Error) => {
    const attempts: number[] = [];
    const call = async () => {
      attempts.push(clock.now());
      if (attempts.length <= times) throw error();
      return 'answer';
    };
    return { attempts, call };
  };
  return { clock, pace, failing };
}

test('makes a throttled call again until it is admitted, and counts each throttle', async () => {
  const { clock, pace, failing } = setUp();
  const { call, attempts } = failing(7, throttling);
  await expect(clock.run(pace.run(call))).resolves.toBe('answer');
  expect(attempts).toHaveLength(8);
  expect(pace.throttled).toBe(7);
});

test('makes a call again where the service is unwell, three times, ever later', async () => {
  const { clock, pace, failing } = setUp();
  const { call, attempts } = failing(3, unavailable);
  await expect(clock.run(pace.run(call))).resolves.toBe('answer');
  expect(attempts).toEqual([0, 200, 1000, 4200]);
  const hopeless = failing(Infinity, unavailable);
  await expect(clock.run(pace.run(hopeless.call))).rejects.toThrow('busy');
  expect(hopeless.attempts).toHaveLength(4);
});

describe('a denied call', () => {
  const denied = () => Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });

  test('is made again for half a minute: a new permission is not in force everywhere at once', async () => {
    const { clock, pace, failing } = setUp();
    const { call, attempts } = failing(3, denied);
    await expect(clock.run(pace.run(call))).resolves.toBe('answer');
    expect(attempts).toEqual([0, 1000, 3000, 7000]);
    const hopeless = setUp();
    const { call: other, attempts: others } = hopeless.failing(Infinity, denied);
    await expect(hopeless.clock.run(hopeless.pace.run(other))).rejects.toThrow('not authorized');
    expect(others).toEqual([0, 1000, 3000, 7000, 15_000, 23_000]);
  });

  test('delays the others only once where the permission is missing', async () => {
    const { clock, pace, failing } = setUp();
    const began = clock.now();
    await clock.run(Promise.allSettled(Array.from({ length: 20 }, () => pace.run(failing(Infinity, denied).call))));
    expect(clock.now() - began).toBeLessThan(31_000);
    await clock.run(clock.sleep(30_000));
    const { call, attempts } = failing(Infinity, denied);
    await expect(clock.run(pace.run(call))).rejects.toThrow('not authorized');
    expect(attempts).toHaveLength(1);
  });

  test('is not made again after the deadline', async () => {
    const { clock, pace, failing } = setUp({ milliseconds: 2_500 });
    const { call, attempts } = failing(Infinity, denied);
    await expect(clock.run(pace.run(call))).rejects.toThrow('not authorized');
    expect(attempts).toEqual([0, 1000]);
  });
});

test.each(['LimitExceededException', 'ResourceNotFoundException', 'ConflictException'])(
  'hands %s to the caller at once',
  async name => {
    const { clock, pace, failing } = setUp();
    const { call, attempts } = failing(1, () => Object.assign(new Error('no'), { name }));
    await expect(clock.run(pace.run(call))).rejects.toThrow('no');
    expect(attempts).toHaveLength(1);
    expect(pace.throttled).toBe(0);
  },
);

test('starts no call whose turn comes after the deadline, and others neither', async () => {
  const { clock, pace } = setUp({ milliseconds: 1000 });
  let started = 0;
  const results = await clock.run(
    Promise.allSettled(Array.from({ length: 32 }, () => pace.run(async () => void started++))),
  );
  expect(started).toBe(10);
  expect(clock.now()).toBeLessThan(1000);
  const rejected = results.filter(result => result.status === 'rejected');
  expect(rejected).toHaveLength(22);
  for (const { reason } of rejected) expect(reason).toBeInstanceOf(OutOfTime);
});

test('does not wait for a second attempt beyond the deadline', async () => {
  const { clock, pace, failing } = setUp({ milliseconds: 150 });
  await expect(clock.run(pace.run(failing(1, unavailable).call))).rejects.toThrow(OutOfTime);
});

test('calls that come slowly do not teach it a low quota', async () => {
  const { clock, pace } = setUp({ requestsPerSecond: 100 });
  const slowly = async () => {
    for (let call = 0; call < 300; call++) {
      let throttled = call % 100 === 50;
      await pace.run(async () => {
        if (!throttled) return;
        throttled = false;
        throw throttling();
      });
      await clock.sleep(1000);
    }
  };
  await clock.run(slowly());
  expect(pace.throttled).toBe(3);
  expect(pace.learned).toBeGreaterThan(4);
});

test('calls that come slowly do not raise the rate: nothing shows that the quota has room', async () => {
  const { clock, pace } = setUp({ requestsPerSecond: 100 });
  const slowlyThenMany = async () => {
    for (let call = 0; call < 300; call++) {
      await pace.run(async () => {});
      await clock.sleep(1000);
    }
    const start = clock.now();
    await Promise.all(Array.from({ length: 30 }, () => pace.run(async () => {})));
    return clock.now() - start;
  };
  expect(await clock.run(slowlyThenMany())).toBeGreaterThan(1500);
});

test('what one slice learned of each operation, the next one starts from', async () => {
  const clock = new VirtualClock();
  const options = { requestsPerSecond: 100, clock, deadline: new Deadline(clock, Infinity) };
  const first = new Paces(options, { DeleteJob: 3 });
  let throttle = true;
  await clock.run(
    first.of('ListJobs').run(async () => {
      if (!throttle) return;
      throttle = false;
      throw throttling();
    }),
  );
  await clock.run(first.of('DescribeJob').run(async () => {}));
  expect(first.throttled).toBe(1);
  const learned = first.learned();
  expect(Object.keys(learned).sort()).toEqual(['DeleteJob', 'ListJobs']);
  expect(learned.DeleteJob).toBe(3);
  expect(new Paces(options, learned).of('ListJobs').learned).toBe(learned.ListJobs);
});

test('as many candidates are in flight as rates and latencies ask for, and no more than memory bears', async () => {
  const clock = new VirtualClock(0);
  const paces = new Paces({ requestsPerSecond: 1000, clock, deadline: new Deadline(clock, Infinity) }, { Delete: 200 });
  expect(paces.inFlight).toBe(32);
  await clock.run(paces.of('Delete').run(() => clock.sleep(1000)));
  expect(paces.inFlight).toBeGreaterThan(200);
  expect(paces.inFlight).toBeLessThan(640);
  const raised = new Paces(
    { requestsPerSecond: 1000, clock, deadline: new Deadline(clock, Infinity) },
    { Delete: 900 },
  );
  await clock.run(raised.of('Delete').run(() => clock.sleep(1000)));
  expect(raised.inFlight).toBe(640);
});

test.each([
  [1e-9, 0.1],
  [1e9, 10],
])(
  'what was learned, perhaps by hand, is no reason for a pace that never ends, or beyond the bound: %d',
  (learned, pace) => {
    expect(new Rate(10, 0, learned).perSecond).toBe(pace);
  },
);
