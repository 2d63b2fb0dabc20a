import { PACKAGE, PACKAGE_ARN, THING_GROUP_ARN, VERSION_ARN, startFleet, startIot, thingArn } from './harness';
import { CREATE, JOB, JOB_ARN, startJob } from './job-harness';

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
