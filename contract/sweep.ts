/**
 * What constructs and handlers agree on for every sweep: its configuration in the definition of its state machine, the
 * limits of its rules, why it keeps or removes a candidate, and the names of its metrics.
 */
import { type Problem, quote } from './shape';

/** How versions are ranked: by SemVer precedence, which dotted numbers follow as well, or by creation. */
export type VersionOrder = 'SEMVER' | 'CREATION';

/** The rules that all sweeps share. Absent means that the rule does not exist. */
export interface SweepRulesConfig {
  /** How many of the newest candidates stay, of everything that the selection matches, protected or not. */
  readonly keepLatest?: number;
  /** How long, in seconds, a candidate stays. */
  readonly minAgeSeconds?: number;
  /** Globs: a candidate is only removed if one matches its name. Absent: all names. */
  readonly include?: readonly string[];
  /** Globs: a candidate stays if one matches its name. */
  readonly exclude?: readonly string[];
  /** A plan with more removals is refused before the first removal. */
  readonly maxRemovals?: number;
  /** Whether to only plan and log, without removing anything. Absent: false. */
  readonly dryRun?: boolean;
}

/**
 * A sweep as its state machine passes it to every slice. It is in the machine's definition as JSON, and not among the
 * properties of a custom resource, so numbers stay numbers. Each kind of sweep adds its selection.
 */
export interface SweepConfig {
  /** The sweep's name: in records, and as the dimension of its metrics. */
  readonly name: string;
  /** What the sweep is over, where only the deployment can tell if that is in the account and region of the stack. */
  readonly arn?: string;
  readonly rules: SweepRulesConfig;
  /** A candidate is only removed in one of these states. Absent: in any state. */
  readonly statuses?: readonly string[];
  /** Absent: CREATION. */
  readonly order?: VersionOrder;
  /** The highest pace, for each operation. */
  readonly requestsPerSecond: number;
}

export const SweepLimits = {
  /** The newest `keepLatest` candidates are part of the state from slice to slice while a listing is ranked. */
  MAX_KEEP_LATEST: 250,
  MAX_GLOBS: 50,
  MAX_REQUESTS_PER_SECOND: 1000,
  /** Bytes of a cursor as JSON: a quarter of what Step Functions passes from state to state. */
  CURSOR_BYTES: 65_536,
  /** How many kept candidates get a record of their own; the others are counted by reason. */
  KEPT_RECORDS: 100,
  /** How often a removing pass that removed something is repeated. */
  REPEATS: 3,
  /** How often a sweep reads a listing again because its page token has expired. */
  RESTARTS: 20,
  /** How many slices wait until the removals are complete, each for a minute and a pause of another. */
  WAITS: 60,
} as const;

/** Why a candidate is kept. A source adds reasons of its own for what it protects. */
export const KeepReason = {
  /** Its state is not one of the statuses. */
  STATUS: 'STATUS',
  /** No include pattern matches. */
  NOT_INCLUDED: 'NOT_INCLUDED',
  /** An exclude pattern matches. */
  EXCLUDED: 'EXCLUDED',
  /** It is younger than minAge. */
  TOO_YOUNG: 'TOO_YOUNG',
  /** minAge is set, and the service does not tell its age. */
  AGE_UNKNOWN: 'AGE_UNKNOWN',
  /** It is one of the keepLatest newest. */
  AMONG_LATEST: 'AMONG_LATEST',
  /** Whether it is protected could not be read. */
  PROTECTION_UNREADABLE: 'PROTECTION_UNREADABLE',
  /** The run has removed as many candidates as maxRemovals allows; this one appeared after the plan was made. */
  MAX_REMOVALS: 'MAX_REMOVALS',
} as const;

/** Why a candidate is removed. */
export const RemoveReason = {
  /** keepLatest newer candidates stay. */
  BEYOND_LATEST: 'BEYOND_LATEST',
  /** It is older than minAge, and keepLatest is not set. */
  OLD_ENOUGH: 'OLD_ENOUGH',
  /** The selection matches it and no rule keeps it. */
  SELECTED: 'SELECTED',
} as const;

/** Embedded metrics of a sweep. */
export const SweepMetric = {
  REMOVED: 'Removed',
  KEPT: 'Kept',
  FAILED: 'Failed',
  THROTTLED: 'Throttled',
  REFUSED: 'Refused',
} as const;

/** The one dimension of the metrics: the sweep's name. */
export const SWEEP_METRIC_DIMENSION = 'Sweep';

/** Checks the rules of a sweep. A retention must keep something of what it matches; a cleanup need not. */
export function checkRules(rules: SweepRulesConfig, kind: 'retention' | 'cleanup'): Problem {
  const { keepLatest, minAgeSeconds, include = [], exclude = [], maxRemovals } = rules;
  if (keepLatest !== undefined && !isWhole(keepLatest, 0, SweepLimits.MAX_KEEP_LATEST)) {
    return `keepLatest must be a whole number from 0 to ${SweepLimits.MAX_KEEP_LATEST}, got ${keepLatest}`;
  }
  if (minAgeSeconds !== undefined && !(minAgeSeconds >= 0 && Number.isFinite(minAgeSeconds))) {
    return `minAge must be at least 0 seconds, got ${minAgeSeconds}`;
  }
  if (maxRemovals !== undefined && !isWhole(maxRemovals, 1, Number.MAX_SAFE_INTEGER)) {
    return `maxRemovals must be a whole number of at least 1, got ${maxRemovals}: set dryRun to remove nothing`;
  }
  if (kind === 'retention' && !keepLatest && !minAgeSeconds) {
    return 'a retention must keep something, got neither a keepLatest of at least 1 nor a minAge: set one of them';
  }
  // whoever computes a list and gets an empty one does not want everything removed.
  if (rules.include?.length === 0) {
    return 'include must have at least one pattern, got none: leave include out for all names';
  }
  return checkGlobs('include', include) ?? checkGlobs('exclude', exclude);
}

/** Checks the limit of a pace. */
export function checkRequestsPerSecond(value: number): Problem {
  return value > 0 && value <= SweepLimits.MAX_REQUESTS_PER_SECOND
    ? undefined
    : `requestsPerSecond must be above 0 and at most ${SweepLimits.MAX_REQUESTS_PER_SECOND}, got ${value}`;
}

function checkGlobs(property: string, globs: readonly string[]): Problem {
  if (globs.length > SweepLimits.MAX_GLOBS) {
    return `${property} must have at most ${SweepLimits.MAX_GLOBS} patterns, got ${globs.length}: join some as {one,other}`;
  }
  const negated = globs.find(glob => glob.startsWith('!'));
  if (negated !== undefined) {
    const other = property === 'include' ? 'exclude' : 'include';
    return `a pattern of ${property} must not be negated, got ${quote(negated)}: write ${quote(negated.slice(1))} in ${other}`;
  }
  const regular = globs.find(glob => glob.startsWith('^') || glob.endsWith('$'));
  if (regular !== undefined) {
    return `a pattern of ${property} is a glob and no regular expression, got ${quote(regular)}: write it like "2.*"`;
  }
  const bad = globs.find(glob => glob.length === 0 || glob.length > 256);
  return bad === undefined ? undefined : `a pattern of ${property} must have 1 to 256 characters, got ${quote(bad)}`;
}

const isWhole = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max;
