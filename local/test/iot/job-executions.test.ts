import type { ReportedStatus } from '../../src/services/iot/devices';
import type { IotBehavior } from '../../src/services/iot/service';
import { THING_GROUP_ARN, pages, startFleet, thingArn } from './harness';

const JOB = { jobId: 'ota-1' };
const EXECUTION = { ...JOB, thingName: 'thing-1' };
const MINUTE = 60_000;

async function startJob(things = 1, job: object = {}, behavior: Partial<IotBehavior> = {}) {
  const started = startFleet(things, behavior);
  await started.run('CreateJob', { ...JOB, targets: [THING_GROUP_ARN], document: '{}', ...job });
  const executions = () => started.iot.describeJob('ota-1')!.executions;
  return { ...started, executions, number: (index = 0) => executions()[index].executionNumber };
}

/** Brings the one execution of a job where it is wanted. */
async function startIn(status: string, behavior: Partial<IotBehavior> = {}) {
  const started = await startJob(1, { timeoutConfig: { inProgressTimeoutInMinutes: 1 } }, behavior);
  const { iot, run, clock } = started;
  if (status === 'CANCELED') await run('CancelJobExecution', EXECUTION);
  else if (status === 'REMOVED') iot.devices.remove('thing-1');
  else if (status === 'TIMED_OUT') {
    iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS');
    clock.time += MINUTE;
  } else if (status !== 'QUEUED') iot.devices.advance('thing-1', 'ota-1', status as ReportedStatus);
  expect(started.executions()[0].status).toBe(status);
  return started;
}

const TERMINAL = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'REJECTED', 'REMOVED', 'CANCELED'];

test('an execution is described with number, version, times and what the device says', async () => {
  const { run, iot, clock, number } = await startJob(1, { timeoutConfig: { inProgressTimeoutInMinutes: 10 } });
  const queuedAt = new Date(clock.time);
  clock.time += MINUTE;
  iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS', { step: 'download' });
  const startedAt = new Date(clock.time);
  clock.time += 2 * MINUTE;
  expect(await run('DescribeJobExecution', EXECUTION)).toEqual({
    execution: {
      jobId: 'ota-1',
      thingArn: thingArn('thing-1'),
      status: 'IN_PROGRESS',
      statusDetails: { detailsMap: { step: 'download' } },
      queuedAt,
      startedAt,
      lastUpdatedAt: startedAt,
      executionNumber: number(),
      versionNumber: 2,
      forceCanceled: undefined,
      approximateSecondsBeforeTimedOut: 480,
    },
  });
});

test('execution numbers need not fit into 32 bits', async () => {
  const { number, run } = await startJob(1, {}, { firstExecutionNumber: 2_939_653_338 });
  expect(number()).toBe(2_939_653_338);
  const { execution } = await run('DescribeJobExecution', { ...EXECUTION, executionNumber: String(number()) });
  expect(execution.executionNumber).toBe(number());
});

test.each(['DescribeJobExecution', 'CancelJobExecution', 'DeleteJobExecution'])(
  '%s of a missing execution is ResourceNotFoundException 404',
  async operation => {
    const { error, number } = await startJob();
    for (const wrong of [{ thingName: 'thing-2' }, { jobId: 'ota-2' }]) {
      expect(await error(operation, { ...EXECUTION, executionNumber: number(), ...wrong })).toMatchObject({
        code: 'ResourceNotFoundException',
        status: 404,
      });
    }
  },
);

test('a device cannot move an execution that is over', async () => {
  const { iot } = await startIn('CANCELED');
  expect(() => iot.devices.advance('thing-1', 'ota-1', 'SUCCEEDED')).toThrow('the execution is CANCELED');
});

test('an execution in progress for too long is TIMED_OUT, at the moment when it was due', async () => {
  const { iot, run, clock } = await startJob(1, { timeoutConfig: { inProgressTimeoutInMinutes: 5 } });
  clock.time += 60 * MINUTE;
  iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS');
  const due = new Date(clock.time + 5 * MINUTE);
  clock.time += 60 * MINUTE;
  expect((await run('DescribeJobExecution', EXECUTION)).execution).toMatchObject({
    status: 'TIMED_OUT',
    lastUpdatedAt: due,
  });
  expect(iot.describeJob('ota-1')?.status).toBe('COMPLETED');
});

test('executions of a cancelled job still time out', async () => {
  const { iot, run, clock, executions } = await startJob(1, { timeoutConfig: { inProgressTimeoutInMinutes: 5 } });
  iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS');
  await run('CancelJob', JOB);
  clock.time += 4 * MINUTE;
  expect(executions()[0].status).toBe('IN_PROGRESS');
  clock.time += MINUTE;
  expect(executions()[0].status).toBe('TIMED_OUT');
});

test('execution numbers start at 1 for each job and thing, and are used again after a deletion', async () => {
  const retries = { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 5 }] };
  const { iot, run, executions } = await startJob(2, {
    jobExecutionsRetryConfig: retries,
    targetSelection: 'CONTINUOUS',
  });
  const numbers = () => executions().map(({ thingName, executionNumber }) => `${thingName} ${executionNumber}`);
  expect(numbers()).toEqual(['thing-1 1', 'thing-2 1']);
  iot.devices.advance('thing-1', 'ota-1', 'FAILED');
  iot.devices.advance('thing-1', 'ota-1', 'FAILED');
  expect(numbers()).toEqual(['thing-1 1', 'thing-2 1', 'thing-1 2', 'thing-1 3']);
  await run('DeleteJobExecution', { ...EXECUTION, executionNumber: 1 });
  iot.devices.advance('thing-1', 'ota-1', 'FAILED');
  expect(numbers()).toEqual(['thing-2 1', 'thing-1 2', 'thing-1 3', 'thing-1 4']);
  await run('DeleteJobExecution', { ...EXECUTION, executionNumber: 4, force: true });
  await run('DeleteJobExecution', { ...EXECUTION, executionNumber: 3 });
  iot.devices.leave('thing-1', 'fleet');
  iot.devices.join('thing-1', 'fleet');
  expect(numbers()).toEqual(['thing-2 1', 'thing-1 2', 'thing-1 3']);
  iot.behavior.jobDeletionTime = () => 0;
  await run('DeleteJob', { ...JOB, force: true });
  await run('CreateJob', { ...JOB, targets: [THING_GROUP_ARN], document: '{}' });
  expect(numbers().sort()).toEqual(['thing-1 1', 'thing-2 1']);
});

describe('retries', () => {
  const retry = (...criteria: [string, number][]) => ({
    jobExecutionsRetryConfig: {
      criteriaList: criteria.map(([failureType, numberOfRetries]) => ({ failureType, numberOfRetries })),
    },
    timeoutConfig: { inProgressTimeoutInMinutes: 1 },
  });

  test('make one more execution of the same thing and job, with a number of its own', async () => {
    const { iot, executions, run } = await startJob(1, retry(['FAILED', 2]));
    for (let i = 0; i < 3; i++) iot.devices.advance('thing-1', 'ota-1', 'FAILED');
    expect(executions().map(({ status, retryAttempt }) => [status, retryAttempt])).toEqual([
      ['FAILED', 0],
      ['FAILED', 1],
      ['FAILED', 2],
    ]);
    expect(new Set(executions().map(({ executionNumber }) => executionNumber)).size).toBe(3);
    expect(iot.describeJob('ota-1')?.status).toBe('COMPLETED');
    const { executionSummaries } = await run('ListJobExecutionsForThing', { thingName: 'thing-1' });
    expect(executionSummaries).toHaveLength(3);
    expect(executionSummaries[2].jobExecutionSummary.retryAttempt).toBe(2);
  });

  test.each([
    ['FAILED', 'FAILED', 2],
    ['FAILED', 'TIMED_OUT', 1],
    ['TIMED_OUT', 'TIMED_OUT', 2],
    ['TIMED_OUT', 'FAILED', 1],
    ['ALL', 'FAILED', 2],
    ['ALL', 'TIMED_OUT', 2],
    ['ALL', 'REJECTED', 1],
    ['ALL', 'SUCCEEDED', 1],
  ])('for %s, after %s: %i executions', async (failureType, outcome, count) => {
    const { iot, clock, executions } = await startJob(1, retry([failureType, 1]));
    if (outcome === 'TIMED_OUT') {
      iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS');
      clock.time += MINUTE;
    } else iot.devices.advance('thing-1', 'ota-1', outcome as ReportedStatus);
    expect(executions()).toHaveLength(count);
  });

  test('end with the job', async () => {
    const { iot, run, executions } = await startJob(1, retry(['FAILED', 5]));
    iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS');
    await run('CancelJob', JOB);
    iot.devices.advance('thing-1', 'ota-1', 'FAILED');
    expect(executions()).toHaveLength(1);
  });

  test('are described and cancelled as the latest execution, or by number', async () => {
    const { iot, run, executions, number } = await startJob(1, retry(['FAILED', 5]));
    iot.devices.advance('thing-1', 'ota-1', 'FAILED');
    expect((await run('DescribeJobExecution', EXECUTION)).execution.status).toBe('QUEUED');
    const first = { ...EXECUTION, executionNumber: number(0) };
    expect((await run('DescribeJobExecution', first)).execution.status).toBe('FAILED');
    await run('CancelJobExecution', EXECUTION);
    expect(executions().map(({ status }) => status)).toEqual(['FAILED', 'CANCELED']);
  });
});

describe('CancelJobExecution', () => {
  test('of a QUEUED execution', async () => {
    const { run, executions } = await startIn('QUEUED');
    expect(await run('CancelJobExecution', { ...EXECUTION, statusDetails: { why: 'test' } })).toBeUndefined();
    expect(executions()[0].status).toBe('CANCELED');
    expect((await run('DescribeJobExecution', EXECUTION)).execution).toMatchObject({
      statusDetails: { detailsMap: { why: 'test' } },
      forceCanceled: false,
      versionNumber: 2,
    });
  });

  test('of one IN_PROGRESS needs force: InvalidStateTransitionException 409', async () => {
    const { run, error } = await startIn('IN_PROGRESS');
    expect(await error('CancelJobExecution', EXECUTION)).toMatchObject({
      code: 'InvalidStateTransitionException',
      status: 409,
    });
    await run('CancelJobExecution', { ...EXECUTION, force: true });
    expect((await run('DescribeJobExecution', EXECUTION)).execution).toMatchObject({
      status: 'CANCELED',
      forceCanceled: true,
    });
  });

  test.each(TERMINAL)('of a %s one is refused, even with force', async status => {
    const { error } = await startIn(status);
    expect(await error('CancelJobExecution', { ...EXECUTION, force: true })).toMatchObject({
      code: 'InvalidStateTransitionException',
    });
  });

  test('of another version than expected is VersionConflictException 409', async () => {
    const { run, error, executions } = await startIn('QUEUED');
    expect(await error('CancelJobExecution', { ...EXECUTION, expectedVersion: 2 })).toMatchObject({
      code: 'VersionConflictException',
      status: 409,
    });
    await run('CancelJobExecution', { ...EXECUTION, expectedVersion: 1 });
    expect(executions()[0].status).toBe('CANCELED');
  });
});

describe('DeleteJobExecution', () => {
  test.each(TERMINAL)('of a %s execution', async status => {
    const { run, executions, number } = await startIn(status);
    const input = { ...EXECUTION, executionNumber: String(number()) };
    expect(await run('DeleteJobExecution', input)).toBeUndefined();
    expect(executions()).toEqual([]);
    expect((await run('ListJobExecutionsForThing', { thingName: 'thing-1' })).executionSummaries).toEqual([]);
  });

  test.each(['QUEUED', 'IN_PROGRESS'])('of a %s one needs force: InvalidStateTransitionException 409', async status => {
    const { run, error, executions, number } = await startIn(status);
    const input = { ...EXECUTION, executionNumber: number() };
    expect(await error('DeleteJobExecution', input)).toMatchObject({
      code: 'InvalidStateTransitionException',
      status: 409,
    });
    await run('DeleteJobExecution', { ...input, force: 'true' });
    expect(executions()).toEqual([]);
  });

  test.each([
    ['TIMED_OUT', { deleteTimedOut: 'needs-force' }, false],
    ['QUEUED', { forcedDeleteOfQueued: 'refused' }, true],
  ] as const)('of a %s one may be refused', async (status, behavior, force) => {
    const { error, number } = await startIn(status, behavior);
    expect(await error('DeleteJobExecution', { ...EXECUTION, executionNumber: number(), force })).toMatchObject({
      code: 'InvalidStateTransitionException',
    });
  });

  test('takes the execution with that number and no other', async () => {
    const retries = { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 1 }] };
    const { iot, run, error, executions, number } = await startJob(1, { jobExecutionsRetryConfig: retries });
    iot.devices.advance('thing-1', 'ota-1', 'FAILED');
    expect(await error('DeleteJobExecution', { ...EXECUTION, executionNumber: 3 })).toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await run('DeleteJobExecution', { ...EXECUTION, executionNumber: number(0) });
    expect(executions().map(({ status }) => status)).toEqual(['QUEUED']);
  });

  test('in another namespace is ResourceNotFoundException 404', async () => {
    const { error, number } = await startJob(1, { namespaceId: 'greengrass' });
    const input = { ...EXECUTION, executionNumber: number(), force: true };
    expect(await error('DeleteJobExecution', { ...input, namespaceId: 'other' })).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  test('of the last open execution completes its job', async () => {
    const { iot, run, number } = await startJob(2);
    iot.devices.advance('thing-1', 'ota-1', 'SUCCEEDED');
    await run('DeleteJobExecution', { ...JOB, thingName: 'thing-2', executionNumber: number(1), force: true });
    expect(iot.describeJob('ota-1')?.status).toBe('COMPLETED');
  });
});

describe('lists of executions', () => {
  test('of a job name the thing by its ARN, filter by status and page by 250', async () => {
    const { run, iot, number } = await startJob(251);
    iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS');
    const all = await pages(run, 'ListJobExecutionsForJob', 'executionSummaries', JOB);
    expect(all.map(page => page.length)).toEqual([250, 1]);
    const { executionSummaries } = await run('ListJobExecutionsForJob', { ...JOB, status: 'IN_PROGRESS' });
    expect(executionSummaries).toEqual([
      {
        thingArn: thingArn('thing-1'),
        jobExecutionSummary: expect.objectContaining({ status: 'IN_PROGRESS', executionNumber: number(0) }),
      },
    ]);
  });

  test('of a thing name the job, and filter by status, job and namespace', async () => {
    const { run, iot } = await startJob(1);
    const other = { jobId: 'ota-2', targets: [THING_GROUP_ARN], document: '{}', namespaceId: 'greengrass' };
    await run('CreateJob', other);
    iot.devices.advance('thing-1', 'ota-2', 'SUCCEEDED');
    const ids = async (input: object) =>
      (await run('ListJobExecutionsForThing', { thingName: 'thing-1', ...input })).executionSummaries.map(
        (each: typeof JOB) => each.jobId,
      );
    expect(await ids({})).toEqual(['ota-1', 'ota-2']);
    expect(await ids({ status: 'SUCCEEDED' })).toEqual(['ota-2']);
    expect(await ids({ jobId: 'ota-1' })).toEqual(['ota-1']);
    expect(await ids({ namespaceId: 'greengrass' })).toEqual(['ota-2']);
  });

  test('of a thing see what time has done', async () => {
    const { run, iot, clock } = await startJob(1, { timeoutConfig: { inProgressTimeoutInMinutes: 1 } });
    iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS');
    clock.time += MINUTE;
    const { executionSummaries } = await run('ListJobExecutionsForThing', { thingName: 'thing-1' });
    expect(executionSummaries[0].jobExecutionSummary.status).toBe('TIMED_OUT');
  });

  test('of a missing thing are empty, or ResourceNotFoundException 404', async () => {
    const { run, error, iot } = await startJob();
    expect(await run('ListJobExecutionsForThing', { thingName: 'nobody' })).toEqual({ executionSummaries: [] });
    iot.behavior.executionsOfMissingThing = 'not-found';
    expect(await error('ListJobExecutionsForThing', { thingName: 'nobody' })).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
  });
});
