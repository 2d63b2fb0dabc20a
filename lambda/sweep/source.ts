/** What the engine asks of a kind of sweep. */
import { type SweepConfig, type VersionOrder } from '../../contract/sweep';
import { type Clock, type Deadline } from '../runtime/clock';
import { type Log } from '../runtime/log';
import { type Guard, type Paces } from './pace';
import { type Stacks } from './stacks';

/** What a sweep may remove. Plain JSON, at most 200 bytes: the newest ones travel in the cursor. */
export interface Candidate {
  /** Unique in the listing; what globs match and records name. */
  readonly name: string;
  /** Milliseconds since the epoch. Absent where the service does not say: it then ranks as the newest. */
  readonly createdAt?: number;
  /** What minAge counts from. Absent: `createdAt`. */
  readonly agedFrom?: number;
  readonly status?: string;
  /**
   * Why it goes, where the source has applied the rules itself, to all the parts of a whole. Absent: the rules decide.
   */
  readonly decided?: string;
}

export interface Page<C> {
  readonly candidates: readonly C[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/**
 * The candidates that a sweep ranges over. Every call that it makes is paced. It may be asked about many candidates at the
 * same time, and about one again after a slice was cut off.
 */
export interface SweepSource<C extends Candidate> {
  /** Throws `StalePageToken` where the service no longer knows the token. */
  list(pageToken: string | undefined): Promise<Page<C>>;
  /** The candidates that keepLatest ranks a candidate among, itself included. Absent: the whole listing. */
  siblings?(candidate: C): AsyncIterable<C>;
  /**
   * Whether the candidate goes if a deployment that is not over fails: keepLatest does not count it then. Absent: none does.
   */
  isProvisional?(candidate: C): Promise<boolean>;
  /** Why the candidate must stay whatever the rules say. Where that cannot be read, it throws, and the candidate is kept. */
  protection(candidate: C): Promise<string | undefined>;
  readonly removal: Removal<C>;
  /** The stack that the sweep has to wait for: its deployment is not over, and its rollback may need what would go. */
  readonly waitsFor?: string;
  /** What protections are read from, where that takes long. */
  readonly preparation?: Preparation;
  /**
   * Waits a little for what the removals have begun, once the last pass is over; false where it has not ended. Absent:
   * a removal ends with its call.
   */
  settled?(): Promise<boolean>;
}

/** How candidates are removed: each by itself, or those of a page together. */
export type Removal<C> = Each<C> | Many<C>;

export interface Each<C> {
  /**
   * Removes one candidate; throws where that failed.
   *
   * @param guard asks once more what protects the candidate and whether the run may go on, and throws where not: goes with
   *   the call that removes it
   */
  each(candidate: C, guard: Guard): Promise<End>;
  /** Whether `each` heeds its guard, so that protections need not be read before the removal's turn as well. */
  readonly heedsGuard?: boolean;
}

export interface Many<C> {
  /** Whether there is time to decide about another candidate; else what is decided is removed first. */
  hasTimeToDecide(): boolean;
  /**
   * Removes candidates of one page with as few calls as it takes, and reports the end of each as soon as it is known.
   * Throws `OutOfTime` where the deadline comes first.
   */
  many(candidates: readonly C[], steps: RemovalSteps<C>): Promise<void>;
}

export interface RemovalSteps<C> {
  /** Throws where the run must end: goes with what cannot be undone and is no removal. */
  readonly confirm: Guard;
  /** Asks once more why a candidate must stay, and throws where the run must end: goes with the call that removes it. */
  protection(candidate: C): Promise<string | undefined>;
  /** Takes the end of one removal. */
  report(candidate: C, end: End | Failed): void;
}

/** What became of a candidate. `gone`: it was not there any more, which is as good. */
export type End = 'removed' | 'gone' | Kept;

/** The candidate turned out to be one that stays. */
export interface Kept {
  readonly kept: string;
}

/** The removal of one of many failed. */
export interface Failed {
  readonly failed: unknown;
}

/**
 * Reading that protections need as a whole, and that may take longer than a slice: a protection that finds it unfinished
 * throws `OutOfTime`, and the engine has it finished before it goes on.
 */
export interface Preparation {
  /** Whether a protection has asked for it and it is not finished. */
  readonly isDue: boolean;
  /** Whether protections can be told. Until then they are read before a removal takes its turn: most would be in vain. */
  readonly isFinished: boolean;
  /** Goes on with it until it is finished, or throws `OutOfTime`. */
  run(): Promise<void>;
  /** Where the next slice goes on: plain JSON. */
  state(): object | undefined;
  /** A pass begins: what was read is out of date. */
  reset(): void;
}

/** The service no longer knows a page token: the listing is read anew. */
export class StalePageToken extends Error {
  override readonly name = 'StalePageToken';
}

/** The sweep must not go on; the message says why and what to do. */
export class SweepRefused extends Error {
  override readonly name = 'SweepRefused';
}

/** What a source works with in one slice. */
export interface SourceTools {
  readonly paces: Paces;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly log: Log;
  readonly stacks: Stacks;
  /** The sweep's own stack: tells account and region. */
  readonly stackId: string;
  /** When the sweep began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The state of the source's preparation that the slice before left. */
  readonly prepared: object | undefined;
}

/** A kind of sweep. */
export interface SweepKind<Config extends SweepConfig = SweepConfig, C extends Candidate = Candidate> {
  /** How candidates are ranked where the configuration does not say. Absent: by creation. */
  readonly order?: VersionOrder;
  /** Throws where the configuration breaks a rule that no synthesis has checked. */
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
      'deploy with the version of the library that knows it',
  );
}
