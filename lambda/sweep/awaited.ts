/** A sweep that CloudFormation waits for: how much of the hour it can use, and what CloudFormation is told. Pure. */
import { createHash } from 'node:crypto';
import { type SweepConfig } from '../../contract/sweep';
import { type OnIncomplete, type SweepData } from '../../contract/sweep-execution';
import { canonical } from '../runtime/current-operation';
import { type SliceAnswer } from '../runtime/custom-resource';
import { type SweepCounts, type SweepCursor } from './cursor';
import { type SweepOutcome } from './slices';

/** The attributes of a run that removed nothing. */
export const SWEPT_NOTHING = attributes(0, 0, 0);

export function answerOf({ status, counts, message, hasLeft }: SweepOutcome): SliceAnswer {
  if (status === 'REFUSED') return { status: 'FAILED', message: `the sweep was refused: ${message}` };
  if (status === 'FAILED') return { status: 'FAILED', message: failedRemovals(counts) };
  const left = hasLeft ? remaining(counts) : counts.wouldRemove;
  return { status: 'SUCCESS', data: { ...attributes(counts.removed, counts.kept, left) } };
}

export function failedRemovals({ failed, removed, firstFailure }: SweepCounts): string {
  const first = firstFailure === undefined ? '' : `; the first was ${firstFailure}`;
  return `${failed} removals failed and ${removed} succeeded${first}; the provider's log names each of them`;
}

/** How far a sweep has come, and what holds it up. */
export type SweepProgress = Pick<SweepCursor, 'counts' | 'troubles'>;

/** Why a sweep ended before it was complete, and what to do about it. */
export interface Shortfall {
  readonly why: string;
  readonly mend: string;
}

export const TIME_OVER: Shortfall = {
  why: "CloudFormation's time ended before the sweep",
  mend: 'run it again, or on a schedule, which has no such limit',
};

export const OTHER_RULES: Shortfall = {
  why: 'the rules in the state machine are not those of the last successful deployment, so the sweep stops',
  mend: 'deploy again, or destroy again, which continues from here',
};

export const STOPPED: Shortfall = {
  why: 'somebody has stopped the execution',
  mend: 'run it again',
};

export function incompleteAnswer(progress: SweepProgress, onIncomplete: OnIncomplete, of = TIME_OVER): SliceAnswer {
  if (onIncomplete === 'FAIL') return { status: 'FAILED', message: incomplete(progress, of) };
  const { counts } = progress;
  return { status: 'SUCCESS', data: { ...attributes(counts.removed, counts.kept, remaining(counts)) } };
}

export function incomplete({ counts, troubles = {} }: SweepProgress, { why, mend } = TIME_OVER): string {
  const atLeast = counts.planned === undefined ? 'at least ' : '';
  const [trouble] = Object.values(troubles);
  const last = trouble === undefined ? '' : `; a call that had not succeeded by then: ${trouble}`;
  return `${why}: ${counts.removed} removed, ${atLeast}${remaining(counts)} remaining${last}; ${mend}`;
}

/** What remains of the plan; without a plan that was counted beforehand, it is only known that something remains. */
function remaining({ planned, removed, gone, failed }: SweepCounts): number {
  return Math.max(planned === undefined ? 0 : planned - removed - gone, failed, 1);
}

function attributes(removed: number, kept: number, remaining: number): SweepData {
  return { RemovedCount: `${removed}`, KeptCount: `${kept}`, RemainingCount: `${remaining}` };
}

/** Identifies the rules, to compare those of an event with those of a state machine. */
export const hashOf = (config: SweepConfig) => createHash('sha256').update(canonical(config)).digest('hex');

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
