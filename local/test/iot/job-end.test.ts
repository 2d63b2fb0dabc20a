import { VERSION_ARN, pages, startFleet, thingArn } from './harness';
import { CREATE, JOB, JOB_ARN, MINUTE, startJob, statuses } from './job-harness';

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
