import { LocalAws } from 'cdk-versioned-artifacts-local';
import { type JobExecutionCleanupConfig } from '../../../../contract/iot';
import { SteppingClock } from '../../../../testing/clock';
import { deathsIn } from '../../../../testing/sweep/deaths';
import { untilHit } from '../../../../testing/until-hit';
import { DAY, IotSweep, cleanup, refusal } from './iot-sweep';

let clock: SteppingClock;
let aws: LocalAws;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  aws.iot.devices.add(['t1', 't2', 't3'], { groups: ['fleet'] });
});
afterEach(() => aws.stop());

const sweepOf = (more: Partial<JobExecutionCleanupConfig> = {}) =>
  new IotSweep(aws, cleanup({ deleteJobs: true, ...more }), clock);
const arn = (resource: string) => `arn:aws:iot:${aws.region}:${aws.account}:${resource}`;
const job = (jobId: string, more: object = {}) =>
  aws.iot.byHand('CreateJob', { jobId, targets: [arn('thinggroup/fleet')], document: '{}', ...more });
const finished = async (jobId: string, more: object = {}) => {
  await job(jobId, more);
  aws.iot.devices.advanceAll(jobId, 'SUCCEEDED');
};
const finishedMany = async (count: number) => {
  for (let n = 0; n < count; n++) await finished(`job-${n}`);
};
const left = (jobId: string) => aws.iot.describeJob(jobId)?.executions.map(({ thingName }) => thingName);
const called = (operation: string) => aws.calls.filter({ operation, via: 'http' });

describe('a job whose executions may all go', () => {
  test('is deleted as a whole, by one call', async () => {
    aws.iot.behavior.deleteJobWithExecutions = 'free';
    await finished('ota');
    const sweep = sweepOf();
    const calls = await sweep.callsOf(async () => {
      expect(await sweep.counts()).toMatchObject({ removed: 1, failed: 0 });
    });
    expect(calls).toMatchObject({ DeleteJob: 1 });
    // the pass is repeated, since it removed something; other listings look at what is being deleted.
    expect(called('ListJobs').filter(({ input }) => !('status' in input))).toHaveLength(2);
    expect(calls).not.toHaveProperty('DeleteJobExecution');
    expect(aws.iot.jobs).toEqual([]);
    expect(sweep.records('removed')).toMatchObject([{ name: 'ota', reason: 'WHOLE_JOB' }]);
  });

  test('is left alone by a dry run, which says so', async () => {
    await finished('ota');
    const sweep = sweepOf({ rules: { dryRun: true } });
    expect(await sweep.counts()).toMatchObject({ removed: 0, wouldRemove: 1 });
    expect(sweep.records('would-remove')).toMatchObject([{ name: 'ota' }]);
  });

  test('counts as one for maxRemovals', async () => {
    await finishedMany(3);
    expect((await sweepOf({ rules: { maxRemovals: 2 } }).run()).state).toMatchObject({ error: 'SweepRefused' });
    expect(await sweepOf({ rules: { maxRemovals: 3 } }).counts()).toMatchObject({ removed: 3 });
  });

  test('of many pages is decided page by page, in as many slices as it takes', async () => {
    const names = Array.from({ length: 600 }, (_, n) => `m${n}`);
    aws.iot.devices.add(names, { groups: ['many'] });
    await finished('ota', { targets: [arn('thinggroup/many')] });
    clock.advance(DAY);
    await finished('newer', { targets: [arn('thinggroup/many')] });
    const sweep = sweepOf({ jobs: { by: 'IDS', jobIds: ['ota', 'newer'] }, rules: { keepLatest: 1 } });
    sweep.remaining = 70_000;
    const { requests } = await sweep.run();
    expect(requests.length).toBeGreaterThan(1);
    expect(aws.iot.jobs).toEqual(['newer']);
    expect(called('DeleteJobExecution')).toEqual([]);
  });

  test('goes with force only where the service wants that for jobs that have executions', async () => {
    aws.iot.behavior.deleteJobWithExecutions = 'needs-force';
    await finished('ota');
    await sweepOf().run();
    expect(aws.iot.jobs).toEqual([]);
    expect(called('DeleteJob').map(({ input }) => input.force)).toEqual(['false', 'true']);
  });

  test('stays where it is another one by then, and nothing is stopped', async () => {
    await finished('ota');
    const stalled = aws.faults.inject({ service: 'iot', operation: 'DeleteJob', trouble: { stall: 'until released' } });
    const sweep = sweepOf();
    const running = sweep.run();
    await untilHit(stalled, running);
    await aws.iot.byHand('DeleteJob', { jobId: 'ota', force: true });
    clock.advance(5_000);
    await job('ota');
    stalled.release();
    expect((await running).status).toBe('SUCCEEDED');
    expect(sweep.kept).toMatchObject({ ota: 'STATE_CHANGED' });
    expect(left('ota')).toHaveLength(3);
  });

  test('of a namespace is deleted by it', async () => {
    await finished('ota', { namespaceId: 'greengrass' });
    await sweepOf({ namespaceId: 'greengrass' }).run();
    expect(called('DeleteJob')[0].input).toMatchObject({ jobId: 'ota', namespaceId: 'greengrass' });
    expect(aws.iot.jobs).toEqual([]);
  });
});

describe('a job goes in parts', () => {
  const parts = async (config: Partial<JobExecutionCleanupConfig>, expected: string[]) => {
    const sweep = sweepOf(config);
    expect((await sweep.run()).status).toBe('SUCCEEDED');
    expect(called('DeleteJob')).toEqual([]);
    expect(left('ota')).toEqual(expected);
  };

  test('where one of its executions stays by its state', async () => {
    await job('ota');
    aws.iot.devices.advanceAll('ota', name => (name === 't2' ? 'FAILED' : 'SUCCEEDED'));
    await parts({ statuses: ['SUCCEEDED'] }, ['t2']);
  });

  test('where one of its executions is too young', async () => {
    await job('ota');
    aws.iot.devices.advance('t1', 'ota', 'SUCCEEDED');
    clock.advance(DAY);
    aws.iot.devices.advanceAll('ota', 'SUCCEEDED');
    await parts({ rules: { minAgeSeconds: 3600 } }, ['t2', 't3']);
  });

  test('where one of its executions is among the latest of its thing', async () => {
    await finished('ota');
    clock.advance(DAY);
    await finished('newer', { targets: [arn('thing/t1'), arn('thing/t3')] });
    await parts({ rules: { keepLatest: 1 } }, ['t2']);
  });

  test('where it is in progress, and the cleanup does not force', async () => {
    await job('ota', { targetSelection: 'CONTINUOUS' });
    aws.iot.devices.advanceAll('ota', 'SUCCEEDED');
    await parts({}, []);
  });

  test('where other things have executions of it, and the cleanup speaks of one thing', async () => {
    await finished('ota');
    await parts({ jobs: { by: 'THING', thingName: 't2' } }, ['t1', 't3']);
  });
});

test('a job that only one thing has executions of goes as a whole with that thing', async () => {
  await finished('ota', { targets: [arn('thing/t2')] });
  await sweepOf({ jobs: { by: 'THING', thingName: 't2' } }).run();
  expect(aws.iot.jobs).toEqual([]);
  expect(called('DeleteJob').filter(({ error }) => error === undefined)).toHaveLength(1);
  expect(called('DeleteJobExecution')).toEqual([]);
});

describe('with force', () => {
  const force = { force: true, statuses: undefined };

  test('a job goes that is in progress', async () => {
    await job('ota');
    aws.iot.devices.advance('t1', 'ota', 'IN_PROGRESS');
    await sweepOf(force).run();
    expect(aws.iot.jobs).toEqual([]);
    expect(called('DeleteJob')[0].input.force).toBe('true');
  });

  test('a job stays that waits for its first executions', async () => {
    await job('ota', { schedulingConfig: { startTime: '2026-01-30 00:00' } });
    await sweepOf(force).run();
    expect(aws.iot.jobs).toEqual(['ota']);
  });

  test('a job stays that runs on for other things, where the last execution of one thing has gone meanwhile', async () => {
    await job('ota', { targets: [arn('thing/t2')], targetSelection: 'CONTINUOUS' });
    aws.iot.devices.advanceAll('ota', 'SUCCEEDED');
    const [{ executionNumber }] = aws.iot.describeJob('ota')!.executions;
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'ListJobExecutionsForJob',
      trouble: { stall: 'until released' },
    });
    const running = sweepOf({ ...force, jobs: { by: 'THING', thingName: 't2' } }).run();
    await untilHit(stalled, running);
    await aws.iot.byHand('DeleteJobExecution', { jobId: 'ota', thingName: 't2', executionNumber });
    stalled.release();
    await running;
    expect(aws.iot.jobs).toEqual(['ota']);
  });

  test('a job stays whose executions cannot be listed to the end once more', async () => {
    const names = Array.from({ length: 300 }, (_, n) => `m${n}`);
    aws.iot.devices.add(names, { groups: ['many'] });
    await job('ota', { targets: [arn('thinggroup/many')] });
    // two pages to decide, and the second page again before the deletion.
    aws.faults.inject({
      service: 'iot',
      operation: 'ListJobExecutionsForJob',
      nth: 4,
      trouble: { error: refusal('InvalidRequestException') },
    });
    const sweep = sweepOf(force);
    expect(await sweep.counts()).toMatchObject({ removed: 0, failed: 0 });
    expect(sweep.kept).toEqual({ ota: 'STATE_CHANGED' });
  });

  test('a job that has waited for its place is looked at again: what is young by then stays', async () => {
    aws.iot.behavior.jobDeletionTime = () => 60_000;
    const first = Array.from({ length: 10 }, (_, n) => `a-${n}`);
    for (const jobId of first) await finished(jobId);
    await job('ota');
    aws.iot.devices.advanceAll('ota', 'IN_PROGRESS');
    clock.advance(2 * DAY);
    for (const jobId of first) await aws.iot.byHand('DeleteJob', { jobId, force: true });
    const sweep = sweepOf({ ...force, jobs: { by: 'IDS', jobIds: ['ota'] }, rules: { minAgeSeconds: DAY / 1000 } });
    const stalled = aws.faults.inject({ service: 'iot', operation: 'DeleteJob', trouble: { stall: 'until released' } });
    const running = sweep.run();
    await untilHit(stalled, running);
    aws.iot.devices.advance('t2', 'ota', 'IN_PROGRESS');
    stalled.release();
    await running;
    expect(left('ota')).toEqual(['t1', 't2', 't3']);
    expect(sweep.kept).toEqual({ ota: 'STATE_CHANGED' });
  });
});

describe('a job without executions', () => {
  beforeEach(async () => {
    await finished('ota');
    await sweepOf({ deleteJobs: false }).run();
    expect(left('ota')).toEqual([]);
  });

  test('goes where it has ended', async () => {
    await sweepOf().run();
    expect(aws.iot.jobs).toEqual([]);
  });

  test('stays where it has ended a short time ago', async () => {
    await sweepOf({ rules: { minAgeSeconds: DAY / 1000 } }).run();
    expect(aws.iot.jobs).toEqual(['ota']);
  });
});

describe('the places for deletions', () => {
  test('are waited for: a full house is no throttling and no failure', async () => {
    aws.iot.behavior.jobDeletionTime = () => 60_000;
    await finishedMany(25);
    expect(await sweepOf().counts()).toMatchObject({ removed: 25, failed: 0, throttled: 0 });
    expect(aws.iot.jobs).toEqual([]);
    const refused = called('DeleteJob').filter(({ error }) => error === 'LimitExceededException');
    expect(refused.length).toBeGreaterThan(0);
    // one asks for all that wait.
    expect(refused.length).toBeLessThan(40);
  });

  test('are waited for across slices', async () => {
    aws.iot.behavior.jobDeletionTime = () => 600_000;
    await finishedMany(15);
    const sweep = sweepOf();
    sweep.remaining = 60_000;
    const { status, requests, state } = await sweep.run();
    expect(status).toBe('SUCCEEDED');
    expect(requests.length).toBeGreaterThan(5);
    expect(state.outcome).toMatchObject({ counts: { removed: 15, failed: 0 } });
    expect(aws.iot.jobs).toEqual([]);
  });
});

describe('the end of a deletion', () => {
  beforeEach(async () => {
    aws.iot.behavior.jobDeletionTime = () => 10 * 60_000;
    await finished('ota');
  });

  test('is waited for, in pauses of the state machine', async () => {
    const { requests, state } = await sweepOf().run();
    expect(aws.iot.jobs).toEqual([]);
    expect(requests.length).toBeGreaterThan(4);
    expect(requests[1].state).toMatchObject({ next: 'WAIT', waitSeconds: 60, cursor: { pass: 'SETTLE' } });
    expect(state.outcome).toMatchObject({ counts: { removed: 1, kept: 0 } });
  });

  test('is not waited for where that is not wanted', async () => {
    expect((await sweepOf({ waitForDeletion: false }).run()).requests).toHaveLength(1);
    expect(aws.iot.describeJob('ota')?.status).toBe('DELETION_IN_PROGRESS');
  });

  test('is waited for by CloudFormation, too', async () => {
    const sweep = sweepOf();
    sweep.status = 'DELETE_IN_PROGRESS';
    expect(await sweep.send('Delete')).toBeUndefined();
    await sweep.machine.runAll();
    expect(sweep.replies).toMatchObject([{ Status: 'SUCCESS', Data: { RemovedCount: '1' } }]);
    expect(aws.iot.jobs).toEqual([]);
  });

  test('that others go on with for days is not waited for without end', async () => {
    aws.iot.behavior.jobDeletionTime = () => 30 * DAY;
    const { status, requests } = await sweepOf().run();
    expect(status).toBe('SUCCEEDED');
    expect(requests.length).toBeLessThan(100);
  });

  test('that does not come within the hour is told', async () => {
    aws.iot.behavior.jobDeletionTime = () => DAY;
    await finished('other');
    const sweep = sweepOf();
    sweep.status = 'DELETE_IN_PROGRESS';
    await sweep.send('Delete');
    await sweep.machine.runAll();
    expect(sweep.replies).toMatchObject([{ Status: 'FAILED', Reason: expect.stringContaining('time ended') }]);
  });
});

describe('an error of DeleteJob', () => {
  const failing = (code: string, status = 400, times = 100) =>
    aws.faults.inject({
      service: 'iot',
      operation: 'DeleteJob',
      match: ({ jobId }) => jobId === 'job-1',
      times,
      trouble: { error: refusal(code, status) },
    });
  beforeEach(() => finishedMany(3));

  test('InvalidRequestException is a failure of that job, and the others go', async () => {
    failing('InvalidRequestException');
    const { state } = await sweepOf().run();
    expect(state.error).toBe('RemovalsFailed');
    expect(aws.iot.jobs).toEqual(['job-1']);
  });

  test('InvalidStateTransitionException keeps the job, with the reason', async () => {
    failing('InvalidStateTransitionException', 409);
    const sweep = sweepOf({ force: true });
    expect((await sweep.run()).status).toBe('SUCCEEDED');
    expect(sweep.kept).toEqual({ 'job-1': 'STATE_CHANGED' });
  });

  test('ResourceNotFoundException is a success', async () => {
    failing('ResourceNotFoundException', 404, 1);
    expect(await sweepOf().counts()).toMatchObject({ gone: 1, failed: 0 });
  });

  test('ServiceUnavailableException is tried again a few times', async () => {
    failing('ServiceUnavailableException', 503, 2);
    expect(await sweepOf().counts()).toMatchObject({ removed: 3, failed: 0 });
  });

  test('ThrottlingException is tried again and counted', async () => {
    failing('ThrottlingException', 400, 5);
    expect(await sweepOf().counts()).toMatchObject({ removed: 3, failed: 0, throttled: 5 });
  });
});

test('killed before or after any call, a run ends as an undisturbed one', async () => {
  await job('stays', { targetSelection: 'CONTINUOUS' });
  await finished('undisturbed');
  const undisturbed = sweepOf();
  const counts = await undisturbed.callsOf(() => undisturbed.run());
  const calls = Object.values(counts).reduce((a, b) => a + b);
  for (const death of deathsIn(calls)) {
    await finished('ota');
    const sweep = sweepOf();
    sweep.mortal.dieAt(death);
    const { status, requests } = await sweep.run();
    expect({ ...death, status, jobs: aws.iot.jobs }).toEqual({ ...death, status: 'SUCCEEDED', jobs: ['stays'] });
    expect(requests.length).toBeGreaterThan(1);
  }
});
