import { type IoTClient } from '@aws-sdk/client-iot';
import { IotSweepType } from '../../../contract/iot';
import { type SweepKinds } from '../../sweep/source';
import { JobExecutionCleanup } from './job-execution-cleanup';
import { PackageVersionRetention } from './package-version-retention';

/** The sweeps of the IoT provider, by their type. */
export const iotSweeps = (iot: IoTClient): SweepKinds => ({
  [IotSweepType.PACKAGE_VERSION_RETENTION]: new PackageVersionRetention(iot),
  [IotSweepType.JOB_EXECUTION_CLEANUP]: new JobExecutionCleanup(iot),
});
