import { PACKAGE, PACKAGE_ARN, THING_GROUP_ARN, VERSION_ARN, pages, startFleet, startIot, thingArn } from './harness';

const JOB = { jobId: 'ota-1' };
const JOB_ARN = 'arn:aws:iot:eu-west-1:111122223333:job/ota-1';
const MINUTE = 60_000;
const CREATE = { ...JOB, targets: [THING_GROUP_ARN], document: '{}' };

/** A fleet and a job for all of it. */
async function startJob(things = 3, job: object = {}, behaviour: Parameters<typeof startFleet>[1] = {}) {
  const started = startFleet(things, behaviour);
  await started.run('CreateJob', { ...CREATE, ...job });
  return { ...started, status: () => started.iot.describeJob('ota-1')?.status };
}
const statuses = ({ iot }: Awaited<ReturnType<typeof startJob>>) =>
  iot.describeJob('ota-1')?.executions.map(({ status }) => status);

describe('CreateJob', () => {
  test('queues an execution for each thing, once, however it is targeted', async () => {
    const { run, iot, clock } = startFleet(2);
    const targets = [THING_GROUP_ARN, thingArn('thing-1')];
    const input = { ...CREATE, targets, description: 'OTA', tags: [{ Key: 'team', Value: 'ecu' }] };
    expect(await run('CreateJob', input)).toEqual({ jobArn: JOB_ARN, jobId: 'ota-1', description: 'OTA' });
    expect(iot.describeJob('ota-1')).toEqual({
      status: 'IN_PROGRESS',
      executions: ['thing-1', 'thing-2'].map(thingName => ({
        thingName,
        executionNumber: expect.any(Number),
        retryAttempt: 0,
        status: 'QUEUED',
      })),
    });
    expect(await run('DescribeJob', JOB)).toMatchObject({
      job: {
        jobArn: JOB_ARN,
        jobId: 'ota-1',
        targets,
        targetSelection: 'SNAPSHOT',
        status: 'IN_PROGRESS',
        createdAt: new Date(clock.time),
        jobProcessDetails: { numberOfQueuedThings: 2, numberOfSucceededThings: 0 },
        isConcurrent: false,
      },
    });
    expect(await run('GetJobDocument', JOB)).toEqual({ document: '{}' });
    expect(await run('ListTagsForResource', { resourceArn: JOB_ARN })).toEqual({
      tags: [{ Key: 'team', Value: 'ecu' }],
    });
  });

  test('of an id that exists is ResourceAlreadyExistsException 409, with id and ARN', async () => {
    const { error } = await startJob();
    expect(await error('CreateJob', CREATE)).toMatchObject({
      code: 'ResourceAlreadyExistsException',
      status: 409,
      members: { resourceId: 'ota-1', resourceArn: JOB_ARN },
    });
  });

  test.each([
    ['no document', { document: undefined }, 'InvalidRequestException', 400],
    ['two documents', { documentSource: 'https://s3.amazonaws.com/b/k' }, 'InvalidRequestException', 400],
    ['a template', { jobTemplateArn: 'arn:aws:iot:::jobtemplate/x' }, 'ResourceNotFoundException', 404],
    ['a missing thing', { targets: [thingArn('nobody')] }, 'ResourceNotFoundException', 404],
    ['a missing group', { targets: [`${THING_GROUP_ARN}-2`] }, 'ResourceNotFoundException', 404],
    ['another target', { targets: ['arn:aws:iot:::rule/x'] }, 'ResourceNotFoundException', 404],
    ['a missing version', { destinationPackageVersions: [VERSION_ARN] }, 'ResourceNotFoundException', 404],
    ['more than 100 targets', { targets: Array(101).fill(thingArn('thing-1')) }, 'LimitExceededException', 410],
  ])('with %s is refused', async (_what, input, code, status) => {
    const { error, iot } = startFleet(1);
    expect(await error('CreateJob', { ...CREATE, ...input })).toMatchObject({ code, status });
    expect(iot.jobs).toEqual([]);
  });

  test.each([
    ['DRAFT', 'InvalidRequestException'],
    ['PUBLISHED', undefined],
    ['DEPRECATED', undefined],
  ] as const)('deploys a %s version: %s', async (status, code) => {
    const { run, error, iot } = startFleet(1);
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0', { status });
    const input = { ...CREATE, destinationPackageVersions: [VERSION_ARN] };
    if (code) expect(await error('CreateJob', input)).toMatchObject({ code, status: 400 });
    else await run('CreateJob', input);
    expect(iot.jobs).toHaveLength(code ? 0 : 1);
  });

  test('deploys the default version by $default', async () => {
    const { run, error, iot } = startFleet(1);
    const input = { ...CREATE, destinationPackageVersions: [`${PACKAGE_ARN}/version/$default`] };
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED' });
    expect(await error('CreateJob', input)).toMatchObject({ code: 'ResourceNotFoundException' });
    await run('UpdatePackage', { ...PACKAGE, defaultVersionName: '1.0.0' });
    await run('CreateJob', input);
    const deployed = async (view: object) =>
      (await run('DescribeJob', { ...JOB, ...view })).job.destinationPackageVersions;
    expect(await deployed({})).toEqual([VERSION_ARN]);
    expect(await deployed({ beforeSubstitution: true })).toEqual(input.destinationPackageVersions);
    await iot.createVersion('brake-ecu', '2.0.0', { status: 'PUBLISHED', isDefault: true });
    expect(await deployed({})).toEqual([VERSION_ARN]);
  });

  test('shows its document after substitution, unless it is asked for the one before', async () => {
    const { run, iot } = startFleet(1);
    const of = (version: string, what: string) => `\${aws:iot:package:brake-ecu:version:${version}:${what}}`;
    const document = JSON.stringify([
      of('$default', 'attributes:track'),
      of('$default', 'attributes:missing'),
      of('$default', 'artifact-location:s3-presigned-url'),
      of('9.9.9', 'attributes:track'),
      '${aws:iot:parameter:x}',
    ]);
    await iot.createPackage('brake-ecu');
    const attributes = { track: 'beta' };
    await iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED', isDefault: true, attributes });
    await run('CreateJob', { ...CREATE, document });
    const shown = async (view: object) => (await run('GetJobDocument', { ...JOB, ...view })).document;
    expect(await shown({ beforeSubstitution: true })).toBe(document);
    expect(JSON.parse(await shown({ beforeSubstitution: 'false' }))).toEqual([
      'beta',
      of('1.0.0', 'attributes:missing'),
      of('1.0.0', 'artifact-location:s3-presigned-url'),
      of('9.9.9', 'attributes:track'),
      '${aws:iot:parameter:x}',
    ]);
  });
});

test.each(['DescribeJob', 'GetJobDocument', 'UpdateJob', 'CancelJob', 'DeleteJob', 'ListJobExecutionsForJob'])(
  '%s of a missing job is ResourceNotFoundException 404',
  async operation => {
    expect(await startIot().error(operation, JOB)).toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
  },
);

test('UpdateJob changes only what it names', async () => {
  const { run } = await startJob(1, { description: 'old', timeoutConfig: { inProgressTimeoutInMinutes: 5 } });
  await run('UpdateJob', { ...JOB, description: 'new' });
  expect((await run('DescribeJob', JOB)).job).toMatchObject({
    description: 'new',
    timeoutConfig: { inProgressTimeoutInMinutes: 5 },
  });
});

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
  test('is REMOVED from its jobs, and its executions can still be listed and deleted', async () => {
    const { iot, run } = await startJob(1);
    iot.devices.remove('thing-1');
    const [{ jobExecutionSummary }] = (await run('ListJobExecutionsForThing', { thingName: 'thing-1' }))
      .executionSummaries;
    expect(jobExecutionSummary.status).toBe('REMOVED');
    const { executionNumber } = jobExecutionSummary;
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
    iot.setMaintenanceWindow('ota-1', true);
    expect(status()).toBe('IN_PROGRESS');
    expect(iot.describeJob('ota-1')?.executions).toHaveLength(1);
    iot.setMaintenanceWindow('ota-1', false);
    expect(status()).toBe('SCHEDULED');
    iot.setMaintenanceWindow('ota-1', true);
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

describe('CancelJob', () => {
  test('is done at once for the job, and little by little for its executions', async () => {
    const started = await startJob(3, {}, { executionsCanceledPerMinute: 2 });
    const { run, clock, status } = started;
    expect(await run('CancelJob', { ...JOB, reasonCode: 'BAD_RELEASE', comment: 'Brakes late' })).toMatchObject(JOB);
    expect(statuses(started)).toEqual(['QUEUED', 'QUEUED', 'QUEUED']);
    expect((await run('DescribeJob', JOB)).job).toMatchObject({
      status: 'CANCELED',
      isConcurrent: true,
      forceCanceled: false,
      reasonCode: 'BAD_RELEASE',
      comment: 'Brakes late',
    });
    clock.time += MINUTE;
    expect(statuses(started)).toEqual(['CANCELED', 'CANCELED', 'QUEUED']);
    clock.time += MINUTE;
    expect(statuses(started)).toEqual(['CANCELED', 'CANCELED', 'CANCELED']);
    expect((await run('DescribeJob', JOB)).job.isConcurrent).toBe(false);
    expect(status()).toBe('CANCELED');
  });

  test.each([
    [false, ['IN_PROGRESS', 'CANCELED']],
    [true, ['CANCELED', 'CANCELED']],
  ])('with force %s', async (force, expected) => {
    const started = await startJob(2);
    started.iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS');
    await started.run('CancelJob', { ...JOB, force });
    started.clock.time += MINUTE;
    expect(statuses(started)).toEqual(expected);
  });

  test('lets a device finish what is not cancelled', async () => {
    const started = await startJob(1);
    started.iot.devices.advance('thing-1', 'ota-1', 'IN_PROGRESS');
    await started.run('CancelJob', JOB);
    started.clock.time += MINUTE;
    started.iot.devices.advance('thing-1', 'ota-1', 'SUCCEEDED');
    expect(statuses(started)).toEqual(['SUCCEEDED']);
    expect(started.status()).toBe('CANCELED');
  });

  test.each(['CANCELED', 'COMPLETED', 'DELETION_IN_PROGRESS'])('of a job that is %s is refused', async wanted => {
    const { run, error, iot, status } = await startJob(1);
    if (wanted === 'COMPLETED') iot.devices.advanceAll('ota-1', 'SUCCEEDED');
    else await run(wanted === 'CANCELED' ? 'CancelJob' : 'DeleteJob', { ...JOB, force: true });
    expect(status()).toBe(wanted);
    expect(await error('CancelJob', JOB)).toMatchObject({ code: 'InvalidRequestException', status: 400 });
  });
});

describe('DeleteJob', () => {
  test('takes its time, by the number of executions; then job, executions and tags are gone', async () => {
    const { run, error, clock, iot, status } = await startJob(3, {}, { jobDeletionTime: count => count * MINUTE });
    iot.devices.advanceAll('ota-1', 'SUCCEEDED');
    expect(await run('DeleteJob', JOB)).toBeUndefined();
    clock.time += 3 * MINUTE - 1;
    expect(status()).toBe('DELETION_IN_PROGRESS');
    clock.time += 1;
    expect(await error('DescribeJob', JOB)).toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
    expect((await run('ListJobExecutionsForThing', { thingName: 'thing-1' })).executionSummaries).toEqual([]);
    expect(await error('ListTagsForResource', { resourceArn: JOB_ARN })).toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await run('CreateJob', CREATE);
    expect(status()).toBe('IN_PROGRESS');
  });

  test.each(['IN_PROGRESS', 'SCHEDULED'])('of a job that is %s needs force', async wanted => {
    const scheduling = { schedulingConfig: { startTime: '2026-01-02 00:00' } };
    const { run, error, status } = await startJob(1, wanted === 'SCHEDULED' ? scheduling : {});
    expect(status()).toBe(wanted);
    expect(await error('DeleteJob', JOB)).toMatchObject({ code: 'InvalidStateTransitionException', status: 409 });
    await run('DeleteJob', { ...JOB, force: 'true' });
    expect(status()).toBe('DELETION_IN_PROGRESS');
  });

  test.each(['COMPLETED', 'CANCELED'])('of a job that is %s', async wanted => {
    const { run, iot, status } = await startJob(1);
    if (wanted === 'COMPLETED') iot.devices.advanceAll('ota-1', 'SUCCEEDED');
    else await run('CancelJob', JOB);
    await run('DeleteJob', JOB);
    expect(status()).toBe('DELETION_IN_PROGRESS');
  });

  test('may need force while there are executions', async () => {
    const { run, error, iot } = await startJob(1, {}, { deleteJobWithExecutions: 'needs-force' });
    iot.devices.advanceAll('ota-1', 'SUCCEEDED');
    expect(await error('DeleteJob', JOB)).toMatchObject({ code: 'InvalidStateTransitionException' });
    await run('DeleteJob', { ...JOB, force: true });
  });

  test('of a job in deletion is refused, even with force', async () => {
    const { run, error } = await startJob();
    await run('DeleteJob', { ...JOB, force: true });
    expect(await error('DeleteJob', { ...JOB, force: true })).toMatchObject({
      code: 'InvalidStateTransitionException',
      status: 409,
    });
  });

  test('has ten places: LimitExceededException 410 until one is free', async () => {
    const { run, error, clock } = startFleet(1, { jobDeletionTime: () => MINUTE });
    for (let i = 0; i <= 10; i++) await run('CreateJob', { ...CREATE, jobId: `job-${i}` });
    for (let i = 0; i < 10; i++) await run('DeleteJob', { jobId: `job-${i}`, force: true });
    expect(await error('DeleteJob', { jobId: 'job-10', force: true })).toMatchObject({
      code: 'LimitExceededException',
      status: 410,
    });
    clock.time += MINUTE;
    await run('DeleteJob', { jobId: 'job-10', force: true });
  });
});

describe('a namespace', () => {
  test.each(['UpdateJob', 'DeleteJob'])('hides its jobs from %s in another one', async operation => {
    const { error } = await startJob(1, { namespaceId: 'greengrass' });
    expect(await error(operation, { ...JOB, namespaceId: 'other', force: true })).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
  });

  test('is seen by DescribeJob, and in lists only as a filter', async () => {
    const { run } = await startJob(1, { namespaceId: 'greengrass' });
    await run('CreateJob', { ...CREATE, jobId: 'plain' });
    const ids = async (input: object) => (await run('ListJobs', input)).jobs.map((job: typeof JOB) => job.jobId);
    expect(await ids({})).toEqual(['ota-1', 'plain']);
    expect(await ids({ namespaceId: 'greengrass' })).toEqual(['ota-1']);
    expect((await run('ListJobs', {})).jobs[0]).not.toHaveProperty('namespaceId');
    expect((await run('DescribeJob', JOB)).job.namespaceId).toBe('greengrass');
  });
});

describe('ListJobs', () => {
  test('pages by 250', async () => {
    const { run } = startFleet(0);
    for (let i = 0; i < 251; i++) await run('CreateJob', { ...CREATE, jobId: `job-${i}` });
    expect((await pages(run, 'ListJobs', 'jobs', {})).map(page => page.length)).toEqual([250, 1]);
    expect((await pages(run, 'ListJobs', 'jobs', { maxResults: '100' })).map(page => page.length)).toEqual([
      100, 100, 51,
    ]);
  });

  test('filters by status and target selection', async () => {
    const { run } = await startJob();
    await run('CreateJob', { ...CREATE, jobId: 'continuous', targetSelection: 'CONTINUOUS' });
    await run('CancelJob', { jobId: 'continuous' });
    const ids = async (input: object) => (await run('ListJobs', input)).jobs.map((job: typeof JOB) => job.jobId);
    expect(await ids({ status: 'CANCELED' })).toEqual(['continuous']);
    expect(await ids({ status: 'IN_PROGRESS' })).toEqual(['ota-1']);
    expect(await ids({ targetSelection: 'SNAPSHOT' })).toEqual(['ota-1']);
  });

  test('by thing group leaves out SCHEDULED jobs, as the service is known to do', async () => {
    const { run } = await startJob();
    await run('CreateJob', { ...CREATE, jobId: 'later', schedulingConfig: { startTime: '2026-01-02 00:00' } });
    await run('CreateJob', { ...CREATE, jobId: 'elsewhere', targets: [thingArn('thing-1')] });
    const { jobs } = await run('ListJobs', { thingGroupName: 'fleet' });
    expect(jobs.map((job: typeof JOB) => job.jobId)).toEqual(['ota-1']);
  });

  test('does not name package versions', async () => {
    const { run, iot } = startFleet(1);
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED' });
    await run('CreateJob', { ...CREATE, destinationPackageVersions: [VERSION_ARN] });
    expect((await run('ListJobs')).jobs[0]).not.toHaveProperty('destinationPackageVersions');
  });
});
