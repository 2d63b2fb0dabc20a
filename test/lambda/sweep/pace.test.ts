import fc from 'fast-check';
import { pacedRun } from '../../../testing/sweep/paced-run';

const TEN = { perSecond: 10, burst: 10 };

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
