/**
 * The control law of a pace: finds the highest rate that an unknown, shared quota admits. Time is handed in.
 *
 * A service throttles when its token bucket is empty. Between two throttles it has therefore admitted exactly what it
 * refilled, so admitted calls over elapsed time measure the quota, however large the bucket is. Each throttle ends a
 * cycle with such a measure, the ceiling. The next cycle starts a little below it, lingers around it and only then,
 * ever faster, looks for more. Below the quota no capacity is lost as long as the bucket does not overflow: it is spent
 * before the next throttle. A measure of few calls is coarse and trusted for few calls.
 */
export class Rate {
  private current: number;
  private ceiling: number | undefined;
  /** Held back calls in which the rate climbs back to the ceiling. */
  private trust = MOST_TRUST;
  private cycleStart: number;
  private loweredAt = -Infinity;
  private admitted = 0;
  /** Admitted calls that the rate had held back: only they show that the quota has room for it. */
  private progress = 0;

  constructor(
    private readonly bound: number,
    now: number,
    /** What an earlier rate has learned. */
    learned?: number,
  ) {
    this.ceiling = learned;
    this.current = Math.min(bound, learned ?? FIRST_RATE);
    this.cycleStart = now;
  }

  /** Requests a second. */
  get perSecond(): number {
    return this.current;
  }

  /** The quota as last measured; `undefined` before the first throttle. */
  get learned(): number | undefined {
    return this.ceiling;
  }

  /** Nothing was sent for a while, for want of calls: that time measures nothing. */
  onIdle(milliseconds: number): void {
    this.cycleStart += milliseconds;
  }

  /** A call was admitted; `heldBack` where it had waited for its turn. */
  onAdmitted(heldBack: boolean): void {
    this.admitted++;
    if (!heldBack) return;
    this.progress++;
    const wanted = this.ceiling === undefined ? Infinity : this.ceiling * this.shape();
    this.current = Math.min(this.bound, wanted, this.current + STEP);
  }

  /** A call was throttled. Returns how long to send nothing, in milliseconds, so that the bucket refills a little. */
  onThrottled(sentAt: number, now: number): number {
    // sent before the rate was lowered: it tells nothing new.
    if (sentAt < this.loweredAt) return 0;
    const seconds = Math.max((now - this.cycleStart) / 1000, 0.001);
    if (this.ceiling === undefined) {
      // the bucket was not empty at the beginning, so this measures too much.
      this.ceiling = Math.min(this.admitted / seconds || this.current, this.current) * FIRST_CUT;
      this.trust = LEAST_TRUST;
    } else {
      const measured = (this.admitted + PRIOR_CALLS) / (seconds + PRIOR_CALLS / this.ceiling);
      this.trust = clamp(this.admitted, LEAST_TRUST, this.mostTrust(measured));
      this.ceiling = Math.min(measured, this.current);
    }
    this.ceiling = Math.max(this.ceiling, LEAST_RATE);
    this.cycleStart = this.loweredAt = now;
    this.admitted = this.progress = 0;
    this.current = Math.min(this.bound, this.ceiling * this.shape());
    return (PAUSE_CALLS / this.ceiling) * 1000;
  }

  private mostTrust(measured: number): number {
    // a long cycle that ended far above its own measure: the quota rose meanwhile, and the measure is half old.
    if (this.admitted > MOST_TRUST && this.current > measured * SURPRISE) return 2 * LEAST_TRUST;
    return Math.max(MOST_TRUST, measured * MOST_TRUST_SECONDS);
  }

  /** Cubic in the calls of the cycle: a little below one, flat around one, then ever faster beyond. */
  private shape(): number {
    return 1 + DEPTH * (this.progress / this.trust - 1) ** 3;
  }
}

/** What AWS documents as the default quota of most control plane operations. */
const FIRST_RATE = 10;
/** Requests a second that the rate grows by with every call at most: it doubles in about three seconds. */
const STEP = 0.25;
/** What is left of the first, too high measure. */
const FIRST_CUT = 0.75;
const LEAST_RATE = 0.1;
const DEPTH = 0.05;
const LEAST_TRUST = 20;
const MOST_TRUST = 200;
const MOST_TRUST_SECONDS = 20;
const SURPRISE = 1.25;
/** The old ceiling weighs like so many calls in a new measure: two throttles in a row do not measure anything. */
const PRIOR_CALLS = 6;
const PAUSE_CALLS = 3;

const clamp = (value: number, min: number, max: number) => Math.min(Math.max(value, min), max);
