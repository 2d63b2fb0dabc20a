import { startFleet, thingArn } from './harness';
import { CREATE, JOB, MINUTE, startJob, statuses } from './job-harness';

describe('a snapshot job', () => {
  test('is COMPLETED when its last execution is over', async () => {
    const { iot, run, status, clock } = await startJob(4);
    iot.devices.advance('thing-1', 'ota-1', 'SUCCEEDED');
    iot.devices.advance('thing-2', 'ota-1', 'FAILED');
    iot.devices.advance('thing-3', 'ota-1', 'REJECTED');
    expect(status()).toBe('IN_PROGRESS');
    clock.time += MINUTE;
    await run('CancelJobExecution', { ...JOB, thingName: 'thing-4' });
    expect((await run('DescribeJob', JOB)).job).toMatchObject({
      status: 'COMPLETED',
      completedAt: new Date(clock.time),
      jobProcessDetails: {
        numberOfSucceededThings: 1,
        numberOfFailedThings: 1,
        numberOfRejectedThings: 1,
        numberOfCanceledThings: 1,
        numberOfQueuedThings: 0,
      },
    });
  });

  test('takes no further targets', async () => {
    const { error } = await startJob();
    expect(await error('AssociateTargetsWithJob', { ...JOB, targets: [thingArn('thing-1')] })).toMatchObject({
      code: 'InvalidRequestException',
      status: 400,
    });
  });
});

describe('a continuous job', () => {
  const CONTINUOUS = { targetSelection: 'CONTINUOUS' };

  test('is never COMPLETED', async () => {
    const { iot, status } = await startJob(2, CONTINUOUS);
    iot.devices.advanceAll('ota-1', 'SUCCEEDED');
    expect(status()).toBe('IN_PROGRESS');
  });

  test('reaches things that join its group, and leaves those that go', async () => {
    const started = await startJob(2, CONTINUOUS);
    started.iot.devices.add('late', { groups: ['fleet'] });
    expect(statuses(started)).toEqual(['QUEUED', 'QUEUED', 'QUEUED']);
    started.iot.devices.advance('thing-1', 'ota-1', 'SUCCEEDED');
    started.iot.devices.leave('thing-1', 'fleet');
    started.iot.devices.leave('thing-2', 'fleet');
    expect(statuses(started)).toEqual(['SUCCEEDED', 'REMOVED', 'QUEUED']);
  });

  test('has one open execution of a thing, however often it comes', async () => {
    const started = await startJob(1, CONTINUOUS);
    started.iot.devices.join('thing-1', 'fleet');
    expect(statuses(started)).toEqual(['QUEUED']);
    started.iot.devices.advance('thing-1', 'ota-1', 'SUCCEEDED');
    started.iot.devices.join('thing-1', 'fleet');
    expect(statuses(started)).toEqual(['SUCCEEDED', 'QUEUED']);
  });

  test('takes further targets, at most 100 in all', async () => {
    const { run, error, iot } = await startJob(1, CONTINUOUS);
    iot.devices.add(['other-1', 'other-2']);
    const targets = [thingArn('other-1')];
    expect(await run('AssociateTargetsWithJob', { ...JOB, targets })).toMatchObject(JOB);
    await run('AssociateTargetsWithJob', { ...JOB, targets });
    expect(iot.describeJob('ota-1')?.executions.map(({ thingName }) => thingName)).toEqual(['thing-1', 'other-1']);

    const many = Array.from({ length: 99 }, (_, i) => `many-${i}`);
    iot.devices.add(many);
    expect(await error('AssociateTargetsWithJob', { ...JOB, targets: many.map(thingArn) })).toMatchObject({
      code: 'LimitExceededException',
      status: 410,
    });
  });
});

describe('a deleted thing', () => {
  test('lists no executions, or those that its jobs still have', async () => {
    const { iot, run } = await startJob(1);
    iot.devices.remove('thing-1');
    const listed = async () => (await run('ListJobExecutionsForThing', { thingName: 'thing-1' })).executionSummaries;
    expect(await listed()).toEqual([]);
    iot.behavior.executionsOfDeletedThing = 'listed';
    expect(await listed()).toMatchObject([{ jobId: 'ota-1', jobExecutionSummary: { status: 'REMOVED' } }]);
  });

  test('is REMOVED from its jobs, which still list its executions, and they can be read and deleted', async () => {
    const { iot, run } = await startJob(1);
    iot.devices.remove('thing-1');
    const [{ jobExecutionSummary }] = (await run('ListJobExecutionsForJob', JOB)).executionSummaries;
    expect(jobExecutionSummary.status).toBe('REMOVED');
    const { executionNumber } = jobExecutionSummary;
    const { execution } = await run('DescribeJobExecution', { ...JOB, thingName: 'thing-1', executionNumber });
    expect(execution.status).toBe('REMOVED');
    await run('DeleteJobExecution', { ...JOB, thingName: 'thing-1', executionNumber });
    expect(iot.describeJob('ota-1')?.executions).toEqual([]);
  });

  test('is no target any more', async () => {
    const { iot, error } = startFleet(1);
    iot.devices.remove('thing-1');
    expect(await error('CreateJob', { ...CREATE, targets: [thingArn('thing-1')] })).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('a scheduled job', () => {
  const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1) + minutes * MINUTE).toISOString();

  test('is SCHEDULED until it starts, with no executions', async () => {
    const { clock, status, iot } = await startJob(2, { schedulingConfig: { startTime: '2026-01-01 01:00' } });
    expect(status()).toBe('SCHEDULED');
    expect(iot.describeJob('ota-1')?.executions).toEqual([]);
    clock.time += 60 * MINUTE - 1;
    expect(status()).toBe('SCHEDULED');
    clock.time += 1;
    expect(status()).toBe('IN_PROGRESS');
    expect(iot.describeJob('ota-1')?.executions).toHaveLength(2);
  });

  test.each([
    [{ startTime: at(29) }],
    [{ startTime: at(60 * 24 * 366) }],
    [{ endTime: at(29) }],
    [{ startTime: at(60), endTime: at(89) }],
    [{ startTime: at(60), endTime: at(60 * 24 * 365 * 2 + 61) }],
    [{ startTime: 'tomorrow' }],
  ])('cannot be scheduled for %j', async schedulingConfig => {
    const { error } = startFleet(1);
    expect(await error('CreateJob', { ...CREATE, schedulingConfig })).toMatchObject({
      code: 'InvalidRequestException',
    });
  });

  test('that stops its rollout is COMPLETED when its executions are over, even a continuous one', async () => {
    const schedulingConfig = { startTime: at(30), endTime: at(60), endBehavior: 'STOP_ROLLOUT' };
    const { clock, status, iot } = await startJob(1, { schedulingConfig, targetSelection: 'CONTINUOUS' });
    clock.time += 60 * MINUTE;
    expect(status()).toBe('IN_PROGRESS');
    iot.devices.add('late', { groups: ['fleet'] });
    iot.devices.advance('thing-1', 'ota-1', 'SUCCEEDED');
    expect(iot.describeJob('ota-1')?.executions).toHaveLength(1);
    expect(status()).toBe('COMPLETED');
  });

  test.each([
    ['CANCEL', ['CANCELED', 'IN_PROGRESS']],
    ['FORCE_CANCEL', ['CANCELED', 'CANCELED']],
  ])('ends by %s', async (endBehavior, expected) => {
    const schedulingConfig = { startTime: at(30), endTime: at(60), endBehavior };
    const started = await startJob(2, { schedulingConfig });
    started.clock.time += 30 * MINUTE;
    started.iot.devices.advance('thing-2', 'ota-1', 'IN_PROGRESS');
    started.clock.time += 31 * MINUTE;
    expect(started.status()).toBe('CANCELED');
    expect(statuses(started)).toEqual(expected);
  });

  test('goes between SCHEDULED and IN_PROGRESS with its maintenance windows', async () => {
    const maintenanceWindows = [{ startTime: 'cron(0 0 18 ? * * *)', durationInMinutes: 60 }];
    const { iot, status } = await startJob(1, { schedulingConfig: { maintenanceWindows } });
    expect(status()).toBe('SCHEDULED');
    iot.setMaintenanceWindow('ota-1', 'open');
    expect(status()).toBe('IN_PROGRESS');
    expect(iot.describeJob('ota-1')?.executions).toHaveLength(1);
    iot.setMaintenanceWindow('ota-1', 'closed');
    expect(status()).toBe('SCHEDULED');
    iot.setMaintenanceWindow('ota-1', 'open');
    iot.devices.advanceAll('ota-1', 'SUCCEEDED');
    expect(status()).toBe('COMPLETED');
  });
});

test('a job whose end comes between its maintenance windows is COMPLETED', async () => {
  const maintenanceWindows = [{ startTime: 'cron(0 0 18 ? * * *)', durationInMinutes: 60 }];
  const schedulingConfig = { maintenanceWindows, endTime: '2026-01-02 00:00', endBehavior: 'STOP_ROLLOUT' };
  const { clock, status } = await startJob(1, { schedulingConfig });
  expect(status()).toBe('SCHEDULED');
  clock.time += 24 * 60 * MINUTE;
  expect(status()).toBe('COMPLETED');
});
