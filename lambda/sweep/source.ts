/** The interface between the engine and a kind of sweep. */
import { type SweepConfig, type VersionOrder } from '../../contract/sweep';
import { type Clock, type Deadline } from '../runtime/clock';
import { type Log } from '../runtime/log';
import { type Guard, type Paces } from './pace';
import { type Stacks } from './stacks';

/**
 * What a sweep can remove, such as a version. Plain JSON, at most 200 bytes: the newest candidates are part of the
 * cursor.
 */
export interface Candidate {
  /** Unique in the listing; globs match this name, and records contain it. */
  readonly name: string;
  /** Milliseconds since the epoch. Absent if the service does not tell: the candidate then ranks as the newest. */
  readonly createdAt?: number;
  /** The time from which minAge counts; NaN if that cannot be read. Absent: `createdAt`. */
  readonly agedFrom?: number;
  readonly status?: string;
  /**
   * Why the candidate is removed, if the source itself has applied the rules to all parts of the candidate. Absent: the
   * rules decide.
   */
  readonly decided?: string;
}

export interface Page<C> {
  readonly candidates: readonly C[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/**
 * The candidates of a sweep. Every call of a source is paced. The engine can ask about many candidates at the same
 * time, and about one again after a slice was cut off.
 */
export interface SweepSource<C extends Candidate> {
  /** Throws `StalePageToken` if the token has expired. */
  list(pageToken: string | undefined): Promise<Page<C>>;
  /** The candidates that keepLatest ranks a candidate among, itself included. Absent: the whole listing. */
  siblings?(candidate: C): AsyncIterable<C>;
  /**
   * Whether the candidate is removed if a deployment in progress fails: keepLatest then does not count it. Absent:
   * never.
   */
  isProvisional?(candidate: C): Promise<boolean>;
  /** Why the candidate must stay whatever the rules say. Throws if that cannot be read, and the candidate is kept. */
  protection(candidate: C): Promise<string | undefined>;
  readonly removal: CandidateRemoval<C>;
  /**
   * The stack that the sweep must wait for: its deployment is in progress, and its rollback may need what would be
   * removed.
   */
  readonly waitsFor?: string;
  /**
   * Whether nothing but the sweep's own stack tells what the stack has: a deployment that has just begun can take a
   * candidate, and no mark shows it. Absent: candidates have marks.
   */
  readonly hasNoMarks?: boolean;
  /** The data that protections need, if reading it takes long. */
  readonly preparation?: Preparation;
  /**
   * Waits a little until the removals are complete, after the last pass; false if they are not. Absent: a removal is
   * complete when its call returns.
   */
  settled?(): Promise<boolean>;
}

/** How candidates are removed: each by itself, or those of a page together. */
export type CandidateRemoval<C> = Each<C> | Many<C>;

export interface Each<C> {
  /**
   * Removes one candidate; throws if that failed.
   *
   * @param guard checks again whether the candidate is protected and whether the run can continue, and throws if not: pass
   *   it to the call that removes the candidate
   */
  each(candidate: C, guard: Guard): Promise<End>;
  /** Whether `each` calls its guard, so that protections do not have to be read before the removal's turn as well. */
  readonly heedsGuard?: boolean;
}

export interface Many<C> {
  /** Whether there is time to decide about another candidate; otherwise the decided removals come first. */
  hasTimeToDecide(): boolean;
  /**
   * Removes candidates of one page with as few calls as possible, and reports the end of each removal as soon as it is
   * known. Throws `OutOfTime` if the deadline comes first.
   */
  many(candidates: readonly C[], steps: RemovalSteps<C>): Promise<void>;
}

export interface RemovalSteps<C> {
  /** Throws if the run must end: called before a change that cannot be undone and is not a removal. */
  readonly confirm: Guard;
  /**
   * Checks again why a candidate must stay, and throws if the run must end: passed to the call that removes the
   * candidate.
   */
  protection(candidate: C): Promise<string | undefined>;
  /** Reports the end of one removal. */
  report(candidate: C, end: End | Failed): void;
}

/** What happened to a candidate. `gone`: it no longer existed, which is equivalent to a removal. */
export type End = 'removed' | 'gone' | Kept;

/** The candidate turned out to be protected. */
export interface Kept {
  readonly kept: string;
}

/** The removal of one of many failed. */
export interface Failed {
  readonly failed: unknown;
}

/**
 * A preparation that protections need as a whole, and that can take longer than a slice: a protection that finds it
 * unfinished throws `OutOfTime`, and the engine finishes the preparation before it continues.
 */
export interface Preparation {
  /** Whether a protection needs the preparation and it is not finished. */
  readonly isDue: boolean;
  /**
   * Whether protections can be read with it. Before that they are read before a removal takes its turn, since most turns
   * would be in vain.
   */
  readonly isFinished: boolean;
  /** Continues until it is finished, or throws `OutOfTime`. */
  run(): Promise<void>;
  /** Where the next slice continues: plain JSON. */
  state(): object | undefined;
  /** Called when a pass begins: discards what was read. */
  reset(): void;
}

/** A page token has expired: the listing is read again. */
export class StalePageToken extends Error {
  override readonly name = 'StalePageToken';
}

/** The sweep must not continue; the message says why and what to do. */
export class SweepRefused extends Error {
  override readonly name = 'SweepRefused';
}

/** How long, in seconds, a page of one call for each candidate takes at the full rate: a third of the shortest slice. */
const PAGE_TIME = 12;
const SMALLEST_PAGE = 10;

/** How many candidates a page has. A slice that ends in the midst of a page decides about all of it again. */
export const pageSize = (most: number, { requestsPerSecond }: SweepConfig): number =>
  Math.max(SMALLEST_PAGE, Math.min(most, Math.floor(PAGE_TIME * requestsPerSecond)));

/** What a source needs in one slice. */
export interface SourceTools {
  readonly paces: Paces;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly log: Log;
  readonly stacks: Stacks;
  /** The sweep's own stack, whose id contains account and region. */
  readonly stackId: string;
  /** When the sweep began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The state of the source's preparation that the previous slice has left. */
  readonly prepared: object | undefined;
}

/** A kind of sweep. */
export interface SweepKind<Config extends SweepConfig = SweepConfig, C extends Candidate = Candidate> {
  /** How candidates are ranked if the configuration does not say. Absent: by creation. */
  readonly order?: VersionOrder;
  /** Throws if the configuration breaks a rule that no synthesis has checked. */
  validate(config: Config): void;
  source(config: Config, tools: SourceTools): SweepSource<C>;
}

/** Kinds by the type of their configuration, which is that of their custom resource, too. */
export type SweepKinds = Readonly<Record<string, SweepKind>>;

export function kindOf(kinds: SweepKinds, config: SweepConfig): SweepKind {
  const { type } = config as { readonly type?: unknown };
  if (typeof type === 'string' && Object.hasOwn(kinds, type)) return kinds[type];
  throw new Error(
    `unknown kind of sweep ${JSON.stringify(type)}, expected one of ${Object.keys(kinds).join(', ')}; ` +
      'deploy with a version of the library that has this kind',
  );
}
