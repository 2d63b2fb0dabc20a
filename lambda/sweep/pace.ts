import { type Clock, type Deadline } from '../runtime/clock';
import { faultOf } from './faults';
import { Rate } from './rate';

/** The deadline comes before the next call's turn: stop here, go on in the next slice. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

export interface PaceOptions {
  /** Never more requests a second than this. */
  readonly requestsPerSecond: number;
  readonly clock: Clock;
  /** No call starts after it. */
  readonly deadline: Deadline;
  /** What an earlier pace of the operation has learned. */
  readonly learned?: number;
}

/**
 * Paces the calls of one operation: each starts in its turn, at the rate that the quota turns out to admit, whatever
 * the number in flight. The calls must run without the SDK's own retries, so that every throttle is seen.
 */
export class Pace {
  /** Calls that were throttled. */
  throttled = 0;
  private readonly rate: Rate;
  private queue: Promise<boolean> = Promise.resolve(false);
  private nextTurn: number;

  constructor(private readonly options: PaceOptions) {
    this.nextTurn = options.clock.now();
    this.rate = new Rate(options.requestsPerSecond, this.nextTurn, options.learned);
  }

  get learned(): number | undefined {
    return this.rate.learned;
  }

  /**
   * Makes a call in its turn, again for as long as it is throttled, and a few times where the service is unwell. Throws
   * `OutOfTime` where that would pass the deadline.
   */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const { clock } = this.options;
    for (let unwell = 0; ;) {
      const heldBack = await this.turn();
      const sentAt = clock.now();
      try {
        const result = await call();
        this.rate.onAdmitted(heldBack);
        return result;
      } catch (error) {
        const fault = faultOf(error);
        if (fault === 'throttled') {
          this.throttled++;
          this.pause(this.rate.onThrottled(sentAt, clock.now()));
        } else {
          this.rate.onAdmitted(heldBack);
          if (fault === 'final' || unwell === BACKOFFS.length) throw error;
          await this.backOff(BACKOFFS[unwell++]);
        }
      }
    }
  }

  /** Waits in line; true where the rate held the call back. */
  private turn(): Promise<boolean> {
    // once a turn comes after the deadline, so do all that follow.
    this.queue = this.queue.then(() => this.wait());
    return this.queue;
  }

  private async wait(): Promise<boolean> {
    const { clock, deadline } = this.options;
    const heldBack = clock.now() < this.nextTurn;
    for (;;) {
      const now = clock.now();
      if (Math.max(now, this.nextTurn) >= deadline.at) throw new OutOfTime('no turn before the deadline');
      if (now >= this.nextTurn) break;
      await clock.sleep(Math.ceil(this.nextTurn - now));
    }
    const interval = 1000 / this.rate.perSecond;
    const late = clock.now() - this.nextTurn;
    if (late > interval) this.rate.onIdle(late - interval);
    // a timer that fires late is caught up with, by one call at most.
    this.nextTurn += Math.max(late - interval, 0) + interval;
    return heldBack;
  }

  private pause(milliseconds: number): void {
    this.nextTurn = Math.max(this.nextTurn, this.options.clock.now() + milliseconds);
  }

  private async backOff(milliseconds: number): Promise<void> {
    const { clock, deadline } = this.options;
    if (deadline.remaining() <= milliseconds) throw new OutOfTime('no second attempt before the deadline');
    await clock.sleep(milliseconds);
  }
}

/** Milliseconds before a call is made again, where the service is unavailable or the connection broke. */
const BACKOFFS = [200, 800, 3200];
