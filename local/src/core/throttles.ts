import { type CallFilter, type CallRecord, selects } from './calls';
import { throttling } from './faults';
import { type LocalClock, type ServiceError } from './service';

/** A request quota. */
export interface Throttle extends Pick<CallFilter, 'service' | 'operation' | 'principal'> {
  /** Calls a second, for each operation separately. */
  readonly perSecond: number;
  /** Calls that can come at once. @default perSecond */
  readonly burst?: number;
  /** How the service refuses. @default ThrottlingException with status 400 */
  readonly error?: () => ServiceError;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Request quotas as token buckets. */
export class Throttles {
  private active: { readonly throttle: Throttle; readonly buckets: Map<string, Bucket> }[] = [];

  constructor(private readonly clock: LocalClock) {}

  add(throttle: Throttle): void {
    this.active.push({ throttle, buckets: new Map() });
  }

  clear(): void {
    this.active = [];
  }

  /** Takes a token for the call. Throws if there is none. */
  check(call: CallRecord): void {
    for (const { throttle, buckets } of this.active) {
      if (selects(throttle, call) && !take(bucket(buckets, call, throttle), throttle, this.clock.now())) {
        throw (throttle.error ?? throttling)();
      }
    }
  }
}

function bucket(buckets: Map<string, Bucket>, call: CallRecord, throttle: Throttle): Bucket {
  const name = `${call.service}:${call.operation}`;
  let found = buckets.get(name);
  if (!found) buckets.set(name, (found = { tokens: capacity(throttle), at: call.at }));
  return found;
}

function take(bucket: Bucket, throttle: Throttle, now: number): boolean {
  const earned = ((now - bucket.at) / 1000) * throttle.perSecond;
  bucket.tokens = Math.min(capacity(throttle), bucket.tokens + earned);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens--;
  return true;
}

const capacity = (throttle: Throttle): number => throttle.burst ?? Math.max(1, throttle.perSecond);
