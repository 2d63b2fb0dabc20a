import { LocalAws, type ServiceError } from 'cdk-versioned-artifacts-local';
import { type JobExecutionCleanupConfig } from '../../../../contract/iot';
import { SteppingClock, type TestClock } from '../../../../testing/clock';
import { untilHit } from '../../../../testing/until-hit';
import { DAY, IotSweep, PACKAGE, cleanup, refusal, retention } from './iot-sweep';

let clock: TestClock;
let aws: LocalAws;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  aws.iot.devices.add(['thing-000', 'thing-001'], { groups: ['fleet'] });
});
afterEach(() => aws.stop());

const finished = async (jobId: string) => {
  const targets = [`arn:aws:iot:${aws.region}:${aws.account}:thinggroup/fleet`];
  await aws.iot.byHand('CreateJob', { jobId, targets, document: '{}' });
  aws.iot.devices.advanceAll(jobId, 'SUCCEEDED');
};
const sweepOf = (more: Partial<JobExecutionCleanupConfig> = {}) => new IotSweep(aws, cleanup(more), clock);
const throttle = refusal('ThrottlingException', 429);
const noPlace = refusal('LimitExceededException', 409);

describe('what waits for its turn while the deployment fails stays', () => {
  /** An operation is refused; ten seconds after its first call the stack begins to roll back. */
  async function failsMeanwhile(sweep: IotSweep, operation: string, error: ServiceError) {
    let since: number | undefined;
    let isOver = false;
    aws.faults.inject({
      service: 'iot',
      operation,
      times: 40,
      match: () => {
        since ??= clock.now();
        if (!isOver && clock.now() - since > 10_000) {
          isOver = true;
          sweep.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
          sweep.resource = { ...sweep.resource!, status: 'UPDATE_FAILED', changedAt: clock.now() };
        }
        return true;
      },
      trouble: { error },
    });
    sweep.status = 'UPDATE_IN_PROGRESS';
    // whoever is no longer waited for does not answer.
    expect(await sweep.send('Update')).toBeUndefined();
    expect(isOver).toBe(true);
    expect(sweep.records('removed')).toEqual([]);
  }

  test('an execution', async () => {
    await finished('ota');
    await failsMeanwhile(sweepOf(), 'DeleteJobExecution', throttle);
    expect(aws.iot.describeJob('ota')?.executions).toHaveLength(2);
  });

  test('a job that waits for a place among the deletions, and those behind it', async () => {
    for (const id of ['a', 'b', 'c']) await finished(id);
    await failsMeanwhile(sweepOf({ deleteJobs: true }), 'DeleteJob', noPlace);
    for (const id of ['a', 'b', 'c']) expect(aws.iot.describeJob(id)?.status).toBe('COMPLETED');
  });

  test('a version', async () => {
    await aws.iot.createPackage(PACKAGE);
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
      await aws.iot.createVersion(PACKAGE, version, { status: 'PUBLISHED' });
      clock.advance(1_000);
    }
    await failsMeanwhile(new IotSweep(aws, retention(), clock), 'DeletePackageVersion', throttle);
  });
});

describe('a job that comes back under its id while its deletion waits for a place', () => {
  /** The deletion waits, and another job has the id when it is tried again. */
  async function comesBack(sweep: IotSweep, again: () => Promise<unknown>) {
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'DeleteJob',
      nth: 6,
      trouble: { stall: 'until released' },
    });
    aws.faults.inject({ service: 'iot', operation: 'DeleteJob', times: 7, trouble: { error: noPlace } });
    const running = sweep.run();
    await untilHit(stalled, running);
    await aws.iot.byHand('DeleteJob', { jobId: 'ota', force: true });
    clock.advance(60_000);
    await again();
    stalled.release();
    await running;
    expect(Object.values(sweep.kept)).toContain('STATE_CHANGED');
  }
  beforeEach(async () => {
    await finished('ota');
    clock.advance(40 * DAY);
  });

  test('stays where it is too young', async () => {
    const sweep = sweepOf({ deleteJobs: true, rules: { minAgeSeconds: (30 * DAY) / 1000 } });
    await comesBack(sweep, () => finished('ota'));
    expect(aws.iot.describeJob('ota')?.status).toBe('COMPLETED');
  });

  test('stays where it waits for its first execution, with force', async () => {
    const sweep = sweepOf({ deleteJobs: true, force: true, rules: { minAgeSeconds: (30 * DAY) / 1000 } });
    aws.iot.devices.add(['thing-900'], { groups: ['nobody'] });
    aws.iot.devices.remove('thing-900');
    await comesBack(sweep, () =>
      aws.iot.byHand('CreateJob', {
        jobId: 'ota',
        targets: [`arn:aws:iot:${aws.region}:${aws.account}:thinggroup/nobody`],
        targetSelection: 'CONTINUOUS',
        document: '{}',
      }),
    );
    expect(aws.iot.describeJob('ota')?.status).toBe('IN_PROGRESS');
  });
});

test.each([
  ['', 40 * DAY, 60_000, { gone: 1, failed: 0 }],
  [', not even at the same moment', 0, 0, { kept: 1, failed: 0 }],
])(
  'a canceled execution whose deletion is throttled is not mistaken for another with its number%s',
  async (_, age, later, end) => {
    aws.iot.behavior.jobDeletionTime = () => later;
    const targets = [`arn:aws:iot:${aws.region}:${aws.account}:thing/thing-000`];
    const start = () => aws.iot.byHand('CreateJob', { jobId: 'ota', targets, document: '{}' });
    await start();
    clock.advance(age);
    const sweep = sweepOf({ statuses: ['QUEUED'], force: true, rules: { minAgeSeconds: age / 2000 } });
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'DeleteJobExecution',
      nth: 1,
      trouble: { stall: 'until released' },
    });
    aws.faults.inject({ service: 'iot', operation: 'DeleteJobExecution', times: 2, trouble: { error: throttle } });
    const running = sweep.counts();
    await untilHit(stalled, running);
    await aws.iot.byHand('DeleteJob', { jobId: 'ota', force: true });
    clock.advance(later);
    await start();
    aws.iot.devices.advanceAll('ota', 'SUCCEEDED');
    stalled.release();
    expect(await running).toMatchObject(end);
    expect(aws.iot.describeJob('ota')?.executions).toMatchObject([{ status: 'SUCCEEDED' }]);
  },
);

describe('what is among the latest by the time of its removal stays', () => {
  /** The removal waits for its turn, and the newer execution is gone by then. */
  async function goesFirst(sweep: IotSweep, operation: string, newer: string) {
    const stalled = aws.faults.inject({ service: 'iot', operation, trouble: { stall: 'until released' } });
    aws.faults.inject({ service: 'iot', operation, times: 2, trouble: { error: throttle } });
    const running = sweep.run();
    await untilHit(stalled, running);
    await aws.iot.byHand('DeleteJob', { jobId: newer, force: true });
    clock.advance(60_000);
    stalled.release();
    await running;
  }
  beforeEach(async () => {
    aws.iot.devices.remove('thing-001');
    for (const id of ['ota-1', 'ota-2']) {
      await finished(id);
      clock.advance(DAY);
    }
  });

  test('as an execution', async () => {
    const sweep = sweepOf({ rules: { keepLatest: 1 } });
    await goesFirst(sweep, 'DeleteJobExecution', 'ota-2');
    expect(aws.iot.describeJob('ota-1')?.executions).toHaveLength(1);
    expect(Object.values(sweep.kept)).toContain('AMONG_LATEST');
  });

  test('as part of a job that goes as a whole', async () => {
    const sweep = sweepOf({ rules: { keepLatest: 1 }, deleteJobs: true });
    await goesFirst(sweep, 'DeleteJob', 'ota-2');
    expect(aws.iot.describeJob('ota-1')?.executions).toHaveLength(1);
  });

  test('as an execution in a state that a newer one has left', async () => {
    for (const jobId of ['begun-1', 'begun-2']) {
      const targets = [`arn:aws:iot:${aws.region}:${aws.account}:thing/thing-000`];
      await aws.iot.byHand('CreateJob', { jobId, targets, document: '{}' });
      aws.iot.devices.advanceAll(jobId, 'IN_PROGRESS');
      clock.advance(DAY);
    }
    const sweep = sweepOf({ rules: { keepLatest: 1 }, statuses: ['IN_PROGRESS'], force: true });
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'DeleteJobExecution',
      trouble: { stall: 'until released' },
    });
    aws.faults.inject({ service: 'iot', operation: 'DeleteJobExecution', times: 2, trouble: { error: throttle } });
    const running = sweep.run();
    await untilHit(stalled, running);
    aws.iot.devices.advanceAll('begun-2', 'SUCCEEDED');
    clock.advance(60_000);
    stalled.release();
    await running;
    expect(aws.iot.describeJob('begun-1')?.executions).toMatchObject([{ status: 'IN_PROGRESS' }]);
  });
});
