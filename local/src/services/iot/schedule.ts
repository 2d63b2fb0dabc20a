/** When a job starts and ends. */
// documented: API model, SchedulingConfig
// unverified: which of the forms of a date are taken, and the errors
import { invalidRequest } from './errors';
import type { JobSettings } from './job-store';

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

export interface JobSchedule {
  /** Whether the job waits for its start or its first maintenance window. */
  readonly later: boolean;
  readonly startsAt?: number;
  readonly endsAt?: number;
}

/**
 * Checks a schedule against the documented limits: the start is between half an hour and a year away, and the end
 * between half an hour and two years after the start.
 */
export function readSchedule(scheduling: JobSettings['schedulingConfig'], now: number): JobSchedule {
  if (!scheduling) return { later: false };
  const { startTime, endTime, maintenanceWindows = [] } = scheduling;
  const startsAt = startTime === undefined ? undefined : read('startTime', startTime);
  const endsAt = endTime === undefined ? undefined : read('endTime', endTime);
  if (startsAt !== undefined) checkDistance('startTime', startsAt - now, YEAR);
  if (endsAt !== undefined) checkDistance('endTime', endsAt - (startsAt ?? now), 2 * YEAR);
  // the cron expressions of windows are not read: a test opens and closes windows.
  if (maintenanceWindows.length > 0) return { later: true, endsAt };
  return { later: startsAt !== undefined, startsAt, endsAt };
}

/** `YYYY-MM-DD HH:MM`, in UTC, or ISO 8601. */
function read(member: string, text: string): number {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})$/.exec(text) ?? [];
  const at = Date.parse(day ? `${day}T${time}:00Z` : text);
  if (Number.isNaN(at)) throw invalidRequest(`${member} must be a date and time, got ${text}`);
  return at;
}

function checkDistance(member: string, distance: number, most: number): void {
  if (distance < 30 * MINUTE) throw invalidRequest(`${member} is too soon: it must be at least thirty minutes ahead`);
  if (distance > most) throw invalidRequest(`${member} is too late: it must be at most ${most / YEAR} years ahead`);
}
