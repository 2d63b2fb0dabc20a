/**
 * The control law of a pace: finds the highest rate that an unknown, shared quota allows. The caller passes the time.
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
  /** The number of delayed calls after which the rate is back at the ceiling. */
  private trust = MOST_TRUST;
  private cycleStart: number;
  private loweredAt = -Infinity;
  private admitted = 0;
  /** Admitted calls that the rate had delayed: only they show that the quota allows the rate. */
  private progress = 0;
  /**
   * The surplus: admitted calls beyond what the ceiling allows in their time, by which they have drained the bucket.
   */
  private surplus = 0;
  /** The surplus that has recently emptied the bucket. */
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

  /** The last measured quota; `undefined` before the first throttle. */
  get learned(): number | undefined {
    return this.ceiling;
  }

  /** No calls were sent for a while because there were none: that time is not measured. */
  onIdle(milliseconds: number): void {
    this.cycleStart += milliseconds;
  }

  /** A call that had not waited for its turn was admitted. */
  onAdmittedAtOnce(): void {
    this.admitted++;
  }

  /** A call that had waited for its turn was admitted: the rate had delayed it. */
  onAdmitted(): void {
    this.admitted++;
    this.progress++;
    if (this.ceiling !== undefined) this.surplus += 1 - this.ceiling / this.current;
    this.current = Math.min(this.bound, this.wanted(), this.current + this.step());
  }

  /** A call was throttled. Returns how long to send nothing, in milliseconds, so that the bucket refills a little. */
  onThrottled(sentAt: number, now: number): number {
    // sent before the rate was lowered: it shows nothing new.
    if (sentAt < this.loweredAt) return 0;
    const seconds = Math.max((now - this.cycleStart) / 1000, 0.001);
    this.ceiling = Math.max(this.measured(seconds), LEAST_RATE);
    this.cycleStart = this.loweredAt = now;
    this.admitted = this.progress = this.surplus = 0;
    this.current = Math.min(this.bound, this.wanted());
    return (PAUSE_CALLS / this.ceiling) * 1000;
  }

  /** The quota that this cycle shows, and how far to trust it. */
  private measured(seconds: number): number {
    if (this.ceiling === undefined) {
      // the bucket was not empty at the beginning, so this measures too much; if the rate has grown, it measures too
      // little.
      const mean = Math.min(this.admitted / seconds || this.current, this.current);
      return this.begin(Math.max(mean * FIRST_CUT, this.current * MOST_CUT));
    }
    const measured = (this.admitted + PRIOR_CALLS) / (seconds + PRIOR_CALLS / this.ceiling);
    // the quota rose meanwhile, and half of the measurement is old.
    if (this.hasRisen) return this.begin(Math.max(measured, this.current * RISEN_CUT), 2);
    this.trust = clamp(this.admitted, leastTrust(measured), mostTrust(measured));
    this.reserve = Math.max(this.surplus, this.reserve + (this.surplus - this.reserve) * RESERVE_WEIGHT);
    return Math.min(measured, this.current);
  }

  /** A guess that the next cycle must correct. */
  private begin(ceiling: number, trust = 1): number {
    this.trust = trust * leastTrust(ceiling);
    this.reserve = ceiling;
    return ceiling;
  }

  /** More calls than have recently emptied the bucket have not emptied it. */
  get hasRisen(): boolean {
    return this.surplus > this.proof;
  }

  private get proof(): number {
    return SURELY * this.reserve + 1;
  }

  /** The quota of another operation has risen, and often they all rise together: the rate grows until a throttle. */
  onOtherRisen(): void {
    if (this.ceiling !== undefined && !this.hasRisen) this.surplus = this.proof * 1.01;
  }

  /** The rate now: cubic in the calls of the cycle up to the ceiling, flat around it, and then beyond it. */
  private wanted(): number {
    if (this.ceiling === undefined || this.hasRisen) return Infinity;
    const { ceiling } = this;
    if (this.progress < this.trust) return ceiling * (1 - DEPTH * (1 - this.progress / this.trust) ** 3);
    const seconds = Math.max(PROBE_SECONDS, PROBE_CALLS / ceiling);
    return ceiling + clamp(this.reserve / seconds, LEAST_PROBE * ceiling, MOST_PROBE * ceiling);
  }

  /** How much the rate grows with each call at most. */
  private step(): number {
    if (this.ceiling === undefined) return this.current < BEYOND_DEFAULT ? CALM_STEP : FIRST_STEP;
    return this.current > SURPRISE * this.ceiling ? FIRST_STEP / 2 : STEP;
  }
}

const leastTrust = (ceiling: number) => Math.max(LEAST_TRUST, ceiling * LEAST_TRUST_SECONDS);
const mostTrust = (ceiling: number) => Math.max(MOST_TRUST, ceiling * MOST_TRUST_SECONDS);

/** The documented default quota of most AWS control plane operations. */
const FIRST_RATE = 10;
/** A quota that allows this rate is not a default, and can be far higher. */
const BEYOND_DEFAULT = 20;
/** How much, in requests a second, the rate grows with each call at most. */
const STEP = 0.2;
/**
 * The same while the quota is unknown: as long as it can be a default, and after that, to double the rate within a
 * second.
 */
const CALM_STEP = 0.25;
const FIRST_STEP = 2;
/** How far beyond the ceiling the rate must be to prove that the quota has risen. */
const SURPRISE = 4;
/** The factor for the first measurement, which is too high. */
const FIRST_CUT = 0.75;
/** The least factor for a rate that exceeds the quota, by the growth during a round trip, and by the bucket. */
const MOST_CUT = 0.4;
const RISEN_CUT = 0.55;
const LEAST_RATE = 0.1;
const DEPTH = 0.05;
const LEAST_TRUST = 50;
const LEAST_TRUST_SECONDS = 2;
const MOST_TRUST = 70;
const MOST_TRUST_SECONDS = 12;
/** How long the rate drains the bucket, and how fast at least and at most. */
const PROBE_SECONDS = 7;
const PROBE_CALLS = 40;
const LEAST_PROBE = 0.05;
const MOST_PROBE = 0.5;
const SURELY = 1.25;
/** The weight of a surplus that is smaller than before. */
const RESERVE_WEIGHT = 0.2;
/** The weight of the old ceiling in a new measurement, in calls: two throttles in a row do not measure anything. */
const PRIOR_CALLS = 6;
const PAUSE_CALLS = 3;

const clamp = (value: number, min: number, max: number) => Math.min(Math.max(value, min), max);
