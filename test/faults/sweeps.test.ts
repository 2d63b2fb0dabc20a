import { IotSweepType, type JobExecutionCleanupConfig, type PackageVersionRetentionConfig } from '../../contract/iot';
import { UNREADABLE, beginMachines, inMachine, isClean, sweepOperations } from './retention';
import { type Family, walk } from './walk';

const PACKAGE = 'brake-ecu';

const load = () => jest.requireActual('../../lambda/iot/sweep-handlers');

const versions: Family = {
  load,
  begin: async aws => {
    await aws.iot.createPackage(PACKAGE);
    for (const name of ['0.1.0', '0.2.0', '0.3.0', '0.4.0']) {
      await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    }
    await beginMachines(aws);
  },
  snapshot: ({ iot }) => Object.keys(iot.describe(PACKAGE)?.versions ?? {}),
  isClean,
};

const retention = (keepLatest: number): PackageVersionRetentionConfig => ({
  type: IotSweepType.PACKAGE_VERSION_RETENTION,
  name: 'latest',
  packageName: PACKAGE,
  rules: { keepLatest },
  order: 'SEMVER',
  action: 'DELETE',
  protectInActiveJobs: false,
  protectOnDevices: false,
  requestsPerSecond: 50,
});

walk(
  versions,
  IotSweepType.PACKAGE_VERSION_RETENTION,
  [...sweepOperations(retention), inMachine(retention)],
  [UNREADABLE],
);

const executions: Family = {
  load,
  begin: async aws => {
    aws.iot.devices.add(['thing-1', 'thing-2'], { groups: ['fleet'] });
    for (const jobId of ['ota-1', 'ota-2']) {
      const targets = [`arn:aws:iot:${aws.region}:${aws.account}:thinggroup/fleet`];
      await aws.iot.byHand('CreateJob', { jobId, targets, document: '{}' });
      aws.iot.devices.advanceAll(jobId, 'SUCCEEDED');
    }
    await beginMachines(aws);
  },
  snapshot: ({ iot }) =>
    iot.jobs.flatMap(jobId =>
      (iot.describeJob(jobId)?.executions ?? []).map(({ thingName }) => `${jobId} ${thingName}`),
    ),
  isClean,
};

/** The number tells one cleanup from another. */
const cleanup = (which: number): JobExecutionCleanupConfig => ({
  type: IotSweepType.JOB_EXECUTION_CLEANUP,
  name: `cleanup-${which}`,
  rules: {},
  jobs: { by: 'ALL' },
  force: false,
  deleteJobs: false,
  waitForDeletion: false,
  requestsPerSecond: 50,
});

const [create, , destroy] = sweepOperations(cleanup);

walk(executions, IotSweepType.JOB_EXECUTION_CLEANUP, [create, destroy], [UNREADABLE]);
