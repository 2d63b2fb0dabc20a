/** A sweep that CloudFormation waits for: how much of the hour it may use, and what CloudFormation is told. Pure. */
import { type OnIncomplete, type SweepAttributes } from '../../contract/sweep-execution';
import { type SliceAnswer } from '../runtime/custom-resource';
import { type SweepCounts } from './cursor';
import { type SweepOutcome } from './slices';

/** The attributes of a run that swept nothing. */
export const SWEPT_NOTHING = attributes(0, 0, 0);

export function answerOf({ status, counts, message }: SweepOutcome): SliceAnswer {
  if (status === 'REFUSED') return { status: 'FAILED', message: `the sweep was refused: ${message}` };
  if (status === 'FAILED') return { status: 'FAILED', message: failedRemovals(counts) };
  return { status: 'SUCCESS', data: { ...attributes(counts.removed, counts.kept, counts.wouldRemove) } };
}

export const failedRemovals = ({ failed, removed }: SweepCounts) =>
  `${failed} removals failed and ${removed} succeeded: the provider's log names each of them`;

/** CloudFormation's time is over and the sweep is not. */
export function incompleteAnswer(counts: SweepCounts, onIncomplete: OnIncomplete): SliceAnswer {
  if (onIncomplete === 'FAIL') return { status: 'FAILED', message: incomplete(counts) };
  return { status: 'SUCCESS', data: { ...attributes(counts.removed, counts.kept, remaining(counts)) } };
}

export function incomplete(counts: SweepCounts): string {
  const atLeast = counts.planned === undefined ? 'at least ' : '';
  return (
    `CloudFormation's time ended before the sweep: ${counts.removed} removed, ${atLeast}${remaining(counts)} remaining; ` +
    'run it again, or on a schedule, which has no such limit'
  );
}

/** Of the plan; where nothing was counted beforehand it is only known that something is left. */
function remaining({ planned, removed, gone, failed }: SweepCounts): number {
  return Math.max(planned === undefined ? 0 : planned - removed - gone, failed, 1);
}

function attributes(removed: number, kept: number, remaining: number): SweepAttributes {
  return { RemovedCount: `${removed}`, KeptCount: `${kept}`, RemainingCount: `${remaining}` };
}

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
