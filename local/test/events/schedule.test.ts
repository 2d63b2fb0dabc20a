import { parseSchedule, timesBetween } from '../../src/services/events/schedule';

const at = (text: string) => Date.parse(`${text}Z`);
const next = (expression: string, after: string) => {
  const time = parseSchedule(expression)(at(after));
  return time && new Date(time).toISOString().slice(0, 16);
};

test.each([
  ['rate(1 minute)', '2026-01-01T00:00', '2026-01-01T00:01'],
  ['rate(5 minutes)', '2026-01-01T00:00', '2026-01-01T00:05'],
  ['rate(1 day)', '2026-01-01T10:00', '2026-01-02T10:00'],
  ['cron(0 12 * * ? *)', '2026-01-01T11:59', '2026-01-01T12:00'],
  ['cron(0 12 * * ? *)', '2026-01-01T12:00', '2026-01-02T12:00'],
  ['cron(0/15 * * * ? *)', '2026-01-01T00:16', '2026-01-01T00:30'],
  ['cron(0 8 ? * MON-FRI *)', '2026-01-03T00:00', '2026-01-05T08:00'],
  ['cron(0 0 L * ? *)', '2026-02-01T00:00', '2026-02-28T00:00'],
  ['cron(0 0 1 1 ? 2020)', '2026-01-01T00:00', undefined],
])('%s comes after %s at %s', (expression, after, expected) => {
  expect(next(expression, after)).toBe(expected);
});

test('every time between two moments is found', () => {
  const times = [...timesBetween(parseSchedule('rate(2 hours)'), at('2026-01-01T00:00'), at('2026-01-01T04:30'))];
  expect(times.map(time => new Date(time).getUTCHours())).toEqual([2, 4]);
});

test.each([
  'rate(1 minutes)',
  'rate(5 minute)',
  'rate(0 minutes)',
  'rate(5 weeks)',
  'every 5 minutes',
  'cron(0 12 * * * *)',
  'cron(0 12 * * ?)',
  'cron(60 12 * * ? *)',
  'cron(a 12 * * ? *)',
])('%s is refused', expression => {
  expect(() => parseSchedule(expression)).toThrow(expect.objectContaining({ code: 'ValidationException' }));
});
