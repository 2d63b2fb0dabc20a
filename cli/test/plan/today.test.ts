import { ARTIFACT_TAGS, OWNER_KEY } from '../../../contract/ownership';
import { Account } from '../../src/aws/account';
import { ownerIn, todayIn } from '../../src/plan/today';
import { firmware } from '../firmware';
import { World } from '../world';

const UUID = '11111111-2222-3333-4444-555555555555';
const ARN = `arn:aws:cloudformation:us-east-1:111111111111:stack/Fleet/${UUID}`;

let world: World;
let today: ReturnType<typeof todayIn>;
beforeEach(async () => {
  world = await World.start();
  today = todayIn(await Account.signIn());
});
afterEach(() => world.stop());

test('what AWS IoT holds of a package, its versions and its default', async () => {
  await world.deploy(firmware(['1.0.0', '2.0.0']));
  await world.aws.iot.createPackage('by-hand');
  await world.aws.iot.createVersion('by-hand', '1.0.0', { status: 'DRAFT' });
  const read = (type: string, PackageName: string, VersionName = '1.0.0') =>
    today(`Custom::IoT${type}`, { PackageName, VersionName }, undefined, ARN);
  const owner = { stack: 'Fleet', isThisStack: false, since: expect.stringMatching(/^20\d\d-.*Z$/) };

  expect(await read('SoftwarePackage', 'brake-ecu')).toMatchObject({ exists: true, defaultVersion: '2.0.0', owner });
  expect(await read('DefaultPackageVersion', 'brake-ecu')).toMatchObject({
    exists: true,
    defaultVersion: '2.0.0',
    owner,
  });
  const version = { exists: true, status: 'PUBLISHED', owner };
  expect(await read('SoftwarePackageVersion', 'brake-ecu')).toMatchObject({ ...version, isDefault: false });
  expect(await read('SoftwarePackageVersion', 'brake-ecu', '2.0.0')).toMatchObject({ ...version, isDefault: true });

  expect(await read('SoftwarePackage', 'by-hand')).toEqual({ exists: true, defaultVersion: undefined, owner: {} });
  expect(await read('DefaultPackageVersion', 'by-hand')).toEqual({
    exists: true,
    defaultVersion: undefined,
    owner: {},
  });
  const draft = { exists: true, status: 'DRAFT', isDefault: false, owner: {} };
  expect(await read('SoftwarePackageVersion', 'by-hand')).toEqual(draft);

  for (const type of ['SoftwarePackage', 'SoftwarePackageVersion', 'DefaultPackageVersion']) {
    expect(await read(type, 'missing')).toEqual({ exists: false });
  }
});

test('a package and its default have owners of their own, and each was claimed by the owner', async () => {
  const { owner, stack } = ARTIFACT_TAGS;
  const tags = { [owner]: 'any', [stack]: ARN };
  await world.aws.iot.byHand('CreatePackage', { packageName: 'half', tags });
  const read = (type: string) => today(`Custom::IoT${type}`, { PackageName: 'half' }, undefined, ARN);
  expect(await read('SoftwarePackage')).toMatchObject({ owner: { stack: 'Fleet', isThisStack: true } });
  expect(await read('DefaultPackageVersion')).toEqual({ exists: true, defaultVersion: undefined, owner: {} });
});

test('what the registry holds of a version, by its id or its definition', async () => {
  const { aws } = world;
  await aws.call('glue', 'CreateRegistry', { RegistryName: 'vehicles' });
  const definition = JSON.stringify({ type: 'record', name: 'Order', fields: [] });
  const { SchemaVersionId } = (await aws.call('glue', 'CreateSchema', {
    RegistryId: { RegistryName: 'vehicles' },
    SchemaName: 'orders',
    DataFormat: 'AVRO',
    Compatibility: 'NONE',
    SchemaDefinition: definition,
  })) as { SchemaVersionId: string };
  const read = (properties: object, physicalId?: string) =>
    today(
      'Custom::GlueSchemaVersion',
      { RegistryName: 'vehicles', SchemaName: 'orders', ...properties },
      physicalId,
      ARN,
    );
  const held = { exists: true, status: 'AVAILABLE', number: 1, owner: {} };

  expect(await read({ Definition: definition })).toEqual(held);
  expect(await read({ Definition: '{"type":"string"}' })).toEqual({ exists: false });
  expect(await read({ Definition: definition, SchemaName: 'missing' })).toEqual({ exists: false });
  expect(await read({})).toEqual({ exists: false });
  expect(await read({ Definition: definition }, 'vehicles/orders@0123')).toEqual(held);
  expect(await read({}, `vehicles/orders@0123/${SchemaVersionId}`)).toEqual(held);
  expect(await read({ Definition: definition }, `vehicles/orders@0123/${UUID}`)).toEqual({ exists: false });

  await aws.call('glue', 'PutSchemaVersionMetadata', {
    SchemaVersionId,
    MetadataKeyValue: { MetadataKey: OWNER_KEY, MetadataValue: `1.owner=0123.stack=Fleet/${UUID}` },
  });
  const owner = { stack: 'Fleet', stackId: `Fleet/${UUID}`, isThisStack: true };
  expect(await read({ Definition: definition })).toEqual({ ...held, owner });
});

test('CloudBase is not asked', async () => {
  expect(await today('Custom::WeChatCloudBaseServiceVersion', {}, undefined, ARN)).toBeUndefined();
});

test('an owner is told by its tags', () => {
  const { owner, stack } = ARTIFACT_TAGS;
  expect(ownerIn({}, ARTIFACT_TAGS, ARN)).toEqual({});
  expect(ownerIn({ [owner]: 'any' }, ARTIFACT_TAGS, ARN)).toMatchObject({ stackId: '', isThisStack: false });
  const tags = { [owner]: 'any', [stack]: ARN };
  expect(ownerIn(tags, ARTIFACT_TAGS, ARN)).toEqual({ stack: 'Fleet', stackId: ARN, isThisStack: true });
  // the registry has room for the end alone.
  const short = { [owner]: 'any', [stack]: `Fleet/${UUID}` };
  expect(ownerIn(short, ARTIFACT_TAGS, ARN)).toMatchObject({ stack: 'Fleet', isThisStack: true });
  expect(ownerIn(tags, ARTIFACT_TAGS, ARN.replace(UUID, `${UUID}0`))).toMatchObject({ isThisStack: false });
});
