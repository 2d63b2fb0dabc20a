/**
 * The control law of a pace: finds the highest rate that an unknown, shared quota admits. Time is handed in.
 *
 * A service throttles when its token bucket is empty. Between two throttles it has therefore admitted exactly what it
 * refilled, so admitted calls over elapsed time measure the quota, however large the bucket is. Each throttle ends a
 * cycle with such a measure, the ceiling. The next cycle starts a little below it, lingers around it and then goes a
 * little beyond, so that the bucket is spent within seconds and few calls meet it empty. Where it is not spent by as many
 * calls as the last times, the quota has risen: the rate grows until the next throttle. Below the quota no capacity is
 * lost as long as the bucket does not overflow. A measure of few calls is coarse and trusted for few calls.
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
  /** Those beyond what the ceiling admits in their time: what they have drained the bucket by. */
  private surplus = 0;
  /** The surplus that has emptied the bucket the last times. */
  private reserve = 0;

  constructor(
    private readonly bound: number,
    now: number,
    /** What an earlier rate has learned. */
    learned?: number,
  ) {
    this.ceiling = learned === undefined ? undefined : Math.max(learned, LEAST_RATE);
    this.reserve = this.ceiling ?? 0;
    this.current = Math.min(bound, this.ceiling ?? FIRST_RATE);
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

  /** A call was admitted that had not waited for its turn. */
  onAdmittedAtOnce(): void {
    this.admitted++;
  }

  /** A call was admitted that had waited for its turn: the rate was what held it back. */
  onAdmitted(): void {
    this.admitted++;
    this.progress++;
    if (this.ceiling !== undefined) this.surplus += 1 - this.ceiling / this.current;
    this.current = Math.min(this.bound, this.wanted(), this.current + this.step());
  }

  /** A call was throttled. Returns how long to send nothing, in milliseconds, so that the bucket refills a little. */
  onThrottled(sentAt: number, now: number): number {
    // sent before the rate was lowered: it tells nothing new.
    if (sentAt < this.loweredAt) return 0;
    const seconds = Math.max((now - this.cycleStart) / 1000, 0.001);
    this.ceiling = Math.max(this.measured(seconds), LEAST_RATE);
    this.cycleStart = this.loweredAt = now;
    this.admitted = this.progress = this.surplus = 0;
    this.current = Math.min(this.bound, this.wanted());
    return (PAUSE_CALLS / this.ceiling) * 1000;
  }

  /** The quota as this cycle shows it; says, too, how far that is trusted. */
  private measured(seconds: number): number {
    if (this.ceiling === undefined) {
      // the bucket was not empty at the beginning, so this measures too much; and too little where the rate has grown.
      const mean = Math.min(this.admitted / seconds || this.current, this.current);
      return this.begin(Math.max(mean * FIRST_CUT, this.current * MOST_CUT));
    }
    const measured = (this.admitted + PRIOR_CALLS) / (seconds + PRIOR_CALLS / this.ceiling);
    // the quota rose meanwhile, and the measure is half old.
    if (this.hasRisen) return this.begin(Math.max(measured, this.current * RISEN_CUT), 2);
    this.trust = clamp(this.admitted, leastTrust(measured), mostTrust(measured));
    this.reserve = Math.max(this.surplus, this.reserve + (this.surplus - this.reserve) * RESERVE_WEIGHT);
    return Math.min(measured, this.current);
  }

  /** A guess that the next cycle has to correct. */
  private begin(ceiling: number, trust = 1): number {
    this.trust = trust * leastTrust(ceiling);
    this.reserve = ceiling;
    return ceiling;
  }

  /** More calls than have ever emptied the bucket lately have not emptied it. */
  private get hasRisen(): boolean {
    return this.surplus > SURELY * this.reserve + 1;
  }

  /** The rate that is wanted now: cubic in the calls of the cycle up to the ceiling, flat around it; then beyond it. */
  private wanted(): number {
    if (this.ceiling === undefined || this.hasRisen) return Infinity;
    const { ceiling } = this;
    if (this.progress < this.trust) return ceiling * (1 - DEPTH * (1 - this.progress / this.trust) ** 3);
    const seconds = Math.max(PROBE_SECONDS, PROBE_CALLS / ceiling);
    return ceiling + clamp(this.reserve / seconds, LEAST_PROBE * ceiling, MOST_PROBE * ceiling);
  }

  /** What the rate grows by with a call at most. */
  private step(): number {
    if (this.ceiling === undefined) return this.current < BEYOND_DEFAULT ? CALM_STEP : FIRST_STEP;
    return this.current > SURPRISE * this.ceiling ? FIRST_STEP / 2 : STEP;
  }
}

const leastTrust = (ceiling: number) => Math.max(LEAST_TRUST, ceiling * LEAST_TRUST_SECONDS);
const mostTrust = (ceiling: number) => Math.max(MOST_TRUST, ceiling * MOST_TRUST_SECONDS);

/** What AWS documents as the default quota of most control plane operations. */
const FIRST_RATE = 10;
/** A quota that admits so many is none of the defaults: it may be far higher. */
const BEYOND_DEFAULT = 20;
/** Requests a second that the rate grows by with every call at most. */
const STEP = 0.2;
/** The same while nothing is known of the quota: as long as it may be a default, and then, to double within a second. */
const CALM_STEP = 0.25;
const FIRST_STEP = 2;
/** How far beyond the ceiling no doubt is left that the quota has risen. */
const SURPRISE = 4;
/** What is left of the first, too high measure. */
const FIRST_CUT = 0.75;
/** What is left of the rate at least where it has outrun the quota: by a round trip's growth, and the bucket. */
const MOST_CUT = 0.4;
const RISEN_CUT = 0.55;
const LEAST_RATE = 0.1;
const DEPTH = 0.05;
const LEAST_TRUST = 50;
const LEAST_TRUST_SECONDS = 2;
const MOST_TRUST = 70;
const MOST_TRUST_SECONDS = 12;
/** How long the bucket is drained for, and how hard at least and at most. */
const PROBE_SECONDS = 7;
const PROBE_CALLS = 40;
const LEAST_PROBE = 0.05;
const MOST_PROBE = 0.5;
const SURELY = 1.25;
/** How much a smaller surplus than before counts. */
const RESERVE_WEIGHT = 0.2;
/** The old ceiling weighs like so many calls in a new measure: two throttles in a row do not measure anything. */
const PRIOR_CALLS = 6;
const PAUSE_CALLS = 3;

const clamp = (value: number, min: number, max: number) => Math.min(Math.max(value, min), max);
