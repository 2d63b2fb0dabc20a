import { PACKAGE, PACKAGE_ARN, VERSION, pages, startIot } from './harness';

test('a package is created, read, changed and deleted', async () => {
  const { run, iot, clock } = startIot();
  expect(await run('CreatePackage', { ...PACKAGE, description: 'Brakes', tags: { team: 'ecu' } })).toEqual({
    packageName: 'brake-ecu',
    packageArn: PACKAGE_ARN,
    description: 'Brakes',
  });
  const createdAt = new Date(clock.time);
  clock.time += 5000;
  await run('UpdatePackage', { ...PACKAGE, description: 'Brake controller' });

  expect(await run('GetPackage', PACKAGE)).toEqual({
    packageName: 'brake-ecu',
    packageArn: PACKAGE_ARN,
    description: 'Brake controller',
    defaultVersionName: undefined,
    creationDate: createdAt,
    lastModifiedDate: new Date(clock.time),
  });
  expect(iot.describe('brake-ecu')).toEqual({
    packageName: 'brake-ecu',
    description: 'Brake controller',
    tags: { team: 'ecu' },
    versions: {},
  });

  expect(await run('DeletePackage', PACKAGE)).toEqual({});
  expect(iot.packages).toEqual([]);
});

test('a package that exists cannot be created: ConflictException 409 with the resourceId', async () => {
  const { iot, error } = startIot();
  await iot.createPackage('brake-ecu');
  expect(await error('CreatePackage', PACKAGE)).toMatchObject({
    code: 'ConflictException',
    status: 409,
    members: { resourceId: 'brake-ecu' },
  });
});

test('the quota of packages is ServiceQuotaExceededException 402', async () => {
  const { iot, error } = startIot({ maxPackages: 1 });
  await iot.createPackage('other');
  expect(await error('CreatePackage', PACKAGE)).toMatchObject({ code: 'ServiceQuotaExceededException', status: 402 });
});

test.each(['GetPackage', 'UpdatePackage'])(
  '%s of a missing package is ResourceNotFoundException 404',
  async operation => {
    const { error } = startIot();
    expect(await error(operation, PACKAGE)).toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
  },
);

test('a tag key of AWS is refused at create', async () => {
  const { error } = startIot();
  expect(await error('CreatePackage', { ...PACKAGE, tags: { 'aws:team': 'x' } })).toMatchObject({
    code: 'ValidationException',
    status: 400,
  });
});

describe('delete', () => {
  test.each([
    ['silent', undefined],
    ['not-found', 'ResourceNotFoundException'],
  ] as const)('of a missing package, %s', async (deleteMissing, code) => {
    const { run, error } = startIot({ deleteMissing });
    if (code) expect(await error('DeletePackage', PACKAGE)).toMatchObject({ code, status: 404 });
    else expect(await run('DeletePackage', PACKAGE)).toEqual({});
  });

  test.each([
    ['ValidationException', 400],
    ['ConflictException', 409],
  ] as const)('of a package with versions is refused, as %s', async (packageWithVersionsDeleteError, status) => {
    const { iot, error, run } = startIot({ packageWithVersionsDeleteError });
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0');
    expect(await error('DeletePackage', PACKAGE)).toMatchObject({ code: packageWithVersionsDeleteError, status });
    await run('DeletePackageVersion', VERSION);
    await run('DeletePackage', PACKAGE);
    expect(iot.packages).toEqual([]);
  });

  test('may be seen late', async () => {
    const { iot, run, error } = startIot({ staleReads: 2 });
    await iot.createPackage('brake-ecu');
    await run('DeletePackage', PACKAGE);
    expect(await run('GetPackage', PACKAGE)).toMatchObject(PACKAGE);
    expect(await run('GetPackage', PACKAGE)).toMatchObject(PACKAGE);
    expect(await error('GetPackage', PACKAGE)).toMatchObject({ code: 'ResourceNotFoundException' });
  });
});

describe('the default version', () => {
  test.each(['PUBLISHED', 'DEPRECATED'] as const)('may be a %s one', async status => {
    const { iot, run } = startIot();
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0', { status });
    await run('UpdatePackage', { ...PACKAGE, defaultVersionName: '1.0.0' });
    expect(iot.describe('brake-ecu')?.defaultVersionName).toBe('1.0.0');
  });

  test.each([
    ['ValidationException', 400],
    ['ConflictException', 409],
  ] as const)('may not be a draft, as %s', async (draftDefaultError, status) => {
    const { iot, error } = startIot({ draftDefaultError });
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0');
    expect(await error('UpdatePackage', { ...PACKAGE, defaultVersionName: '1.0.0' })).toMatchObject({
      code: draftDefaultError,
      status,
    });
    expect(iot.describe('brake-ecu')).not.toHaveProperty('defaultVersionName');
  });

  test('must exist', async () => {
    const { iot, error } = startIot();
    await iot.createPackage('brake-ecu');
    expect(await error('UpdatePackage', { ...PACKAGE, defaultVersionName: '1.0.0' })).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
  });

  test('is never set or advanced by itself', async () => {
    const { iot } = startIot();
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED', isDefault: true });
    await iot.createVersion('brake-ecu', '2.0.0', { status: 'PUBLISHED' });
    expect(iot.describe('brake-ecu')?.defaultVersionName).toBe('1.0.0');
  });

  test('is unset, also where there is none, or refused there', async () => {
    const { iot, run, error } = startIot();
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED', isDefault: true });
    await run('UpdatePackage', { ...PACKAGE, unsetDefaultVersion: true });
    await run('UpdatePackage', { ...PACKAGE, unsetDefaultVersion: true });
    iot.behavior.unsetNothing = 'refused';
    expect(await error('UpdatePackage', { ...PACKAGE, unsetDefaultVersion: true })).toMatchObject({
      code: 'ValidationException',
    });
    expect(iot.describe('brake-ecu')).not.toHaveProperty('defaultVersionName');
  });

  test('cannot be named and unset at once', async () => {
    const { iot, error } = startIot();
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED' });
    const input = { ...PACKAGE, defaultVersionName: '1.0.0', unsetDefaultVersion: true };
    expect(await error('UpdatePackage', input)).toMatchObject({ code: 'ValidationException', status: 400 });
  });
});

describe('ListPackages', () => {
  test('pages through all packages, of which one may go in between', async () => {
    const { iot, run } = startIot();
    for (const name of ['a', 'b', 'c', 'd']) await iot.createPackage(name);
    const first = await run('ListPackages', { maxResults: '2' });
    await run('DeletePackage', { packageName: 'b' });
    const second = await run('ListPackages', { maxResults: '2', nextToken: first.nextToken });

    const names = [first, second].map(page => page.packageSummaries.map((each: typeof PACKAGE) => each.packageName));
    expect(names).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(second.nextToken).toBeUndefined();
  });

  test('has pages of 100 unless asked for fewer', async () => {
    const { iot, run } = startIot({ maxPackages: 101 });
    for (let i = 0; i < 101; i++) await iot.createPackage(`p${i}`);
    const all = await pages(run, 'ListPackages', 'packageSummaries', {});
    expect(all.map(page => page.length)).toEqual([100, 1]);
  });

  test.each(['nonsense', Buffer.from('["other",1]').toString('base64url')])('refuses the token %s', async nextToken => {
    expect(await startIot().error('ListPackages', { nextToken })).toMatchObject({ code: 'ValidationException' });
  });
});

describe('the package configuration', () => {
  test('is off until somebody turns it on', async () => {
    const { run } = startIot();
    expect(await run('GetPackageConfiguration')).toEqual({ versionUpdateByJobsConfig: { enabled: false } });
    const versionUpdateByJobsConfig = { enabled: true, roleArn: 'arn:aws:iam::111122223333:role/shadow' };
    await run('UpdatePackageConfiguration', { versionUpdateByJobsConfig });
    expect(await run('GetPackageConfiguration')).toEqual({ versionUpdateByJobsConfig });
  });
});

describe('client tokens', () => {
  const request = { ...PACKAGE, clientToken: '01234567-89ab-cdef-0123-456789abcdef' };

  test('make nothing idempotent', async () => {
    const { run, error } = startIot();
    await run('CreatePackage', request);
    expect(await error('CreatePackage', request)).toMatchObject({ code: 'ConflictException' });
  });

  test('make a call idempotent where they are honored', async () => {
    const { run, iot } = startIot({ honorClientTokens: true });
    const first = await run('CreatePackage', request);
    expect(await run('CreatePackage', request)).toEqual(first);
    expect(iot.packages).toEqual(['brake-ecu']);
  });
});

test('packages need fleet indexing of the $package shadow, where the service is taken to insist', async () => {
  const { run, error } = startIot({ requireIndexing: true });
  expect(await error('CreatePackage', PACKAGE)).toMatchObject({ code: 'ValidationException' });
  await run('UpdateIndexingConfiguration', {
    thingIndexingConfiguration: {
      thingIndexingMode: 'REGISTRY_AND_SHADOW',
      namedShadowIndexingMode: 'ON',
      filter: { namedShadowNames: ['$package'] },
    },
  });
  expect(await run('CreatePackage', PACKAGE)).toMatchObject(PACKAGE);
});
