import { type JobExecutionCleanupConfig, type JobExecutionStatus } from '../../../../contract/iot';
import { VirtualClock } from '../../../../testing/clock';
import { deathsIn } from '../../../../testing/sweep/deaths';
import { untilHit } from '../../../../testing/until-hit';
import { arn, aws, clock, deletions, executions, finished, job, leftOf, start, sweepOf, things } from './fleet-of-jobs';
import { DAY, PACKAGE, refusal } from './iot-sweep';

describe('the selection', () => {
  beforeEach(async () => {
    things(2);
    for (const id of ['ota-1', 'ota-2', 'config-1']) await finished(id);
  });
  const emptied = () => aws.iot.jobs.filter(id => executions(id).length === 0);

  test.each<[string, Partial<JobExecutionCleanupConfig>, string[]]>([
    ['all', { jobs: { by: 'ALL' } }, ['config-1', 'ota-1', 'ota-2']],
    ['ids, also of jobs that are gone', { jobs: { by: 'IDS', jobIds: ['ota-2', 'gone'] } }, ['ota-2']],
    ['a prefix', { jobs: { by: 'ID_PREFIX', prefix: 'ota-' } }, ['ota-1', 'ota-2']],
    ['the state of the job', { jobStatuses: ['COMPLETED'] }, ['config-1', 'ota-1', 'ota-2']],
    ['another state of the job', { jobStatuses: ['CANCELED', 'IN_PROGRESS'] }, []],
  ])('by %s', async (_, selection, expected) => {
    expect(await sweepOf(selection).counts()).toMatchObject({ removed: 2 * expected.length, failed: 0 });
    expect(emptied()).toEqual(expected);
  });

  test('by thing takes that thing’s executions of all jobs', async () => {
    await sweepOf({ jobs: { by: 'THING', thingName: 'thing-001' } }).run();
    for (const id of aws.iot.jobs) expect(leftOf(id)).toEqual(['thing-000 SUCCEEDED']);
  });

  test('by a thing that is gone finds nothing', async () => {
    expect(await sweepOf({ jobs: { by: 'THING', thingName: 'nobody' } }).counts()).toMatchObject({ removed: 0 });
  });

  test.each(['1.0.0', '$default'])('by package version %s', async version => {
    await aws.iot.createPackage(PACKAGE);
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED', isDefault: true });
    const packageVersionArn = arn(`package/${PACKAGE}/version/${version}`);
    await finished('rollout', { destinationPackageVersions: [packageVersionArn] });
    await sweepOf({ jobs: { by: 'PACKAGE_VERSION', packageVersionArn } }).run();
    expect(emptied()).toEqual(['rollout']);
  });

  test('leaves jobs of a namespace alone, unless it is named: then it takes no others', async () => {
    await finished('greengrass-1', { namespaceId: 'greengrass' });
    await sweepOf({ jobs: { by: 'ID_PREFIX', prefix: 'greengrass' } }).run();
    expect(emptied()).toEqual([]);
    await sweepOf({ namespaceId: 'greengrass' }).run();
    expect(emptied()).toEqual(['greengrass-1']);
    expect(deletions().every(({ namespaceId }) => namespaceId === 'greengrass')).toBe(true);
  });

  test('never asks for jobs by thing group, which leaves out those that are scheduled', async () => {
    await sweepOf().run();
    for (const { input } of aws.calls.filter({ operation: 'ListJobs' }))
      expect(input).not.toHaveProperty('thingGroupName');
  });
});

describe('the executions', () => {
  test('in a terminal state go, of whichever state; others stay', async () => {
    things(6);
    await job('ota', { timeoutConfig: { inProgressTimeoutInMinutes: 1 } });
    const ends = ['SUCCEEDED', 'FAILED', 'REJECTED', 'IN_PROGRESS'] as const;
    aws.iot.devices.advanceAll('ota', name => ends[Number(name.slice(-3))]);
    clock.advance(2 * 60_000);
    aws.iot.devices.advance('thing-004', 'ota', 'IN_PROGRESS');
    expect(leftOf('ota')).toContain('thing-003 TIMED_OUT');
    await sweepOf({ statuses: undefined }).run();
    expect(leftOf('ota')).toEqual(['thing-004 IN_PROGRESS', 'thing-005 QUEUED']);
  });

  test('TIMED_OUT go also where the service wants force for them', async () => {
    aws.iot.behavior.deleteTimedOut = 'needs-force';
    things(1);
    await job('ota', { timeoutConfig: { inProgressTimeoutInMinutes: 1 } });
    aws.iot.devices.advanceAll('ota', 'IN_PROGRESS');
    clock.advance(2 * 60_000);
    await sweepOf().run();
    expect(leftOf('ota')).toEqual([]);
  });

  test('that time out are not deleted with force because another error comes', async () => {
    things(1);
    await job('ota', { timeoutConfig: { inProgressTimeoutInMinutes: 1 } });
    aws.iot.devices.advanceAll('ota', 'IN_PROGRESS');
    clock.advance(2 * 60_000);
    const error = refusal('InvalidRequestException');
    aws.faults.inject({ service: 'iot', operation: 'DeleteJobExecution', trouble: { error } });
    await sweepOf().run();
    expect(deletions().map(({ force }) => force)).not.toContain('true');
  });

  test.each([
    ['go, too', 0, ['thing-001 QUEUED']],
    ['stay where keepLatest counts, since the thing lists none', 1, ['thing-000 REMOVED', 'thing-001 QUEUED']],
  ])('of a thing that was deleted %s', async (_, keepLatest, left) => {
    things(2);
    await job('ota');
    aws.iot.devices.remove('thing-000');
    expect(await sweepOf({ statuses: ['REMOVED'], rules: { keepLatest } }).counts()).toMatchObject({ failed: 0 });
    expect(leftOf('ota')).toEqual(left);
  });

  test('are chosen by state and by the age of their last update', async () => {
    things(3);
    await job('ota', { targetSelection: 'CONTINUOUS' });
    aws.iot.devices.advance('thing-000', 'ota', 'FAILED');
    clock.advance(DAY);
    aws.iot.devices.advance('thing-001', 'ota', 'SUCCEEDED');
    clock.advance(DAY);
    aws.iot.devices.advance('thing-002', 'ota', 'SUCCEEDED');
    const sweep = sweepOf({ rules: { minAgeSeconds: DAY / 2000 }, statuses: ['SUCCEEDED'] });
    await sweep.run();
    expect(leftOf('ota')).toEqual(['thing-000 FAILED', 'thing-002 SUCCEEDED']);
    expect(Object.values(sweep.kept).sort()).toEqual(['STATUS', 'TOO_YOUNG']);
  });

  test('without force, those that are not over stay whatever the states say', async () => {
    things(1);
    await job('ota');
    const sweep = sweepOf({ statuses: ['QUEUED'] });
    await sweep.run();
    expect(Object.values(sweep.kept)).toEqual(['NOT_TERMINAL']);
  });

  test('are deleted by number: beyond 32 bits, and several of one thing', async () => {
    aws.iot.behavior.firstExecutionNumber = 2_939_653_338;
    things(1);
    const retries = { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 2 }] };
    await job('ota', { jobExecutionsRetryConfig: retries });
    for (const status of ['FAILED', 'FAILED', 'SUCCEEDED'] as const)
      aws.iot.devices.advance('thing-000', 'ota', status);
    const numbers = executions('ota').map(({ executionNumber }) => executionNumber);
    await sweepOf().run();
    expect(
      deletions()
        .map(({ executionNumber }) => Number(executionNumber))
        .sort(),
    ).toEqual(numbers);
    expect(Math.min(...numbers)).toBeGreaterThan(2 ** 31);
    expect(leftOf('ota')).toEqual([]);
  });

  test('go by the hundred, each after a listing of its own, and only the rate holds them up', async () => {
    // calls of two operations are in flight at the same time.
    await aws.stop();
    await start(new VirtualClock());
    things(300);
    await finished('ota');
    const sweep = sweepOf();
    const before = clock.now();
    const calls = await sweep.callsOf(() => sweep.run());
    expect(leftOf('ota')).toEqual([]);
    expect(calls).toMatchObject({ DeleteJobExecution: 300, ListJobExecutionsForThing: 300 });
    expect(calls.ListJobExecutionsForJob).toBeLessThan(5);
    expect(calls.CancelJobExecution).toBeUndefined();
    const seconds = (clock.now() - before) / 1000;
    expect(seconds).toBeGreaterThan(35);
    expect(seconds).toBeLessThan(1.1 * (300 / 8));
  });

  test('are one call each where keepLatest has listed their thing already', async () => {
    things(20);
    await finished('old');
    clock.advance(DAY);
    await finished('new');
    const sweep = sweepOf({ rules: { keepLatest: 1 } });
    const calls = await sweep.callsOf(() => sweep.run());
    expect(leftOf('old')).toEqual([]);
    expect(leftOf('new')).toHaveLength(20);
    // 20 that go and 20 that stay, and the 20 once more since something went.
    expect(calls.ListJobExecutionsForThing).toBe(60);
    expect(calls).not.toHaveProperty('DescribeJobExecution');
  });
});

describe('keepLatest', () => {
  test('is per thing, over the selected jobs and no others', async () => {
    things(2);
    for (const id of ['ota-1', 'ota-2', 'ota-3', 'config-9']) {
      await job(id);
      aws.iot.devices.advanceAll(id, 'SUCCEEDED');
      clock.advance(DAY);
    }
    await finished('ota-namespaced', { namespaceId: 'greengrass' });
    await sweepOf({ jobs: { by: 'ID_PREFIX', prefix: 'ota-' }, rules: { keepLatest: 2 } }).run();
    expect(aws.iot.jobs.filter(id => executions(id).length === 0)).toEqual(['ota-1']);
  });

  test('counts only the states that are selected', async () => {
    things(1);
    for (const [id, status] of [
      ['a', 'SUCCEEDED'],
      ['b', 'SUCCEEDED'],
      ['c', 'FAILED'],
    ] as const) {
      await job(id);
      aws.iot.devices.advanceAll(id, status);
      clock.advance(DAY);
    }
    await sweepOf({ rules: { keepLatest: 1 }, statuses: ['SUCCEEDED'] }).run();
    expect(['a', 'b', 'c'].map(id => executions(id).length)).toEqual([0, 1, 1]);
  });

  test('of one thing by name', async () => {
    things(2);
    for (const id of ['a', 'b', 'c']) {
      await finished(id);
      clock.advance(DAY);
    }
    await sweepOf({ jobs: { by: 'THING', thingName: 'thing-000' }, rules: { keepLatest: 1 } }).run();
    expect(['a', 'b', 'c'].map(id => leftOf(id))).toEqual([
      ['thing-001 SUCCEEDED'],
      ['thing-001 SUCCEEDED'],
      ['thing-000 SUCCEEDED', 'thing-001 SUCCEEDED'],
    ]);
  });
});

describe('with force', () => {
  const statuses: JobExecutionStatus[] = ['QUEUED', 'IN_PROGRESS', 'SUCCEEDED'];
  beforeEach(async () => {
    things(3);
    await job('ota');
    aws.iot.devices.advance('thing-001', 'ota', 'IN_PROGRESS');
    aws.iot.devices.advance('thing-002', 'ota', 'SUCCEEDED');
  });

  test('what is queued is cancelled first, what is in progress deleted with force, nothing else', async () => {
    const sweep = sweepOf({ statuses, force: true });
    await sweep.run();
    expect(leftOf('ota')).toEqual([]);
    const cancelled = aws.calls.filter({ operation: 'CancelJobExecution' }).map(({ input }) => input);
    expect(cancelled).toMatchObject([{ thingName: 'thing-000' }]);
    expect(cancelled[0]).not.toHaveProperty('force');
    expect(Object.fromEntries(deletions().map(({ thingName, force }) => [thingName, force]))).toEqual({
      'thing-000': 'false',
      'thing-001': 'true',
      'thing-002': 'false',
    });
  });

  test('what is queued goes also in slices that are short', async () => {
    const sweep = sweepOf({ statuses: ['QUEUED'], force: true });
    sweep.remaining = 25_000;
    expect((await sweep.machine.run(sweep.machine.begin('run'), 10)).status).toBe('SUCCEEDED');
    expect(leftOf('ota')).toEqual(['thing-001 IN_PROGRESS', 'thing-002 SUCCEEDED']);
  });

  test('what was cancelled is deleted by a call that is throttled at first', async () => {
    const error = refusal('ThrottlingException', 429);
    aws.faults.inject({ service: 'iot', operation: 'DeleteJobExecution', times: 2, trouble: { error } });
    expect(await sweepOf({ statuses: ['QUEUED'], force: true }).counts()).toMatchObject({ removed: 1, failed: 0 });
    expect(leftOf('ota')).toEqual(['thing-001 IN_PROGRESS', 'thing-002 SUCCEEDED']);
  });

  test('what a device begins between the listing and the cancellation stays, with the reason', async () => {
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'CancelJobExecution',
      trouble: { stall: 'until released' },
    });
    const sweep = sweepOf({ statuses: ['QUEUED'], force: true });
    const running = sweep.run();
    await untilHit(stalled, running);
    aws.iot.devices.advance('thing-000', 'ota', 'IN_PROGRESS');
    stalled.release();
    expect((await running).status).toBe('SUCCEEDED');
    expect(leftOf('ota')).toContain('thing-000 IN_PROGRESS');
    expect(sweep.records('kept')).toContainEqual(expect.objectContaining({ reason: 'STATE_CHANGED' }));
  });
});

test('what a slice has cancelled it also deletes: to the next one it would be young, and in another state', async () => {
  things(300);
  await job('ota');
  clock.advance(2 * DAY);
  const sweep = sweepOf({ statuses: ['QUEUED'], force: true, rules: { minAgeSeconds: DAY / 1000 } });
  sweep.remaining = 45_000;
  const { requests } = await sweep.run();
  expect(requests.length).toBeGreaterThan(1);
  expect(leftOf('ota')).toEqual([]);
});

test('a listing whose page token is not known any more is read again', async () => {
  things(300);
  await finished('ota');
  aws.faults.inject({
    service: 'iot',
    operation: 'ListJobExecutionsForJob',
    nth: 2,
    trouble: { error: refusal('InvalidRequestException') },
  });
  const sweep = sweepOf();
  expect((await sweep.run()).status).toBe('SUCCEEDED');
  expect(leftOf('ota')).toEqual([]);
  expect(sweep.records('restarted')).toHaveLength(1);
});

test('what is left when the invocation ends goes on in the state machine, over jobs and pages', async () => {
  things(40);
  for (const id of ['a', 'b', 'c']) await finished(id);
  const sweep = sweepOf();
  sweep.remaining = 12_000;
  sweep.status = 'DELETE_IN_PROGRESS';
  expect(await sweep.send('Delete')).toBeUndefined();
  await sweep.machine.runAll();
  expect(sweep.machine.executions[0].requests.length).toBeGreaterThan(1);
  expect(sweep.replies).toMatchObject([{ Status: 'SUCCESS', Data: { RemovedCount: '120' } }]);
  for (const id of ['a', 'b', 'c']) expect(leftOf(id)).toEqual([]);
});

test('killed before or after any call, a run ends as an undisturbed one, and removes nothing else', async () => {
  things(3);
  await job('stays', { targetSelection: 'CONTINUOUS' });
  const config: Partial<JobExecutionCleanupConfig> = { rules: { maxRemovals: 10 } };
  await finished('undisturbed');
  const undisturbed = sweepOf(config);
  const counts = await undisturbed.callsOf(() => undisturbed.run());
  expect(leftOf('undisturbed')).toEqual([]);
  await aws.iot.byHand('DeleteJob', { jobId: 'undisturbed' });
  clock.advance(60_000);
  const calls = Object.values(counts).reduce((a, b) => a + b);
  for (const death of deathsIn(calls)) {
    const id = `job-${death.call}-${death.moment}`;
    await finished(id);
    const sweep = sweepOf(config);
    sweep.mortal.dieAt(death);
    const { status, requests } = await sweep.run();
    expect({ id, status, left: leftOf(id) }).toEqual({ id, status: 'SUCCEEDED', left: [] });
    expect(requests).toHaveLength(2);
    expect(leftOf('stays')).toHaveLength(3);
    await aws.iot.byHand('DeleteJob', { jobId: id });
    clock.advance(60_000);
  }
});

test('a job that goes between two slices does not let the jobs before it count twice', async () => {
  things(1);
  for (let n = 1; n <= 40; n++) await finished(`ota-${n}`);
  const sweep = sweepOf({ rules: { minAgeSeconds: DAY } });
  sweep.remaining = 8_000;
  const execution = sweep.machine.begin('run');
  await sweep.machine.run(execution, 1);
  const { pageToken } = execution.state.cursor as { pageToken: string };
  const { job: jobId, before } = JSON.parse(pageToken) as { job: string; before: string[] };
  for (const gone of [jobId, before[0]]) await aws.iot.byHand('DeleteJob', { jobId: gone, force: true });
  clock.advance(5_000);
  await sweep.machine.run(execution);
  expect(execution.state.outcome).toMatchObject({ counts: { kept: 39, removed: 0 } });
});
