/** A sweep that CloudFormation waits for: how much of the hour it can use, and what CloudFormation is told. Pure. */
import { type OnIncomplete, type SweepAttributes } from '../../contract/sweep-execution';
import { type SliceAnswer } from '../runtime/custom-resource';
import { type SweepCounts } from './cursor';
import { type SweepOutcome } from './slices';

/** The attributes of a run that removed nothing. */
export const SWEPT_NOTHING = attributes(0, 0, 0);

export function answerOf({ status, counts, message }: SweepOutcome): SliceAnswer {
  if (status === 'REFUSED') return { status: 'FAILED', message: `the sweep was refused: ${message}` };
  if (status === 'FAILED') return { status: 'FAILED', message: failedRemovals(counts) };
  return { status: 'SUCCESS', data: { ...attributes(counts.removed, counts.kept, counts.wouldRemove) } };
}

export const failedRemovals = ({ failed, removed }: SweepCounts) =>
  `${failed} removals failed and ${removed} succeeded: the provider's log names each of them`;

/** The message if CloudFormation's time is over before the sweep is complete. */
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

/** What remains of the plan; without a plan that was counted beforehand, it is only known that something remains. */
function remaining({ planned, removed, gone, failed }: SweepCounts): number {
  return Math.max(planned === undefined ? 0 : planned - removed - gone, failed, 1);
}

function attributes(removed: number, kept: number, remaining: number): SweepAttributes {
  return { RemovedCount: `${removed}`, KeptCount: `${kept}`, RemainingCount: `${remaining}` };
}

/** How long, in milliseconds, is reserved for the answer. */
const MARGIN = 120_000;
/** If less time, in milliseconds, is left, no further slice begins. */
const WORTH_A_SLICE = 30_000;

/** When a sweep must stop because CloudFormation waits for it; never if nobody waits. */
export const endOfHour = (abandonedAt: number | undefined) =>
  abandonedAt === undefined ? Infinity : abandonedAt - MARGIN;

/** Whether the hour would be over for a slice that begins after a pause. */
export const isHourOver = (abandonedAt: number | undefined, now: number, pause = 0) =>
  now + pause + WORTH_A_SLICE >= endOfHour(abandonedAt);
