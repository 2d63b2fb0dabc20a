/** A sweep that CloudFormation waits for: how much of the hour it may use, and what CloudFormation is told. Pure. */
import { createHash } from 'node:crypto';
import { type SweepConfig } from '../../contract/sweep';
import { type OnIncomplete, type SweepAttributes } from '../../contract/sweep-execution';
import { canonical } from '../runtime/current-operation';
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

/** Why a sweep ends that is not done, and what to do about it. */
interface Shortfall {
  readonly why: string;
  readonly mend: string;
}

const TIME_OVER: Shortfall = {
  why: "CloudFormation's time ended before the sweep",
  mend: 'run it again, or on a schedule, which has no such limit',
};

export const OTHER_RULES: Shortfall = {
  why: 'the rules in the state machine are not those of the last deployment that succeeded, and it does not go on by them',
  mend: 'deploy once more, or destroy again, which goes on from here',
};

export function incompleteAnswer(counts: SweepCounts, onIncomplete: OnIncomplete, of = TIME_OVER): SliceAnswer {
  if (onIncomplete === 'FAIL') return { status: 'FAILED', message: incomplete(counts, of) };
  return { status: 'SUCCESS', data: { ...attributes(counts.removed, counts.kept, remaining(counts)) } };
}

export function incomplete(counts: SweepCounts, { why, mend } = TIME_OVER): string {
  const atLeast = counts.planned === undefined ? 'at least ' : '';
  return `${why}: ${counts.removed} removed, ${atLeast}${remaining(counts)} remaining; ${mend}`;
}

/** Of the plan; where nothing was counted beforehand it is only known that something is left. */
function remaining({ planned, removed, gone, failed }: SweepCounts): number {
  return Math.max(planned === undefined ? 0 : planned - removed - gone, failed, 1);
}

function attributes(removed: number, kept: number, remaining: number): SweepAttributes {
  return { RemovedCount: `${removed}`, KeptCount: `${kept}`, RemainingCount: `${remaining}` };
}

/** Tells whether an event and a state machine speak of the same rules. */
export const hashOf = (config: SweepConfig) => createHash('sha256').update(canonical(config)).digest('hex');

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
