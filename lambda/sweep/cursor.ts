import { SweepLimits } from '../../contract/sweep';
import { type Troubles } from './failure';
import { type LearnedRates } from './pace';
import { type Threshold } from './plan';

/** What a sweep has done so far. Kept and failed candidates are counted for the current pass over the listing. */
export interface SweepCounts {
  readonly removed: number;
  /** Candidates that no longer existed when their turn came. */
  readonly gone: number;
  readonly failed: number;
  /** The first candidate whose removal failed, and why. */
  readonly firstFailure?: string;
  readonly kept: number;
  readonly keptBy: Readonly<Record<string, number>>;
  /** Candidates that a dry run would have removed. */
  readonly wouldRemove: number;
  /** How many removals the plan has. Absent if maxRemovals does not need it. */
  readonly planned?: number;
  readonly throttled: number;
}

export interface MetNames {
  readonly comparable?: string;
  readonly other?: string;
}

/** Where the next slice continues: plain JSON. */
export interface SweepCursor {
  /** When the sweep began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /**
   * The phases, in order: nothing has begun; the listing is read to rank and count; the ranked candidates are checked;
   * the listing is read to remove; the sweep waits until the removals are complete.
   */
  readonly pass: 'BEGIN' | 'PLAN' | 'CHECK' | 'REMOVE' | 'SETTLE';
  /** The page token of the listing; absent at the beginning. */
  readonly pageToken?: string;
  /** The latest candidates so far, while the plan is made. */
  readonly ranking?: readonly object[];
  /** Whether any candidate ranks behind the latest ones: only then it matters which ones are the latest. */
  readonly pushesOut?: boolean;
  /** How many ranked candidates have been checked. */
  readonly checked?: number;
  /** Names that do not count, because the candidates are removed if a deployment in progress fails. */
  readonly provisional?: readonly string[];
  /** Two names from the ranking: one that can be compared as a version, and one that cannot. */
  readonly named?: MetNames;
  /** Whether the plan takes protections into account: only if it would have too many removals without them. */
  readonly exact?: boolean;
  /** The last candidate that keepLatest keeps, once the plan is made. */
  readonly threshold?: Threshold;
  readonly counts: SweepCounts;
  /** How often the removing pass has been repeated. */
  readonly repeats: number;
  /** Whether the current pass has removed something: if so, it is repeated. */
  readonly passRemoved: boolean;
  /** How often the listing was read again because a page token has expired. */
  readonly restarts: number;
  /** How many slices have waited until the removals are complete. */
  readonly waits?: number;
  readonly keptRecords: number;
  /** What the source has read so far for its protections. */
  readonly prepared?: object;
  readonly learned: LearnedRates;
  /** What the services refuse so far. */
  readonly troubles?: Troubles;
}

export const NOTHING: SweepCounts = {
  removed: 0,
  gone: 0,
  failed: 0,
  kept: 0,
  keptBy: {},
  wouldRemove: 0,
  throttled: 0,
};

export function firstCursor(now: number): SweepCursor {
  return {
    startedAt: now,
    pass: 'BEGIN',
    counts: NOTHING,
    repeats: 0,
    passRemoved: false,
    restarts: 0,
    keptRecords: 0,
    learned: {},
  };
}

/** The same sweep at the beginning of its listing: the counts of the current pass start again. */
export function atBeginning(cursor: SweepCursor): SweepCursor {
  const { removed, gone, throttled, planned } = cursor.counts;
  return {
    ...cursor,
    pageToken: undefined,
    ranking: undefined,
    pushesOut: undefined,
    counts: { ...NOTHING, removed, gone, throttled, planned: cursor.pass === 'PLAN' ? undefined : planned },
  };
}

/**
 * The part of a cursor that one execution passes to another. Somebody else may have written it, so no rule depends on
 * it: the plan is made again, ages only count up to now, and the number of removals only reduces what maxRemovals
 * allows.
 */
export function handedOn(cursor: object, now: number): SweepCursor {
  const { startedAt, counts, learned } = cursor as Partial<SweepCursor>;
  const { removed, gone, throttled } = counts ?? NOTHING;
  return {
    ...firstCursor(Math.min(amount(startedAt, now), now)),
    counts: { ...NOTHING, removed: amount(removed), gone: amount(gone), throttled: amount(throttled) },
    learned: Object.fromEntries(Object.entries(learned ?? {}).filter(([, rate]) => amount(rate) > 0)),
  };
}

/** The same run after a wait: deployments may have changed what the plan was made of, so it is made again. */
export function replanned(cursor: SweepCursor): SweepCursor {
  const { startedAt, prepared, keptRecords } = cursor;
  return { ...handedOn(cursor, startedAt), prepared, keptRecords };
}

/** A number that is at least 0. */
const amount = (value: unknown, otherwise = 0): number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise;

/** Checks that a cursor is small enough for the state machine. */
export function checkedCursor(cursor: SweepCursor): SweepCursor {
  const bytes = Buffer.byteLength(JSON.stringify(cursor));
  if (bytes > SweepLimits.CURSOR_BYTES) {
    throw new Error(
      `the sweep's cursor must have at most ${SweepLimits.CURSOR_BYTES} bytes, got ${bytes}: choose a smaller keepLatest`,
    );
  }
  return cursor;
}
