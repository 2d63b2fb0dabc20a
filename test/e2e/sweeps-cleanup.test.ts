import { Duration } from 'aws-cdk-lib';
import {
  JobExecutionCleanup,
  type JobExecutionCleanupProps,
  JobExecutionStatus,
  JobSelection,
  SweepTrigger,
} from 'cdk-versioned-artifacts';
import { PastClock } from '../../testing/clock';
import { type Fleet } from './fleet';
import { createJob, kept, records, removed, startSweepFleet, until } from './sweep-fleet';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

let fleet: Fleet;
let clock: PastClock;
beforeEach(async () => {
  clock = new PastClock();
  fleet = await startSweepFleet('Fleet', { clock });
});
afterEach(() => fleet.stop());

const cars = (count: number): string[] => Array.from({ length: count }, (_, n) => `car-${n}`);
/** What is left of a job: the status of each thing's executions. */
const left = (jobId: string) =>
  fleet.aws.iot.describeJob(jobId)?.executions.map(({ thingName, status }) => `${thingName} ${status}`);
const calls = (operation: string) =>
  fleet.aws.calls.filter({ service: 'iot', operation }).filter(({ status }) => status === 200);
const refused = (operation: string) => fleet.aws.calls.filter({ operation }).flatMap(({ error }) => error ?? []);

/** Deploys a cleanup that runs on destroy, and destroys it. */
async function destroyWith(props: Partial<JobExecutionCleanupProps> = {}): Promise<void> {
  await fleet.deploy(stack => {
    new JobExecutionCleanup(stack, 'Cleanup', {
      jobs: JobSelection.byIdPrefix('ota-'),
      requestsPerSecond: 200,
      ...props,
    });
  });
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
}

/** A job with one execution in each state that there is. */
async function createMixedJob(jobId: string, input = {}): Promise<void> {
  const [, running, succeeded, failed, rejected, canceled] = cars(7);
  await createJob(fleet.aws, jobId, cars(7), input);
  const { devices } = fleet.aws.iot;
  devices.advance(running, jobId, 'IN_PROGRESS');
  devices.advance(succeeded, jobId, 'SUCCEEDED');
  devices.advance(failed, jobId, 'FAILED');
  devices.advance(rejected, jobId, 'REJECTED');
  await fleet.aws.iot.byHand('CancelJobExecution', { jobId, thingName: canceled });
}

describe('on destroy', () => {
  beforeEach(() => fleet.aws.iot.devices.add(cars(7)));

  test('what has ended goes; what has not, other jobs and jobs of other namespaces are left alone', async () => {
    fleet.aws.iot.behavior.firstExecutionNumber = 2_939_653_338;
    await createMixedJob('ota-1');
    await createMixedJob('other');
    await createMixedJob('ota-greengrass', { namespaceId: 'greengrass' });
    fleet.aws.iot.devices.remove('car-6');
    await destroyWith();

    expect(left('ota-1')).toEqual(['car-0 QUEUED', 'car-1 IN_PROGRESS']);
    expect(left('other')).toHaveLength(7);
    expect(left('ota-greengrass')).toHaveLength(7);
    expect(Object.values(kept(fleet))).toEqual(['STATUS', 'STATUS']);
    expect(calls('DeleteJobExecution').every(({ input }) => input.executionNumber > 2 ** 31)).toBe(true);
  });

  test('a namespace that is named is swept, and no other', async () => {
    await createMixedJob('ota-1');
    await createMixedJob('ota-greengrass', { namespaceId: 'greengrass' });
    await destroyWith({ namespaceId: 'greengrass' });
    expect(left('ota-1')).toHaveLength(7);
    expect(left('ota-greengrass')).toEqual(['car-0 QUEUED', 'car-1 IN_PROGRESS', 'car-6 QUEUED']);
  });

  test('with force nothing stays: what is queued is cancelled first, what runs is deleted under the device', async () => {
    await createMixedJob('ota-1');
    await destroyWith({ force: true });
    expect(left('ota-1')).toEqual([]);
    expect(calls('CancelJobExecution').map(({ input }) => input.thingName)).toEqual(
      expect.arrayContaining(['car-0', 'car-6']),
    );
    const forced = calls('DeleteJobExecution').filter(({ input }) => String(input.force) === 'true');
    expect(forced.map(({ input }) => input.thingName)).toEqual(['car-1']);
  });

  test('only in the states that are asked for', async () => {
    await createMixedJob('ota-1');
    await destroyWith({ statuses: [JobExecutionStatus.FAILED, JobExecutionStatus.REJECTED] });
    expect(removed(fleet).map(name => name.split('/')[1])).toEqual(['car-3', 'car-4']);
  });

  test('only where nobody but the stack goes: a construct that is removed sweeps nothing', async () => {
    await createMixedJob('ota-1');
    await fleet.deploy(stack => void new JobExecutionCleanup(stack, 'Cleanup', { jobs: JobSelection.all() }));
    await fleet.deploy(stack => {
      new JobExecutionCleanup(stack, 'Other', { jobs: JobSelection.all(), triggers: [] });
    });
    expect(left('ota-1')).toHaveLength(7);
    expect(fleet.log).toContain('nothing is swept: the stack is not being deleted, but deploying');
  });
});

describe('rules', () => {
  test('the latest of each thing stay, over all selected jobs, and so does what changed lately', async () => {
    fleet.aws.iot.devices.add(cars(2));
    for (const [index, age] of [400, 300, 200, 10].entries()) {
      clock.behind = age * DAY;
      await createJob(fleet.aws, `ota-${index}`, index === 1 ? ['car-0'] : cars(2));
      fleet.aws.iot.devices.advanceAll(`ota-${index}`, 'SUCCEEDED');
    }
    clock.behind = 0;
    await destroyWith({ rules: { keepLatest: 2, minAge: Duration.days(30) } });

    expect(removed(fleet).map(name => name.split('/').slice(0, 2).join())).toEqual([
      'ota-0,car-0',
      'ota-0,car-1',
      'ota-1,car-0',
    ]);
    expect(Object.values(kept(fleet)).sort()).toEqual(['AMONG_LATEST', 'AMONG_LATEST', 'TOO_YOUNG', 'TOO_YOUNG']);
  });

  test('each retry of a thing is an execution of its own', async () => {
    fleet.aws.iot.devices.add('car-0');
    await createJob(fleet.aws, 'ota-1', ['car-0'], {
      jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 2 }] },
    });
    for (const status of ['FAILED', 'FAILED', 'SUCCEEDED'] as const) {
      fleet.aws.iot.devices.advance('car-0', 'ota-1', status);
    }
    expect(left('ota-1')).toHaveLength(3);
    await destroyWith({ rules: { keepLatest: 1 } });
    expect(left('ota-1')).toEqual(['car-0 SUCCEEDED']);
  });
});

describe('whole jobs', () => {
  const jobIds = Array.from({ length: 14 }, (_, n) => `ota-${n}`);
  beforeEach(async () => {
    fleet.aws.iot.devices.add(cars(3));
    for (const jobId of jobIds) {
      await createJob(fleet.aws, jobId, cars(3));
      if (jobId !== 'ota-13') fleet.aws.iot.devices.advanceAll(jobId, 'SUCCEEDED');
    }
    fleet.aws.iot.devices.advance('car-0', 'ota-13', 'SUCCEEDED');
  });

  test('go by one call each, at most ten at a time, and are waited for', async () => {
    fleet.aws.iot.behavior.jobDeletionTime = () => 10 * MINUTE;
    const destruction = destroyWith({ deleteJobs: true });
    await until(() => refused('DeleteJob').includes('LimitExceededException'));
    expect(calls('DeleteJob')).toHaveLength(10);
    fleet.aws.iot.behavior.jobDeletionTime = () => 0;
    clock.behind -= 10 * MINUTE;
    await destruction;

    expect(fleet.aws.iot.jobs).toEqual(['ota-13']);
    expect(left('ota-13')).toEqual(['car-1 QUEUED', 'car-2 QUEUED']);
    expect(calls('DeleteJob')).toHaveLength(13);
    expect(calls('DeleteJobExecution')).toHaveLength(1);
  });

  test('are not waited for where that is not asked for', async () => {
    fleet.aws.iot.behavior.jobDeletionTime = () => Infinity;
    await destroyWith({ deleteJobs: true, waitForDeletion: false, jobs: JobSelection.byIds('ota-1', 'ota-2') });
    expect(fleet.aws.iot.describeJob('ota-1')).toMatchObject({ status: 'DELETION_IN_PROGRESS' });
    expect(fleet.aws.iot.jobs).toHaveLength(14);
  });
});

test('after a deployment a cleanup runs in its state machine', async () => {
  fleet.aws.iot.devices.add(cars(2));
  await createJob(fleet.aws, 'ota-1', cars(2));
  fleet.aws.iot.devices.advance('car-0', 'ota-1', 'FAILED');
  await fleet.deploy(stack => {
    new JobExecutionCleanup(stack, 'Cleanup', {
      jobs: JobSelection.byThing('car-0'),
      triggers: [SweepTrigger.afterDeployment()],
    });
  });
  await fleet.aws.settled();
  expect(left('ota-1')).toEqual(['car-1 QUEUED']);
  expect(records(fleet, 'ended')).toMatchObject([{ status: 'SUCCEEDED', counts: { removed: 1 } }]);
});
