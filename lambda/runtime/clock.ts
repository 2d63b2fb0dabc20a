import { setTimeout as timer } from 'node:timers/promises';

/** Time, injected so that tests need not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Ends early, without an error, when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    timer(milliseconds, undefined, { signal }).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    }),
};

/** The moment by which an answer must be on its way. */
export class Deadline {
  constructor(
    private readonly clock: Clock,
    readonly at: number,
  ) {}

  /** Milliseconds left; never negative. */
  remaining(): number {
    return Math.max(0, this.at - this.clock.now());
  }
}
