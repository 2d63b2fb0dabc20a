import { setTimeout as timer } from 'node:timers/promises';

/** Time, injected so that tests do not have to wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Ends early, without an error, when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // it fails only when the signal aborts.
  sleep: (milliseconds, signal) => timer(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** The time before which an answer must be sent. */
export class Deadline {
  constructor(
    private readonly clock: Clock,
    readonly at: number,
  ) {}

  /** Milliseconds left, at least 0. */
  remaining(): number {
    return Math.max(0, this.at - this.clock.now());
  }
}
