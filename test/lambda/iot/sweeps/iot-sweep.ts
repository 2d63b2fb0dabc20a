import { IoTClient } from '@aws-sdk/client-iot';
import { type LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import {
  IotSweepType,
  type JobExecutionCleanupConfig,
  type PackageVersionRetentionConfig,
} from '../../../../contract/iot';
import { iotSweeps } from '../../../../lambda/iot/sweeps';
import { type TestClock } from '../../../../testing/clock';
import { Mortal } from '../../../../testing/sweep/mortal';
import { SweepWorld } from '../../../../testing/sweep/sweep-world';

export const DAY = 86_400_000;
export const PACKAGE = 'brake-ecu';

/** A sweep over the local AWS IoT, through the real SDK. */
export class IotSweep extends SweepWorld {
  readonly mortal: Mortal;

  constructor(
    readonly aws: LocalAws,
    config: JobExecutionCleanupConfig | PackageVersionRetentionConfig,
    clock: TestClock,
  ) {
    const mortal = new Mortal(aws);
    super(config.type, config, killed => iotSweeps(new IoTClient(mortal.options(killed))), clock);
    this.mortal = mortal;
  }

  /** How often each operation was called while something ran. */
  async callsOf(run: () => Promise<unknown>): Promise<Record<string, number>> {
    this.aws.calls.clear();
    await run();
    const counts: Record<string, number> = {};
    for (const { operation } of this.aws.calls.filter({ service: 'iot', via: 'http' })) {
      counts[operation] = (counts[operation] ?? 0) + 1;
    }
    return counts;
  }

  async counts(): Promise<Record<string, unknown>> {
    const { state } = await this.run();
    return (state.outcome as { counts?: Record<string, unknown> } | undefined)?.counts ?? { ...state };
  }
}

/** An error that the service answers. */
export const refusal = (code: string, status = 400) => new ServiceError(code, 'no way', status);

export const retention = (more: Partial<PackageVersionRetentionConfig> = {}): PackageVersionRetentionConfig => ({
  type: IotSweepType.PACKAGE_VERSION_RETENTION,
  name: 'fleet/Keep',
  rules: { keepLatest: 1 },
  requestsPerSecond: 8,
  packageName: PACKAGE,
  action: 'DELETE',
  protectInActiveJobs: true,
  protectOnDevices: false,
  ...more,
});

export const cleanup = (more: Partial<JobExecutionCleanupConfig> = {}): JobExecutionCleanupConfig => ({
  type: IotSweepType.JOB_EXECUTION_CLEANUP,
  name: 'fleet/Cleanup',
  rules: {},
  requestsPerSecond: 8,
  jobs: { by: 'ALL' },
  statuses: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'REJECTED', 'REMOVED', 'CANCELED'],
  force: false,
  deleteJobs: false,
  waitForDeletion: true,
  ...more,
});
