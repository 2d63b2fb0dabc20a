import { SweepLimits } from '../../contract/sweep';
import { type LearnedRates } from './pace';
import { type Threshold } from './plan';

/** What a sweep has done so far. Kept and failed candidates are those of the current pass over the listing. */
export interface SweepCounts {
  readonly removed: number;
  /** Not there any more when their turn came. */
  readonly gone: number;
  readonly failed: number;
  readonly kept: number;
  readonly keptBy: Readonly<Record<string, number>>;
  /** What a dry run would have removed. */
  readonly wouldRemove: number;
  /** How many removals the plan has. Absent where maxRemovals does not ask for it. */
  readonly planned?: number;
  readonly throttled: number;
}

export interface MetNames {
  readonly comparable?: string;
  readonly other?: string;
}

/** Where the next slice goes on: plain JSON. */
export interface SweepCursor {
  /** When the sweep began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /**
   * Nothing has begun; the listing is read to rank and count, what ranks is looked at, then the listing is read to remove; then what the
   * removals have begun is waited for.
   */
  readonly pass: 'BEGIN' | 'PLAN' | 'CHECK' | 'REMOVE' | 'SETTLE';
  /** Where in the listing; absent at its beginning. */
  readonly pageToken?: string;
  /** The latest so far, while the plan is made. */
  readonly ranking?: readonly object[];
  /** Whether something ranks behind the latest: only then it matters which these are. */
  readonly pushesOut?: boolean;
  /** How many of the ranking have been looked at. */
  readonly checked?: number;
  /** Names that do not count, since they go if a deployment that is not over fails. */
  readonly provisional?: readonly string[];
  /** Names that the ranking has met: one that can be compared as a version, and one that cannot. */
  readonly named?: MetNames;
  /** Whether the plan counts with the protections: only where it would have too many removals without them. */
  readonly exact?: boolean;
  /** What keepLatest keeps, once the plan is made. */
  readonly threshold?: Threshold;
  readonly counts: SweepCounts;
  /** How often the removing pass has been repeated. */
  readonly repeats: number;
  /** Whether the current pass has removed something: it is then repeated. */
  readonly passRemoved: boolean;
  /** How often the listing was read anew because a page token went stale. */
  readonly restarts: number;
  /** How many slices have waited for what the removals have begun. */
  readonly waits?: number;
  readonly keptRecords: number;
  /** What the source has read so far for its protections. */
  readonly prepared?: object;
  readonly learned: LearnedRates;
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

/** The same sweep at the beginning of its listing: what was counted of the pass so far is counted again. */
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
 * What of a cursor goes from one execution to another. Somebody else may have written it, so it holds nothing that a rule
 * depends on: the plan is made anew, no age counts further than now, and what was removed takes of maxRemovals alone.
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

/** A number that is not negative. */
const amount = (value: unknown, otherwise = 0): number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise;

/** Checks that a cursor may travel through the state machine. */
export function checkedCursor(cursor: SweepCursor): SweepCursor {
  const bytes = Buffer.byteLength(JSON.stringify(cursor));
  if (bytes > SweepLimits.CURSOR_BYTES) {
    throw new Error(
      `the sweep's cursor has ${bytes} bytes and may have ${SweepLimits.CURSOR_BYTES}: choose a smaller keepLatest`,
    );
  }
  return cursor;
}
