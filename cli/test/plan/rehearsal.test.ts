import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetPackageCommand } from '@aws-sdk/client-iot';
import { Account } from '../../src/aws/account';
import { type PlannedEvent, Rehearsal } from '../../src/plan/rehearsal';
import { LocalAccount } from '../account';

const PACKAGE = 'Custom::IoTSoftwarePackage';
const VERSION = 'Custom::IoTSoftwarePackageVersion';
const SCHEMA_VERSION = 'Custom::GlueSchemaVersion';

let world: LocalAccount;
let account: Account;
let stackId: string;
beforeEach(async () => {
  world = await LocalAccount.start();
  account = await Account.signIn();
  stackId = account.stackId('Fleet');
});
afterEach(() => world.stop());

async function begin(...options: Parameters<typeof Rehearsal.begin> extends [unknown, ...infer R] ? R : never) {
  const rehearsal = await Rehearsal.begin(account, ...options);
  rehearsal.view.begin(stackId, { exists: false });
  return rehearsal;
}

const event = (request: PlannedEvent['request'], more: Partial<PlannedEvent> = {}): PlannedEvent => ({
  request,
  stackId,
  logicalId: 'P',
  type: PACKAGE,
  properties: { PackageName: 'brake-ecu' },
  ...more,
});

async function eventsOf(rehearsal: Rehearsal) {
  const found: object[] = [];
  for await (const { logicalId, status, physicalId, changedAt, properties } of rehearsal.view.events(stackId))
    found.unshift({ logicalId, status, physicalId, changedAt, properties });
  return found.slice(1);
}

test('events are answered by the handlers, each after the other, and the account stays as it is', async () => {
  const rehearsal = await begin();
  const made = await rehearsal.play(event('Create'));
  expect(made).toEqual({
    physicalId: expect.stringMatching(/^brake-ecu@/),
    data: { PackageName: 'brake-ecu', PackageArn: expect.stringContaining(':package/brake-ecu') },
    writes: [{ operation: 'CreatePackage', input: expect.objectContaining({ packageName: 'brake-ecu' }) }],
    lines: expect.arrayContaining([expect.objectContaining({ level: 'info', fields: expect.any(Object) })]),
  });
  const { physicalId } = made;
  const properties = { PackageName: 'brake-ecu', Description: 'new' };
  const oldProperties = { PackageName: 'brake-ecu' };
  const changed = await rehearsal.play(event('Update', { physicalId, properties, oldProperties }));
  expect(changed).toMatchObject({
    physicalId,
    writes: expect.arrayContaining([expect.objectContaining({ operation: 'UpdatePackage' })]),
  });
  expect(changed.writes.map(({ operation }) => operation)).not.toContain('CreatePackage');
  const held = await rehearsal.iotClient().send(new GetPackageCommand({ packageName: 'brake-ecu' }));
  expect(held.description).toBe('new');

  rehearsal.view.enter(stackId, 'cleaning-up');
  const gone = await rehearsal.play(event('Delete', { physicalId, properties: { ...properties, Removal: 'DELETE' } }));
  expect(gone.writes.map(({ operation }) => operation)).toContain('DeletePackage');
  expect([made, changed, gone].filter(ending => 'failure' in ending)).toEqual([]);
  expect(world.aws.iot.packages).toEqual([]);
});

test('CloudFormation is told of each event as it begins and ends, in whole seconds that differ', async () => {
  const rehearsal = await begin();
  const start = rehearsal.clock.now();
  const { physicalId } = await rehearsal.play(event('Create'));
  await rehearsal.play(event('Create', { logicalId: 'Q', properties: { PackageName: '?' } }));
  const events = (await eventsOf(rehearsal)) as { status: string; changedAt: number }[];
  const properties = JSON.stringify({ PackageName: 'brake-ecu' });
  expect(events).toMatchObject([
    { logicalId: 'P', status: 'CREATE_IN_PROGRESS', physicalId: undefined, properties },
    { logicalId: 'P', status: 'CREATE_COMPLETE', physicalId, properties },
    { logicalId: 'Q', status: 'CREATE_IN_PROGRESS' },
    { logicalId: 'Q', status: 'CREATE_FAILED' },
  ]);
  const times = events.map(({ changedAt }) => changedAt);
  expect(times.map(time => time % 1000)).toEqual([0, 0, 0, 0]);
  expect(times[0]).toBe(Math.floor((start + 2000) / 1000) * 1000);
  expect(times[2]).toBeGreaterThan(times[1]);
});

test('an event that fails says why, without a place in a log that there is not', async () => {
  await world.aws.iot.createPackage('brake-ecu');
  const rehearsal = await begin();
  const { failure, writes, lines } = await rehearsal.play(event('Create'));
  expect(failure).toMatch(/software package brake-ecu .*adoptExisting/);
  expect(failure).not.toMatch(/log group/);
  expect(writes).toEqual([]);
  expect(lines).toContainEqual({ level: 'error', message: failure, fields: expect.any(Object) });
  const unknown = await rehearsal.play(event('Create', { type: 'Custom::Other' }));
  expect(unknown.failure).toMatch(/unknown resource type "Custom::Other", expected one of/);
});

test('what is not removed is said in what the handler logs', async () => {
  const rehearsal = await begin();
  const { physicalId } = await rehearsal.play(event('Create'));
  await rehearsal.play(
    event('Create', { logicalId: 'V', type: VERSION, properties: { PackageName: 'brake-ecu', VersionName: '1.0.0' } }),
  );
  rehearsal.view.enter(stackId, 'cleaning-up');
  const properties = { PackageName: 'brake-ecu', Removal: 'DELETE' };
  const left = await rehearsal.play(event('Delete', { physicalId, properties }));
  expect(left.writes.map(({ operation }) => operation)).not.toContain('DeletePackage');
  expect(left.lines.map(({ level }) => level)).toContain('error');
});

test('waits take no time, and the time of the plan goes on by them', async () => {
  const { clock } = await begin();
  const before = clock.now();
  await clock.sleep(3_600_000);
  await clock.sleep(-5);
  expect(clock.now()).toBe(before + 3_600_000);
  const ended = new AbortController();
  let isAwake = false;
  const sleep = clock.sleep(1, ended.signal).then(() => (isAwake = true));
  await Promise.resolve();
  expect(isAwake).toBe(false);
  ended.abort();
  await sleep;
  expect(clock.now()).toBe(before + 3_600_000);
});

test('an artifact that the deployment uploads has no version yet, and one in S3 has its own', async () => {
  await world.aws.call('s3', 'CreateBucket', { Bucket: 'held' });
  await world.aws.call('s3', 'PutBucketVersioning', { Bucket: 'held', VersioningConfiguration: { Status: 'Enabled' } });
  await world.aws.call('s3', 'PutObject', { Bucket: 'held', Key: 'firmware.bin', Body: Buffer.from('any') });
  const rehearsal = await begin([{ bucketName: 'assets', objectKey: 'new.bin', isZipped: false }]);
  await rehearsal.play(event('Create'));
  const version = (VersionName: string, Bucket: string, Key: string) =>
    rehearsal.play(
      event('Create', {
        logicalId: VersionName,
        type: VERSION,
        properties: { PackageName: 'brake-ecu', VersionName, Artifact: { Bucket, Key, ResolveVersion: 'true' } },
      }),
    );
  const artifactOf = async (...given: Parameters<typeof version>) => {
    const { writes, failure } = await version(...given);
    return failure ?? (writes[0].input.artifact as { s3Location: object }).s3Location;
  };
  expect(await artifactOf('1.0.0', 'held', 'firmware.bin')).toEqual({
    bucket: 'held',
    key: 'firmware.bin',
    version: expect.any(String),
  });
  expect(await artifactOf('2.0.0', 'assets', 'new.bin')).toEqual({ bucket: 'assets', key: 'new.bin' });
  expect(await artifactOf('3.0.0', 'assets', 'other.bin')).toMatch(/other\.bin/);
});

test('a definition that the deployment uploads is read from the assembly', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'definitions-'));
  const { aws } = world;
  const definition = (...fields: string[]) =>
    JSON.stringify({ type: 'record', name: 'Order', fields: fields.map(name => ({ name, type: 'string' })) });
  const path = join(folder, 'order.json');
  writeFileSync(path, definition('id'));
  await aws.call('glue', 'CreateRegistry', { RegistryName: 'vehicles' });
  await aws.call('glue', 'CreateSchema', {
    RegistryId: { RegistryName: 'vehicles' },
    SchemaName: 'orders',
    DataFormat: 'AVRO',
    Compatibility: 'NONE',
    SchemaDefinition: definition(),
  });
  try {
    const rehearsal = await begin([{ bucketName: 'assets', objectKey: 'order.json', path, isZipped: false }]);
    const properties = {
      RegistryName: 'vehicles',
      SchemaName: 'orders',
      DefinitionObject: { Bucket: 'assets', Key: 'order.json' },
    };
    const { writes, failure } = await rehearsal.play(event('Create', { type: SCHEMA_VERSION, properties }));
    expect(failure).toBeUndefined();
    expect(writes[0]).toMatchObject({
      operation: 'RegisterSchemaVersion',
      input: { SchemaDefinition: definition('id') },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('there is a kind for the sweeps of each service', async () => {
  expect(Object.keys((await begin()).sweeps()).sort()).toEqual([
    'Custom::GlueSchemaVersionRetention',
    'Custom::IoTJobExecutionCleanup',
    'Custom::IoTPackageVersionRetention',
    'Custom::WeChatCloudBaseVersionRetention',
  ]);
});

test('calls of a sweep are tried once, since it is paced', async () => {
  const rehearsal = await begin();
  const once = { maxAttempts: 1 };
  const clients = [rehearsal.iotClient(once), rehearsal.glueClient(once), rehearsal.weChatClients(once).secrets];
  expect(await Promise.all(clients.map(client => client.config.maxAttempts()))).toEqual([1, 1, 1]);
  expect(await rehearsal.iotClient().config.maxAttempts()).toBeGreaterThan(1);
});
