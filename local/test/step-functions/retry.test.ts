import { Retries } from '../../src/services/step-functions/retry';

describe('retries', () => {
  test('wait longer each time, up to three', () => {
    const retries = new Retries([{ ErrorEquals: ['E'] }]);
    expect([1, 2, 3, 4].map(() => retries.next('E'))).toEqual([1, 2, 4, undefined]);
  });

  test('are counted for each retrier, of which the first that matches is taken', () => {
    const retries = new Retries([
      { ErrorEquals: ['A'], MaxAttempts: 1, IntervalSeconds: 5 },
      { ErrorEquals: ['A', 'B'], IntervalSeconds: 7, BackoffRate: 1 },
    ]);
    expect(['A', 'B', 'A', 'B'].map(error => retries.next(error))).toEqual([5, 7, undefined, 7]);
  });

  test('wait no longer than the maximum', () => {
    const retries = new Retries([{ ErrorEquals: ['E'], IntervalSeconds: 10, MaxDelaySeconds: 15 }]);
    expect([1, 2].map(() => retries.next('E'))).toEqual([10, 15]);
  });

  test('are spread with full jitter', () => {
    const retries = new Retries([{ ErrorEquals: ['E'], IntervalSeconds: 10, JitterStrategy: 'FULL' }], () => 0.5);
    expect(retries.next('E')).toBe(5);
  });

  test.each([
    ['States.ALL', 'Anything', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.ALL', 'States.Runtime', false],
    ['States.TaskFailed', 'Lambda.Unknown', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['Lambda.Unknown', 'Other', false],
  ])('for %s are made after %s: %s', (name, error, isRetried) => {
    expect(new Retries([{ ErrorEquals: [name] }]).next(error) !== undefined).toBe(isRetried);
  });
});
