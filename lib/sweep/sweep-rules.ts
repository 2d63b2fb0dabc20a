import { createHash } from 'node:crypto';
import { type Duration, Token } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { type SweepConfig, type SweepRulesConfig, checkRequestsPerSecond, checkRules } from '../../contract/sweep';
import { type Expected, FLAG, listOf, requireKinds, withMember } from '../core/arguments';
import { invalid, isUnknown } from '../core/validation';

/** How versions are ranked, the best first. */
export enum VersionOrder {
  /** By the precedence of Semantic Versioning. Other names come last, the newest of them first. */
  SEMVER = 'SEMVER',

  /** By creation, the newest first. */
  CREATION = 'CREATION',
}

/** What happens to a deployment or deletion whose hour ends before its sweep. What was removed stays removed. */
export enum OnIncomplete {
  /** It fails, and says how much is left. */
  FAIL = 'FAIL',

  /** It goes on. The provider's log says how much is left, and so does `remainingCount`. */
  WARN = 'WARN',
}

/** What a sweep removes of what it selects. It removes only what no rule keeps. */
export interface SweepRules {
  /**
   * How many of the newest ones stay, 0 to 250. They are counted among everything that the selection, statuses,
   * `include` and `exclude` match, protected or not: at least so many exist afterwards.
   *
   * @default - nothing stays because it is new
   */
  readonly keepLatest?: number;

  /**
   * How long something stays at least: a version after its creation, an execution after its last update.
   *
   * @default - nothing stays because it is young
   */
  readonly minAge?: Duration;

  /**
   * Patterns of names, such as `2.*`, at most 50. What matches none of them stays.
   *
   * @default - all names
   */
  readonly include?: string[];

  /**
   * Patterns of names, such as `*-lts`, at most 50. What matches one of them stays.
   *
   * @default - no name is excluded
   */
  readonly exclude?: string[];

  /**
   * How much one run can remove at most, 1 or more. If a plan exceeds it, the run is refused before it removes
   * anything.
   *
   * @default - 50 versions; no limit for executions of jobs
   */
  readonly maxRemovals?: number;

  /**
   * Whether to only plan and log, without removing anything.
   *
   * @default false
   */
  readonly dryRun?: boolean;
}

/** Options that every sweep has. */
export interface SweepOptions {
  /**
   * How many requests a second the sweep sends at most, for each operation of the service: above 0, at most 1,000.
   * Below that, the sweep finds out by itself what the account's quota allows.
   *
   * @default 8 - AWS IoT allows 10 by default: two are left for everybody else
   */
  readonly requestsPerSecond?: number;

  /**
   * What happens to a deployment or deletion that waits for the sweep if an hour is not enough. Only with
   * `SweepTrigger.onDestroy()` or `SweepTrigger.duringDeployment()`.
   *
   * @default OnIncomplete.FAIL
   */
  readonly onIncomplete?: OnIncomplete;

  /**
   * Any text. If you change it, the next deployment sweeps again. Only with `SweepTrigger.duringDeployment()`.
   *
   * @default - a deployment sweeps when other properties of the sweep or the declared versions change
   */
  readonly salt?: string;
}

/** Two of the ten requests a second that services allow by default are left for other callers. */
const REQUESTS_PER_SECOND = 8;

/** The part of a sweep's properties that becomes its configuration. */
export interface SharedProps {
  readonly kind: 'retention' | 'cleanup';
  readonly rules?: SweepRules;
  readonly requestsPerSecond?: number;
  /** Absent: no limit. */
  readonly defaultMaxRemovals?: number;
}

/** The part of a sweep's configuration that all kinds share. Throws if a known part of it breaks a rule. */
export function sweepConfig(sweep: IConstruct, props: SharedProps): SweepConfig {
  const { requestsPerSecond = REQUESTS_PER_SECOND } = props;
  const problem = isUnknown(requestsPerSecond) ? undefined : checkRequestsPerSecond(requestsPerSecond);
  if (problem) throw invalid(sweep, problem);
  return { name: sweepName(sweep), rules: rulesConfig(sweep, props), requestsPerSecond };
}

/** The characters that CloudWatch allows in the value of a dimension, and how many. */
const MAX_NAME = 255;
const UNPRINTABLE = /[^\x20-\x7e]/gu;

/** The name of a sweep, which is the dimension of its metrics: its path, reduced to what CloudWatch allows. */
export function sweepName({ node: { path } }: IConstruct): string {
  const printable = path.replace(UNPRINTABLE, '_');
  if (printable === path && path.length <= MAX_NAME) return path;
  // distinguished from paths that only differ in the characters that were removed.
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return `${printable.slice(0, MAX_NAME - hash.length - 1)}-${hash}`;
}

const PATTERNS = listOf('a list of patterns', "one such as ['2.*']");
const RULES: { readonly [R in keyof Required<SweepRules>]: Expected | undefined } = {
  keepLatest: undefined,
  minAge: withMember('toSeconds', 'a Duration', 'one such as Duration.days(30)'),
  include: PATTERNS,
  exclude: PATTERNS,
  maxRemovals: undefined,
  dryRun: FLAG,
};

/** Throws if what a sweep is given for its rules has others, which would keep nothing, or is not of their kind. */
export function requireRules(sweep: IConstruct, rules: SweepRules | undefined): void {
  const other = Object.keys(rules ?? {}).find(name => !Object.hasOwn(RULES, name));
  if (other)
    throw invalid(sweep, `rules can only have ${Object.keys(RULES).join(', ')}, got ${other}: correct its name`);
  requireKinds(sweep, rules ?? {}, RULES);
}

function rulesConfig(sweep: IConstruct, { kind, rules, defaultMaxRemovals }: SharedProps): SweepRulesConfig {
  // what is null in JavaScript is not given.
  const given = Object.entries(rules ?? {}).filter(([, value]) => value !== null);
  const { minAge, maxRemovals = defaultMaxRemovals, dryRun, ...rest }: SweepRules = Object.fromEntries(given);
  const config = { ...rest, minAgeSeconds: minAge?.toSeconds(), maxRemovals, dryRun: dryRun || undefined };
  // a number that only the deployment knows can be a rule that keeps something.
  const mayKeep = Token.isUnresolved(config.keepLatest) || Token.isUnresolved(config.minAgeSeconds);
  const problem = checkRules(knownRules(config), mayKeep ? 'cleanup' : kind);
  if (problem) throw invalid(sweep, problem);
  return config;
}

function knownRules({ include, exclude, ...numbers }: SweepRulesConfig): SweepRulesConfig {
  const resolved = Object.entries(numbers).filter(([, value]) => !Token.isUnresolved(value));
  return { ...Object.fromEntries(resolved), include: knownPatterns(include), exclude: knownPatterns(exclude) };
}

/** The patterns that are known before the deployment. None where it brings all of them: the list is not empty then. */
export function knownPatterns(patterns?: readonly string[]): readonly string[] | undefined {
  const known = Token.isUnresolved(patterns) ? [] : patterns?.filter(pattern => !isUnknown(pattern));
  return known?.length === 0 && patterns!.length > 0 ? undefined : known;
}
