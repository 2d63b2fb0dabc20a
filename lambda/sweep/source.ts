/** What the engine asks of a kind of sweep. */
import { type Guard } from './pace';

/** One thing that a sweep may remove. Plain JSON, at most 200 bytes: the newest ones travel in the cursor. */
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

/** What became of a thing. `gone`: it was not there any more, which is as good. */
export type Removal = 'removed' | 'gone' | Kept;

/** The thing turned out to be one that stays. */
export interface Kept {
  readonly kept: string;
}

/** The removal of one of many failed. */
export interface Failed {
  readonly failed: unknown;
}

/** Takes the end of one of many removals. */
export type Report<C> = (candidate: C, end: Removal | Failed) => void;

/**
 * The things that a sweep ranges over. Every call that it makes is paced. It may be asked about many candidates at the
 * same time, and about one again after a slice was cut off.
 */
export interface SweepSource<C extends Candidate> {
  /** Throws `StalePageToken` where the service no longer knows the token. */
  list(pageToken: string | undefined): Promise<Page<C>>;
  /** The candidates that keepLatest ranks a candidate among, itself included. Absent: the whole listing. */
  siblings?(candidate: C): AsyncIterable<C>;
  /**
   * Whether the thing goes if a deployment that is not over fails: keepLatest does not count it then. Absent: nothing does.
   */
  isProvisional?(candidate: C): Promise<boolean>;
  /** Why the thing must stay whatever the rules say. Where that cannot be read, it throws, and the thing is kept. */
  protection(candidate: C): Promise<string | undefined>;
  /**
   * Throws where the removal failed. Absent where there is `removeMany`.
   *
   * @param guard asks once more what protects it, and throws where something does: goes with the call that removes it
   */
  remove?(candidate: C, guard: Guard): Promise<Removal>;
  /** Whether `remove` heeds its guard, so that protections need not be read before the removal's turn as well. */
  readonly heedsGuard?: boolean;
  /** The stack that the sweep has to wait for: its deployment is not over, and its rollback may need what would go. */
  readonly waitsFor?: string;
  /**
   * Removes things of one page with as few calls as it takes, and reports the end of each as soon as it is known. Throws
   * `OutOfTime` where the deadline comes first. Absent: things are removed one by one.
   */
  removeMany?(candidates: readonly C[], report: Report<C>): Promise<void>;
  /** What protections are read from, where that takes long. */
  readonly preparation?: Preparation;
  /**
   * Waits a little for what the removals have begun, once the last pass is over; false where it has not ended. Absent:
   * a removal ends with its call.
   */
  settled?(): Promise<boolean>;
}

/**
 * Reading that protections need as a whole, and that may take longer than a slice: a protection that finds it unfinished
 * throws `OutOfTime`, and the engine has it finished before it goes on.
 */
export interface Preparation {
  /** Whether a protection has asked for it and it is not finished. */
  readonly isDue: boolean;
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
