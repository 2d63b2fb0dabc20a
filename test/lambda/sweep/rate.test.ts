import { Rate } from '../../../lambda/sweep/rate';

/** A rate that has let so many calls wait for their turns and pass. */
function after(calls: number, { bound = 1000, learned = undefined as number | undefined } = {}): Rate {
  const rate = new Rate(bound, 0, learned);
  for (let call = 0; call < calls; call++) rate.onAdmitted();
  return rate;
}

describe('a rate that knows no quota', () => {
  test.each([
    [0, 1000, 10],
    [0, 4, 4],
    [4, 1000, 11],
    [40, 1000, 20],
    [41, 1000, 22],
    [45, 1000, 30],
    [45, 25, 25],
  ])('is, after %d calls and below %d, %d a second: calmly up to what no default allows', (calls, bound, perSecond) => {
    const rate = after(calls, { bound });
    expect(rate.perSecond).toBe(perSecond);
    expect(rate.learned).toBeUndefined();
  });

  test('is not raised by calls that need not wait, nor by other quotas', () => {
    const rate = after(0);
    for (let call = 0; call < 100; call++) rate.onAdmittedAtOnce();
    rate.onOtherRisen();
    expect([rate.perSecond, rate.hasRisen]).toEqual([10, false]);
  });
});

describe('the first throttle', () => {
  test.each([
    // three quarters of what was admitted, at least two fifths of the rate: the bucket was full.
    ['40 calls in 5 s', { calls: 40, now: 5000 }, { learned: 8, perSecond: 7.6, pause: 375 }],
    ['40 calls in 2.5 s', { calls: 40, now: 2500 }, { learned: 12, perSecond: 11.4, pause: 250 }],
    [
      '40 calls in 5 s, of which 3 without calls',
      { calls: 40, idle: 3000, now: 5000 },
      { learned: 15, perSecond: 14.25, pause: 200 },
    ],
    ['more calls than the rate allows', { calls: 40, now: 1000 }, { learned: 15, perSecond: 14.25, pause: 200 }],
    ['no calls', { calls: 0, now: 5000 }, { learned: 7.5, perSecond: 7.125, pause: 400 }],
    ['no time', { calls: 0, now: 0 }, { learned: 7.5, perSecond: 7.125, pause: 400 }],
  ])('after %s measures the quota', (_, { calls, now, ...more }, { learned, perSecond, pause }) => {
    const rate = after(calls);
    if ('idle' in more) rate.onIdle(more.idle);
    expect(rate.onThrottled(now, now)).toBeCloseTo(pause);
    expect(rate.learned).toBeCloseTo(learned);
    expect(rate.perSecond).toBeCloseTo(perSecond);
  });

  test('counts the calls that need not wait', () => {
    const rate = after(0);
    for (let call = 0; call < 20; call++) rate.onAdmittedAtOnce();
    rate.onThrottled(2500, 2500);
    expect(rate.learned).toBeCloseTo(6);
  });

  test('stays within the bound', () => {
    const rate = after(100, { bound: 12 });
    rate.onThrottled(1000, 1000);
    expect(rate.learned).toBeCloseTo(9);
    const low = new Rate(0.05, 0);
    low.onThrottled(1, 1);
    expect([low.learned, low.perSecond]).toEqual([0.1, 0.05]);
  });

  test('of calls that were sent before it shows nothing new, of one that was sent at that time it does', () => {
    const rate = after(40);
    rate.onThrottled(5000, 5000);
    expect(rate.onThrottled(4999, 5500)).toBe(0);
    expect(rate.learned).toBe(8);
    expect(rate.onThrottled(5000, 5500)).toBeGreaterThan(0);
    expect(rate.learned).toBeLessThan(8);
  });
});

describe('a rate that knows its quota of 8', () => {
  const throttled = () => {
    const rate = after(40);
    rate.onThrottled(5000, 5000);
    return rate;
  };
  const afterMore = (calls: number, rate = throttled()) => {
    for (let call = 0; call < calls; call++) rate.onAdmitted();
    return rate;
  };

  test.each([
    // cubic, from a twentieth below up to the quota within fifty calls, and then beyond, a little with each.
    [0, 7.6],
    [1, 7.6235],
    [25, 7.95],
    [49, 7.9999],
    [50, 8.2],
    [54, 9],
    [55, 9.1429],
    [100, 9.1429],
  ])('is after %d calls %d a second', (calls, perSecond) => {
    expect(afterMore(calls).perSecond).toBeCloseTo(perSecond, 3);
  });

  test('takes it for risen once more calls than before have passed beyond it, and rises faster and faster', () => {
    const rate = afterMore(144);
    expect([rate.hasRisen, rate.perSecond < 9.15]).toEqual([false, true]);
    let calls = 144;
    for (; !rate.hasRisen; calls++) rate.onAdmitted();
    expect(calls).toBeLessThan(170);
    const before = rate.perSecond;
    rate.onAdmitted();
    expect(rate.perSecond - before).toBeCloseTo(0.2);
    while (rate.perSecond <= 32) rate.onAdmitted();
    const fast = rate.perSecond;
    rate.onAdmitted();
    expect(rate.perSecond - fast).toBeCloseTo(1);
  });

  test('rises, too, where another quota has risen, until a throttle shows what it is', () => {
    const rate = throttled();
    rate.onOtherRisen();
    expect(rate.hasRisen).toBe(true);
    afterMore(32, rate);
    expect(rate.perSecond).toBeCloseTo(14);
    rate.onOtherRisen();
    // half of the measurement is old: at least 0.55 of the rate.
    rate.onThrottled(8000, 8000);
    expect(rate.learned).toBeCloseTo((32 + 6) / (3 + 6 / 8));
    expect(rate.hasRisen).toBe(false);
    const slow = throttled();
    slow.onOtherRisen();
    afterMore(32, slow);
    slow.onThrottled(15_000, 15_000);
    expect(slow.learned).toBeCloseTo(14 * 0.55);
    // trusted for twice as many calls.
    expect(afterMore(99, slow).perSecond).toBeLessThan(7.7);
    expect(afterMore(1, slow).perSecond).toBeGreaterThan(7.7);
  });

  test.each([
    ['60 calls in 8 s', 60, 8000, 66 / 8.75],
    ['60 calls in 5 s, never more than the rate', 60, 5000, 9.1429],
    ['a throttle right after it: too little to measure', 0, 100, 6 / 0.85],
  ])('measures it again after %s, a little by the old one', (_, calls, milliseconds, learned) => {
    const rate = afterMore(calls);
    rate.onThrottled(5000 + milliseconds, 5000 + milliseconds);
    expect(rate.learned).toBeCloseTo(learned, 3);
    expect(rate.perSecond).toBeCloseTo(learned * 0.95, 3);
  });

  test.each([
    [20, 50],
    [60, 60],
    [110, 90],
  ])('trusts a measure of %d calls for %d', (calls, trusted) => {
    const rate = afterMore(calls);
    const seconds = (calls + 6) / 7.5 - 6 / 8;
    rate.onThrottled(5000 + seconds * 1000, 5000 + seconds * 1000);
    expect(rate.learned).toBeCloseTo(7.5);
    expect(afterMore(trusted - 1, rate).perSecond).toBeLessThan(7.5);
    expect(afterMore(1, rate).perSecond).toBeGreaterThan(7.5);
  });

  test('forgets slowly how much the bucket held', () => {
    // no call went beyond the quota: the surplus is less than none.
    const rate = afterMore(40);
    rate.onThrottled(10_000, 10_000);
    const learned = rate.learned!;
    const { perSecond } = afterMore(100, rate);
    const surplus = Array.from({ length: 40 }, (_, call) => throttledAfter(call)).reduce(
      (sum, at) => sum + 1 - 8 / at,
      0,
    );
    expect(perSecond - learned).toBeCloseTo((8 + (surplus - 8) * 0.2) / 7, 3);
  });

  const throttledAfter = (calls: number) => afterMore(calls).perSecond;

  test('remembers at once where it held more', () => {
    const rate = afterMore(140);
    rate.onThrottled(25_000, 25_000);
    const learned = rate.learned!;
    const surplus = Array.from({ length: 140 }, (_, call) => throttledAfter(call)).reduce(
      (sum, at) => sum + 1 - 8 / at,
      0,
    );
    expect(surplus).toBeGreaterThan(8);
    expect(afterMore(140, rate).perSecond - learned).toBeCloseTo(surplus / 7, 3);
  });
});

describe('a learned rate', () => {
  test.each([
    // trusted for seventy calls; beyond it a seventh of it, or as fast as forty calls are.
    [8, 69, 8],
    [8, 100, 8 + 8 / 7],
    [1, 100, 1 + 1 / 40],
    [40, 69, 40],
    [40, 200, 40 + 40 / 7],
  ])('of %d is after %d calls %d', (learned, calls, perSecond) => {
    // goes at least a twentieth beyond.
    const expected = Math.max(perSecond, calls >= 70 ? learned * 1.05 : 0);
    expect(after(calls, { learned }).perSecond).toBeCloseTo(expected, 2);
  });

  test('of a great quota is trusted for two seconds', () => {
    const rate = after(0, { learned: 40 });
    for (let call = 0; call < 400; call++) rate.onAdmittedAtOnce();
    rate.onThrottled(10_000, 10_000);
    // as many calls as were measured, but no more than twelve seconds of them.
    for (let call = 0; call < 399; call++) rate.onAdmitted();
    expect(rate.perSecond).toBeLessThanOrEqual(rate.learned!);
    rate.onAdmitted();
    expect(rate.perSecond).toBeGreaterThan(rate.learned!);
  });
});
