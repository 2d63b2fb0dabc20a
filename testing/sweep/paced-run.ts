import { Deadline } from '../../lambda/runtime/clock';
import { Pace } from '../../lambda/sweep/pace';
import { VirtualClock } from '../clock';
import { type Quota, TokenBucketService, random } from '../token-bucket';

export interface Scenario {
  readonly calls: number;
  readonly quota: Quota;
  readonly requestsPerSecond: number;
  /** The least and the most milliseconds of a round trip. */
  readonly latency: readonly [number, number];
  readonly seed?: number;
  /** A quota that replaces the first one after the given number of seconds. */
  readonly change?: { readonly afterSeconds: number; readonly quota: Quota };
  /** Requests a second of other callers, at random times. */
  readonly others?: number;
  /** The most calls that are in flight. */
  readonly inFlight?: number;
}

/** The result of a paced run. */
export interface Run {
  readonly seconds: number;
  readonly throttled: number;
  /** Requests a second of other callers that were admitted. */
  readonly othersPerSecond: number;
  /** Seconds after the start at which each call was admitted. */
  readonly admittedAt: readonly number[];
  /** Seconds after the start at which each call started, throttled ones too. */
  readonly startedAt: readonly number[];
}

/** Makes paced calls, many in flight, against a service behind a token bucket, on a virtual clock. */
export async function pacedRun(scenario: Scenario): Promise<Run> {
  const { calls, requestsPerSecond, latency, change, others = 0, quota, inFlight = 32 } = scenario;
  const clock = new VirtualClock();
  const next = random(scenario.seed ?? 1);
  const service = new TokenBucketService(clock, quota, () => latency[0] + next() * (latency[1] - latency[0]));
  const pace = new Pace({ requestsPerSecond, clock, deadline: new Deadline(clock, Infinity) });
  const start = clock.now();
  const elapsed = () => (clock.now() - start) / 1000;
  const admittedAt: number[] = [];
  const startedAt: number[] = [];
  let left = calls;
  let done = false;
  let taken = 0;

  const other = async () => {
    while (!done) {
      await clock.sleep((-Math.log(1 - next()) / others) * 1000);
      if (service.take()) taken++;
    }
  };
  const worker = async () => {
    while (left-- > 0) {
      await pace.run(() => {
        startedAt.push(elapsed());
        return service.request();
      });
      admittedAt.push(elapsed());
    }
  };
  if (others > 0) void other();
  if (change) void clock.sleep(change.afterSeconds * 1000).then(() => service.change(change.quota));
  await clock.run(Promise.all(Array.from({ length: inFlight }, worker)).then(() => void (done = true)));
  return {
    seconds: elapsed(),
    throttled: service.throttled,
    othersPerSecond: taken / elapsed(),
    admittedAt,
    startedAt,
  };
}
