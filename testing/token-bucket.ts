import { type Clock } from '../lambda/runtime/clock';

export interface Quota {
  /** Requests a second that the service admits in the long run. */
  readonly perSecond: number;
  /** Requests that the service admits at once after a rest. */
  readonly burst: number;
}

/**
 * A service behind a token bucket, as AWS throttles: each admitted request takes a token, and a refused request takes
 * none.
 */
export class TokenBucketService {
  admitted = 0;
  throttled = 0;
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly clock: Clock,
    private quota: Quota,
    /** One way through the network and back, in milliseconds. */
    private readonly latency: () => number,
  ) {
    this.tokens = quota.burst;
    this.filledAt = clock.now();
  }

  change(quota: Quota): void {
    this.fill();
    this.quota = quota;
    this.tokens = Math.min(this.tokens, quota.burst);
  }

  /** A request of the caller under test. */
  async request(): Promise<void> {
    const roundTrip = this.latency();
    await this.clock.sleep(roundTrip / 2);
    const admitted = this.take();
    if (admitted) this.admitted++;
    else this.throttled++;
    await this.clock.sleep(roundTrip / 2);
    if (!admitted) throw throttling();
  }

  /** Takes a token, as another user of the quota does. */
  take(): boolean {
    this.fill();
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  private fill(): void {
    const now = this.clock.now();
    this.tokens = Math.min(this.quota.burst, this.tokens + ((now - this.filledAt) / 1000) * this.quota.perSecond);
    this.filledAt = now;
  }
}

export function throttling(): Error {
  return Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } });
}

/** A reproducible random number in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
