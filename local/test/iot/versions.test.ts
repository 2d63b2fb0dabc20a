import type { IotBehavior } from '../../src/services/iot/service';
import { PACKAGE, VERSION, VERSION_ARN, pages, startIot } from './harness';

const ARTIFACT = { s3Location: { bucket: 'firmware', key: '1.bin', version: 'v1' } };

async function startWithVersion(
  status: 'DRAFT' | 'PUBLISHED' | 'DEPRECATED' = 'DRAFT',
  behavior: Partial<IotBehavior> = {},
) {
  const started = startIot(behavior);
  await started.iot.createPackage('brake-ecu');
  await started.iot.createVersion('brake-ecu', '1.0.0', { status, attributes: { a: '1' } });
  const version = () => started.iot.describe('brake-ecu')?.versions['1.0.0'];
  return { ...started, version };
}

test('a version is created as a draft, with everything it was given', async () => {
  const { iot, run, objects, clock } = startIot();
  await iot.createPackage('brake-ecu');
  objects.set('firmware/1.bin/v1', Buffer.from('firmware'));
  const given = { description: 'First', attributes: { signing: 'ed25519' } };
  const rest = { artifact: ARTIFACT, recipe: '{}' };
  expect(await run('CreatePackageVersion', { ...VERSION, ...given, ...rest, tags: { team: 'ecu' } })).toEqual({
    ...VERSION,
    ...given,
    packageVersionArn: VERSION_ARN,
    status: 'DRAFT',
    errorReason: undefined,
  });
  expect(await run('GetPackageVersion', VERSION)).toMatchObject({
    ...VERSION,
    ...given,
    ...rest,
    packageVersionArn: VERSION_ARN,
    status: 'DRAFT',
    creationDate: new Date(clock.time),
    lastModifiedDate: new Date(clock.time),
  });
  expect(iot.describe('brake-ecu')?.versions['1.0.0']).toEqual({
    ...given,
    ...rest,
    status: 'DRAFT',
    tags: { team: 'ecu' },
  });
});

test('a version that exists cannot be created: ConflictException 409 with the resourceId', async () => {
  const { error } = await startWithVersion();
  expect(await error('CreatePackageVersion', VERSION)).toMatchObject({
    code: 'ConflictException',
    status: 409,
    members: { resourceId: '1.0.0' },
  });
});

test.each([
  ['ValidationException', 400],
  ['ResourceNotFoundException', 404],
] as const)('a version needs its package, as %s', async (createInMissingPackageError, status) => {
  const { error } = startIot({ createInMissingPackageError });
  expect(await error('CreatePackageVersion', VERSION)).toMatchObject({ code: createInMissingPackageError, status });
});

test('the quota of versions is ServiceQuotaExceededException 402, and counts those of all packages', async () => {
  const { run, error, iot } = await startWithVersion('DRAFT', { maxVersions: 2 });
  await iot.createPackage('dash');
  await iot.createVersion('dash', '1.0.0');
  const wanted = { ...PACKAGE, versionName: '2.0.0' };
  expect(await error('CreatePackageVersion', wanted)).toMatchObject({
    code: 'ServiceQuotaExceededException',
    status: 402,
  });
  await run('DeletePackageVersion', { packageName: 'dash', versionName: '1.0.0' });
  expect(await run('CreatePackageVersion', wanted)).toMatchObject({ status: 'DRAFT' });
});

test('an account has 100 packages and 10,000 versions, unless its quotas are raised', () => {
  expect(startIot().iot.behavior).toMatchObject({ maxPackages: 100, maxVersions: 10_000 });
});

test.each([
  ['taken', undefined],
  ['refused', { code: 'InvalidRequestException', message: 'VersionId not found when attempting to access s3 url' }],
] as const)('an artifact without the version of its object may be %s', async (artifactWithoutVersion, refusal) => {
  const { error, iot, objects } = await startWithVersion('DRAFT', { artifactWithoutVersion });
  objects.set('firmware/2.bin/', new Uint8Array());
  const wanted = { ...PACKAGE, versionName: '2.0.0', artifact: { s3Location: { bucket: 'firmware', key: '2.bin' } } };
  if (refusal) expect(await error('CreatePackageVersion', wanted)).toMatchObject(refusal);
  else await iot.byHand('CreatePackageVersion', wanted);
  expect(Object.keys(iot.describe('brake-ecu')!.versions)).toHaveLength(refusal ? 1 : 2);
});

test.each(['GetPackageVersion', 'UpdatePackageVersion'])(
  '%s of a missing version is ResourceNotFoundException 404',
  async operation => {
    const { iot, error } = startIot();
    expect(await error(operation, VERSION)).toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
    await iot.createPackage('brake-ecu');
    expect(await error(operation, VERSION)).toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
  },
);

describe('the lifecycle', () => {
  test.each([
    ['DRAFT', 'PUBLISH', 'PUBLISHED'],
    ['PUBLISHED', 'DEPRECATE', 'DEPRECATED'],
    ['DEPRECATED', 'PUBLISH', 'PUBLISHED'],
  ] as const)('%s, %s: %s', async (from, action, to) => {
    const { run, version } = await startWithVersion(from);
    await run('UpdatePackageVersion', { ...VERSION, action });
    expect(version()?.status).toBe(to);
  });

  test.each([
    ['ConflictException', 409],
    ['ValidationException', 400],
  ] as const)('has no way from DRAFT to DEPRECATED, as %s', async (illegalTransitionError, status) => {
    const { error, version } = await startWithVersion('DRAFT', { illegalTransitionError });
    expect(await error('UpdatePackageVersion', { ...VERSION, action: 'DEPRECATE' })).toMatchObject({
      code: illegalTransitionError,
      status,
    });
    expect(version()?.status).toBe('DRAFT');
  });

  test.each([
    ['PUBLISHED', 'PUBLISH'],
    ['DEPRECATED', 'DEPRECATE'],
  ] as const)('%s, %s: nothing happens, or a conflict', async (status, action) => {
    const { iot, run, error, version } = await startWithVersion(status);
    await run('UpdatePackageVersion', { ...VERSION, action });
    expect(version()?.status).toBe(status);
    iot.behavior.republish = 'conflict';
    expect(await error('UpdatePackageVersion', { ...VERSION, action })).toMatchObject({ code: 'ConflictException' });
  });
});

describe('what may change', () => {
  const CHANGES = { description: 'new', attributes: { b: '2' }, artifact: ARTIFACT, recipe: '{"new":1}' };

  test.each(Object.keys(CHANGES) as (keyof typeof CHANGES)[])('the %s of a draft', async member => {
    const { run, version, objects } = await startWithVersion();
    objects.set('firmware/1.bin/v1', Buffer.from('firmware'));
    await run('UpdatePackageVersion', { ...VERSION, [member]: CHANGES[member] });
    expect(version()).toHaveProperty(member, CHANGES[member]);
  });

  test('only the members that are sent', async () => {
    const { run, version } = await startWithVersion();
    await run('UpdatePackageVersion', { ...VERSION, description: 'new' });
    expect(version()).toEqual({ status: 'DRAFT', description: 'new', attributes: { a: '1' }, tags: {} });
  });

  test('attributes together with their publication', async () => {
    const { run, version } = await startWithVersion();
    await run('UpdatePackageVersion', { ...VERSION, attributes: { b: '2' }, action: 'PUBLISH' });
    expect(version()).toMatchObject({ status: 'PUBLISHED', attributes: { b: '2' } });
  });

  describe.each(['PUBLISHED', 'DEPRECATED'] as const)('when %s', status => {
    test.each(['description', 'recipe'] as const)('the %s', async member => {
      const { run, version } = await startWithVersion(status);
      await run('UpdatePackageVersion', { ...VERSION, [member]: CHANGES[member] });
      expect(version()).toHaveProperty(member, CHANGES[member]);
    });

    test('but not the recipe, where the stricter page of the guide is right', async () => {
      const { error } = await startWithVersion(status, { publishedRecipe: 'frozen' });
      expect(await error('UpdatePackageVersion', { ...VERSION, recipe: '{}' })).toMatchObject({
        code: 'ValidationException',
      });
    });

    describe.each([
      ['ValidationException', 400],
      ['ConflictException', 409],
    ] as const)('with %s', (frozenUpdateError, httpStatus) => {
      test.each([{ attributes: { b: '2' } }, { attributes: { a: '1' } }, { artifact: ARTIFACT }])(
        'but not %j',
        async change => {
          const { error, objects, version } = await startWithVersion(status, { frozenUpdateError });
          objects.set('firmware/1.bin/v1', Buffer.from('firmware'));
          const before = version();
          const failure = await error('UpdatePackageVersion', { ...VERSION, ...change });
          expect(failure).toMatchObject({ code: frozenUpdateError, status: httpStatus });
          expect(version()).toEqual(before);
        },
      );
    });
  });
});

describe('the artifact', () => {
  test.each([
    ['CreatePackageVersion', 'ValidationException'],
    ['UpdatePackageVersion', 'ValidationException'],
    ['UpdatePackageVersion', 'InvalidRequestException'],
  ] as const)('must exist in S3 for %s, else %s', async (operation, artifactError) => {
    const { error, iot, run } = startIot({ artifactError });
    await iot.createPackage('brake-ecu');
    if (operation === 'UpdatePackageVersion') await run('CreatePackageVersion', VERSION);
    expect(await error(operation, { ...VERSION, artifact: ARTIFACT })).toMatchObject({
      code: artifactError,
      status: 400,
      message: 'The object s3://firmware/1.bin in version v1 of the artifact cannot be read: NoSuchKey',
    });
  });

  test('is not looked for where a test has no S3', async () => {
    const { run, version } = await startWithVersion('DRAFT', { lookUpObjects: false });
    await run('UpdatePackageVersion', { ...VERSION, artifact: ARTIFACT });
    expect(version()?.artifact).toEqual(ARTIFACT);
  });

  test('needs bucket and key', async () => {
    const { error } = await startWithVersion();
    const artifact = { s3Location: { bucket: 'firmware' } };
    expect(await error('UpdatePackageVersion', { ...VERSION, artifact })).toMatchObject({
      code: 'ValidationException',
    });
  });
});

describe('attributes', () => {
  // a key of one byte and values of two bytes a character.
  const withBytes = (bytes: number) => ({ k: 'ä'.repeat((bytes - 1) / 2) });

  test.each([3000, 3072] as const)('may have %i bytes together', async attributesBytes => {
    const { run, error } = await startWithVersion('DRAFT', { attributesBytes });
    await run('UpdatePackageVersion', { ...VERSION, attributes: withBytes(attributesBytes - 1) });
    expect(
      await error('UpdatePackageVersion', { ...VERSION, attributes: withBytes(attributesBytes + 1) }),
    ).toMatchObject({ code: 'ValidationException', status: 400 });
  });
});

describe('an errorReason', () => {
  const reason = 'the artifact could not be copied';

  test('ends a create without an error', async () => {
    const { iot, run } = startIot({ errorReason: ({ operation }) => `${operation} failed` });
    await iot.createPackage('brake-ecu');
    const errorReason = 'CreatePackageVersion failed';
    expect(await run('CreatePackageVersion', VERSION)).toMatchObject({ status: 'DRAFT', errorReason });
    expect(await run('GetPackageVersion', VERSION)).toMatchObject({ status: 'DRAFT', errorReason });
  });

  test('ends an update without an error and without effect, until one succeeds', async () => {
    const { iot, run, version } = await startWithVersion();
    iot.behavior.errorReason = () => reason;
    await run('UpdatePackageVersion', { ...VERSION, action: 'PUBLISH', description: 'new' });
    expect(version()).toEqual({ status: 'DRAFT', attributes: { a: '1' }, errorReason: reason, tags: {} });
    iot.behavior.errorReason = () => undefined;
    await run('UpdatePackageVersion', { ...VERSION, action: 'PUBLISH' });
    expect(version()).toEqual({ status: 'PUBLISHED', attributes: { a: '1' }, tags: {} });
  });
});

describe('delete', () => {
  test.each(['DRAFT', 'PUBLISHED', 'DEPRECATED'] as const)('of a %s version', async status => {
    const { run, version, error } = await startWithVersion(status);
    expect(await run('DeletePackageVersion', VERSION)).toEqual({});
    expect(version()).toBeUndefined();
    expect(await error('GetPackageVersion', VERSION)).toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test.each([
    ['ValidationException', 400],
    ['ConflictException', 409],
  ] as const)(
    'of the default version is refused until it is undesignated, as %s',
    async (defaultDeleteError, status) => {
      const { run, error, version } = await startWithVersion('PUBLISHED', { defaultDeleteError });
      await run('UpdatePackage', { ...PACKAGE, defaultVersionName: '1.0.0' });
      expect(await error('DeletePackageVersion', VERSION)).toMatchObject({ code: defaultDeleteError, status });
      await run('UpdatePackage', { ...PACKAGE, unsetDefaultVersion: true });
      await run('DeletePackageVersion', VERSION);
      expect(version()).toBeUndefined();
    },
  );

  test.each([
    ['silent', undefined],
    ['not-found', 'ResourceNotFoundException'],
  ] as const)('of a missing version, %s', async (deleteMissing, code) => {
    const { run, error } = startIot({ deleteMissing });
    if (code) expect(await error('DeletePackageVersion', VERSION)).toMatchObject({ code, status: 404 });
    else expect(await run('DeletePackageVersion', VERSION)).toEqual({});
  });

  test('may be seen late by Get, though not by lists and writes', async () => {
    const { run, error } = await startWithVersion('DRAFT', { staleReads: 1 });
    await run('DeletePackageVersion', VERSION);
    expect(await error('UpdatePackageVersion', VERSION)).toMatchObject({ code: 'ResourceNotFoundException' });
    expect((await run('ListPackageVersions', PACKAGE)).packageVersionSummaries).toEqual([]);
    expect(await run('GetPackageVersion', VERSION)).toMatchObject({ status: 'DRAFT' });
    expect(await error('GetPackageVersion', VERSION)).toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('leaves a name that can be used again, with nothing of the old version', async () => {
    const { iot, run, version } = await startWithVersion('PUBLISHED', { staleReads: 5 });
    await run('TagResource', { resourceArn: VERSION_ARN, tags: [{ Key: 'old', Value: 'x' }] });
    await run('DeletePackageVersion', VERSION);
    await iot.createVersion('brake-ecu', '1.0.0');
    expect(version()).toEqual({ status: 'DRAFT', tags: {} });
    expect(await run('GetPackageVersion', VERSION)).toMatchObject({ status: 'DRAFT' });
  });
});

describe('ListPackageVersions', () => {
  async function startWithMany() {
    const started = startIot();
    await started.iot.createPackage('brake-ecu');
    for (let i = 0; i < 5; i++) {
      await started.iot.createVersion('brake-ecu', `${i}`, { status: i % 2 ? 'PUBLISHED' : 'DRAFT' });
    }
    return started;
  }
  const names = (page: unknown[]) => (page as (typeof VERSION)[]).map(each => each.versionName);

  test('pages', async () => {
    const { run } = await startWithMany();
    const all = await pages(run, 'ListPackageVersions', 'packageVersionSummaries', { ...PACKAGE, maxResults: 2 });
    expect(all.map(names)).toEqual([['0', '1'], ['2', '3'], ['4']]);
    expect(all[0][0]).toMatchObject({ ...PACKAGE, versionName: '0', status: 'DRAFT' });
  });

  test('filters by status, before it cuts the pages', async () => {
    const { run } = await startWithMany();
    const input = { ...PACKAGE, maxResults: 1, status: 'PUBLISHED' };
    const all = await pages(run, 'ListPackageVersions', 'packageVersionSummaries', input);
    expect(all.map(names)).toEqual([['1'], ['3']]);
  });

  test('refuses a token of another filter', async () => {
    const { run, error } = await startWithMany();
    const { nextToken } = await run('ListPackageVersions', { ...PACKAGE, maxResults: 1 });
    const failure = await error('ListPackageVersions', { ...PACKAGE, maxResults: 1, status: 'DRAFT', nextToken });
    expect(failure).toMatchObject({ code: 'ValidationException' });
  });

  test('of a missing package is empty, or ResourceNotFoundException 404', async () => {
    const { run, error, iot } = startIot();
    expect((await run('ListPackageVersions', PACKAGE)).packageVersionSummaries).toEqual([]);
    iot.behavior.versionsOfMissingPackage = 'not-found';
    expect(await error('ListPackageVersions', PACKAGE)).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
  });
});
