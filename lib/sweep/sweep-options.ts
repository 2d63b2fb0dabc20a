import { type OnIncomplete } from './enums';

/** What can be set for each sweep. */
export interface SweepOptions {
  /**
   * The most requests a second, for each operation of the service. A sweep finds out by itself what the account's quota
   * allows below that. Above 0, at most 1,000.
   *
   * @default 8 - AWS IoT allows 10 by default: two are left for everybody else
   */
  readonly requestsPerSecond?: number;

  /**
   * What becomes of a deployment or deletion that waits for the sweep, where an hour is not enough. Only with
   * `SweepTrigger.onDestroy()` or `SweepTrigger.duringDeployment()`.
   *
   * @default OnIncomplete.FAIL
   */
  readonly onIncomplete?: OnIncomplete;

  /**
   * Any text. A change has the next deployment sweep again. Only with `SweepTrigger.duringDeployment()`.
   *
   * @default - sweeps when its other properties or the declared versions change
   */
  readonly salt?: string;
}
