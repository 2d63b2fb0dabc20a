// documented: user guide, eb-scheduled-rule-pattern
import * as cron from 'aws-cron-parser';
import { invalid } from './errors';

/** When a rule fires: the first time after a moment, or `undefined`. */
export type Schedule = (after: number) => number | undefined;

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Reads `rate(5 minutes)` or `cron(0 12 * * ? *)`. Throws ValidationException. */
export function parseSchedule(expression: string): Schedule {
  const [, value, unit, plural] = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  if (value !== undefined && (value === '1') === (plural === '')) {
    const interval = Number(value) * UNITS[unit];
    return after => after + interval;
  }
  const [, fields] = /^cron\((.+)\)$/.exec(expression) ?? [];
  if (fields !== undefined && isCron(fields.split(' '))) {
    const parsed = parseCron(fields);
    return after => cron.next(parsed, new Date(after))?.getTime();
  }
  throw notValid();
}

/** All times after one moment, up to another. */
export function* timesBetween(schedule: Schedule, after: number, until: number): Generator<number> {
  let time = schedule(after);
  while (time !== undefined && time <= until) {
    yield time;
    time = schedule(time);
  }
}

/** Minutes, hours, day of month, month, day of week, year. */
const FIELDS = [/^[\d*,/-]+$/, /^[\d*,/-]+$/, /^[\dLW*,/?-]+$/, /^[\dA-Z*,/-]+$/i, /^[\dA-Z*,/?#-]+$/i, /^[\d*,/-]+$/];

/** One of day of month and day of week must be `?`. */
const isCron = (fields: readonly string[]): boolean =>
  fields.length === FIELDS.length &&
  FIELDS.every((pattern, i) => pattern.test(fields[i])) &&
  (fields[2] === '?') !== (fields[4] === '?');

function parseCron(fields: string): ReturnType<typeof cron.parse> {
  try {
    return cron.parse(fields);
  } catch {
    throw notValid();
  }
}

const notValid = () => invalid('Parameter ScheduleExpression is not valid.');
