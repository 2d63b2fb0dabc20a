/** CloudFormation's hour, as far as a sweep may use it. */

/** Milliseconds that are left for the answer, whatever its way. */
const MARGIN = 120_000;
/** With less, in milliseconds, no further slice is begun. */
const WORTH_A_SLICE = 30_000;

/** When a sweep stops that CloudFormation waits for; never where nobody waits. */
export const endOfHour = (abandonedAt: number | undefined) =>
  abandonedAt === undefined ? Infinity : abandonedAt - MARGIN;

/** Whether a slice that begins after a pause would find the hour over. */
export const isHourOver = (abandonedAt: number | undefined, now: number, pause = 0) =>
  now + pause + WORTH_A_SLICE >= endOfHour(abandonedAt);
