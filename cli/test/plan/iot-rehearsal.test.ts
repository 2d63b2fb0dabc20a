import {
  AssociateSbomWithPackageVersionCommand,
  CreatePackageCommand,
  CreatePackageVersionCommand,
  DeletePackageCommand,
  DeletePackageVersionCommand,
  DeleteThingCommand,
  DisassociateSbomFromPackageVersionCommand,
  GetPackageCommand,
  GetPackageVersionCommand,
  IoTClient,
  ListPackageVersionsCommand,
  ListTagsForResourceCommand,
  PackageVersionAction,
  TagResourceCommand,
  UntagResourceCommand,
  UpdatePackageCommand,
  UpdatePackageVersionCommand,
  paginateListPackageVersions,
} from '@aws-sdk/client-iot';
import { IotRehearsal } from '../../src/plan/iot-rehearsal';
import { Journal, rehearsing } from '../../src/plan/journal';
import { LocalAccount } from '../account';
import { type Script, type Send, told } from './told';

const packageName = 'brake-ecu';
const stackId = 'arn:aws:cloudformation:us-east-1:111111111111:stack/Fleet/1';
const { PUBLISH, DEPRECATE } = PackageVersionAction;

let world: LocalAccount;
beforeEach(async () => {
  world = await LocalAccount.start();
  await world.aws.iot.createPackage(packageName);
  await world.aws.iot.createVersion(packageName, '1.0.0', { status: 'PUBLISHED' });
  await world.aws.iot.createVersion(packageName, '2.0.0', { status: 'DRAFT' });
  await world.aws.iot.createPackage('other');
  await world.aws.iot.createVersion('other', '1.0.0', { status: 'DRAFT' });
  await world.aws.iot.createPackage('empty');
});
afterEach(() => world.stop());

const of = (versionName: string) => ({ packageName, versionName });
const arn = (rest: string) => `arn:aws:iot:us-east-1:111111111111:package/${rest}`;
const arnOf = (versionName: string) => arn(`${packageName}/version/${versionName}`);

async function readAll(send: Send): Promise<void> {
  for (const name of [packageName, 'new', 'empty']) {
    await send(new GetPackageCommand({ packageName: name }));
    await send(new ListTagsForResourceCommand({ resourceArn: arn(name) }));
    await send(new ListPackageVersionsCommand({ packageName: name }));
  }
  for (const versionName of ['1.0.0', '2.0.0', '3.0.0']) {
    await send(new GetPackageVersionCommand(of(versionName)));
    await send(new ListTagsForResourceCommand({ resourceArn: arnOf(versionName) }));
  }
}

const sbom = { s3Location: { bucket: 'any', key: 'sbom.zip', version: '1' } };

const WRITES: Readonly<Record<string, readonly object[]>> = {
  'a package is made': [
    new CreatePackageCommand({ packageName: 'new', description: 'one', tags: { team: 'brakes' } }),
    new CreatePackageVersionCommand({ packageName: 'new', versionName: '1.0.0' }),
    new CreatePackageCommand({ packageName: 'new' }),
  ],
  'a package that is there cannot be made': [new CreatePackageCommand({ packageName })],
  'a package changes': [
    new UpdatePackageCommand({ packageName, description: 'two' }),
    new UpdatePackageCommand({ packageName, defaultVersionName: '1.0.0' }),
    new UpdatePackageCommand({ packageName, description: 'three' }),
    new UpdatePackageCommand({ packageName: 'missing', description: 'two' }),
  ],
  'a default goes': [
    new UpdatePackageCommand({ packageName, defaultVersionName: '1.0.0' }),
    new DeletePackageVersionCommand(of('1.0.0')),
    new UpdatePackageCommand({ packageName, unsetDefaultVersion: true }),
    new DeletePackageVersionCommand(of('1.0.0')),
  ],
  'a draft cannot be the default': [
    new UpdatePackageCommand({ packageName, defaultVersionName: '2.0.0' }),
    new UpdatePackageVersionCommand({ ...of('2.0.0'), action: PUBLISH }),
    new UpdatePackageCommand({ packageName, defaultVersionName: '2.0.0' }),
  ],
  'a package goes': [
    new DeletePackageCommand({ packageName }),
    new DeletePackageVersionCommand(of('1.0.0')),
    new DeletePackageCommand({ packageName }),
    new DeletePackageVersionCommand(of('2.0.0')),
    new DeletePackageCommand({ packageName }),
    new CreatePackageVersionCommand(of('3.0.0')),
  ],
  'a package goes, and one of its name comes': [
    new TagResourceCommand({ resourceArn: arn('empty'), tags: [{ Key: 'team', Value: 'brakes' }] }),
    new DeletePackageCommand({ packageName: 'empty' }),
    new TagResourceCommand({ resourceArn: arn('empty'), tags: [{ Key: 'team', Value: 'brakes' }] }),
    new CreatePackageCommand({ packageName: 'empty' }),
  ],
  'a version is made': [
    new CreatePackageVersionCommand({
      ...of('3.0.0'),
      description: 'one',
      attributes: { signing: 'none' },
      recipe: '{}',
      tags: { team: 'brakes' },
    }),
    new UpdatePackageVersionCommand({ ...of('3.0.0'), description: 'two' }),
    new UpdatePackageVersionCommand({ ...of('3.0.0'), action: PUBLISH }),
    new CreatePackageVersionCommand(of('3.0.0')),
    new CreatePackageVersionCommand({ packageName: 'missing', versionName: '1.0.0' }),
  ],
  'a version that was made goes': [
    new CreatePackageVersionCommand(of('3.0.0')),
    new DeletePackageVersionCommand(of('3.0.0')),
    new CreatePackageVersionCommand(of('3.0.0')),
  ],
  'a version that is there cannot be made': [new CreatePackageVersionCommand(of('1.0.0'))],
  'a version changes': [
    new UpdatePackageVersionCommand({ ...of('2.0.0'), description: 'two', attributes: { signing: 'none' } }),
    new UpdatePackageVersionCommand({ ...of('2.0.0'), action: PUBLISH }),
    new UpdatePackageVersionCommand({ ...of('2.0.0'), action: DEPRECATE }),
    new UpdatePackageVersionCommand({ ...of('3.0.0'), description: 'two' }),
  ],
  'an action does not lead there': [
    new UpdatePackageVersionCommand({ ...of('2.0.0'), action: DEPRECATE }),
    new UpdatePackageVersionCommand({ ...of('1.0.0'), action: DEPRECATE }),
    new UpdatePackageVersionCommand({ ...of('1.0.0'), action: PUBLISH }),
  ],
  'a version that is gone cannot change': [
    new DeletePackageVersionCommand(of('2.0.0')),
    new DeletePackageVersionCommand(of('2.0.0')),
    new DeletePackageVersionCommand({ packageName: 'missing', versionName: '1.0.0' }),
    new UpdatePackageVersionCommand({ ...of('2.0.0'), description: 'two' }),
    new TagResourceCommand({ resourceArn: arnOf('2.0.0'), tags: [{ Key: 'team', Value: 'brakes' }] }),
    new UpdatePackageCommand({ packageName, defaultVersionName: '2.0.0' }),
  ],
  'tags change': [
    new TagResourceCommand({
      resourceArn: arnOf('1.0.0'),
      tags: [
        { Key: 'team', Value: 'brakes' },
        { Key: 'a', Value: '' },
      ],
    }),
    new TagResourceCommand({ resourceArn: arnOf('1.0.0'), tags: [{ Key: 'team', Value: 'engines' }] }),
    new UntagResourceCommand({ resourceArn: arnOf('1.0.0'), tagKeys: ['a', 'b'] }),
    new TagResourceCommand({ resourceArn: arnOf('3.0.0'), tags: [{ Key: 'team', Value: 'brakes' }] }),
  ],
};

/** The same on a rehearsal, which must leave the account as it is, and then on the service. */
async function inTurn(script: Script) {
  const service = new IoTClient();
  const journal = new Journal();
  const { answer } = new IotRehearsal(service, journal, { stackId, now: () => Date.now() });
  const before = await told(readAll, service);
  const rehearsed = await told(script, rehearsing(new IoTClient(), answer));
  expect(await told(readAll, service)).toEqual(before);
  return { rehearsed, journal, served: await told(script, service) };
}

test.each(Object.keys(WRITES))('a rehearsal answers as the service does then: %s', async name => {
  const { rehearsed, served } = await inTurn(async send => {
    for (const write of WRITES[name]) {
      await send(write);
      await readAll(send);
    }
  });
  expect(rehearsed).toEqual(served);
});

test('of a listing that has pages, the last one has what was made', async () => {
  const client = rehearsing(
    new IoTClient(),
    new IotRehearsal(new IoTClient(), new Journal(), { stackId, now: () => 0 }).answer,
  );
  await client.send(new CreatePackageVersionCommand(of('3.0.0')));
  await client.send(new DeletePackageVersionCommand(of('1.0.0')));
  const pages: string[][] = [];
  for await (const page of paginateListPackageVersions({ client, pageSize: 1 }, { packageName })) {
    pages.push((page.packageVersionSummaries ?? []).map(({ versionName = '' }) => versionName));
  }
  expect(pages).toEqual([[], ['2.0.0', '3.0.0']]);
});

test('a software bill of materials is attached and taken off', async () => {
  const client = rehearsing(
    new IoTClient(),
    new IotRehearsal(new IoTClient(), new Journal(), { stackId, now: () => 0 }).answer,
  );
  const held = async () => (await client.send(new GetPackageVersionCommand(of('1.0.0')))).sbom;
  await client.send(new AssociateSbomWithPackageVersionCommand({ ...of('1.0.0'), sbom }));
  expect(await held()).toEqual(sbom);
  await client.send(new DisassociateSbomFromPackageVersionCommand(of('1.0.0')));
  expect(await held()).toBeUndefined();
});

test('the service lists what it has, and is not asked about what only the plan has', async () => {
  const { answer } = new IotRehearsal(new IoTClient(), new Journal(), { stackId, now: () => 0 });
  const asked: string[] = [];
  const list = (name: string) =>
    answer('ListPackageVersions', { packageName: name } as never, async () => {
      asked.push(name);
      return { packageVersionSummaries: [{ packageName: name, versionName: '9.0.0' }] };
    });
  await answer('CreatePackage', { packageName: 'new' } as never, async () => ({}));
  await answer('UpdatePackage', { packageName, description: 'one' } as never, async () => ({}));
  expect(await list('new')).toEqual({ packageVersionSummaries: [] });
  for (const name of ['missing', packageName]) {
    expect(await list(name)).toMatchObject({ packageVersionSummaries: [{ versionName: '9.0.0' }] });
  }
  expect(asked).toEqual(['missing', packageName]);
});

test('what is read of other things is asked, and what cannot be read is no proof that it is gone', async () => {
  const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  const service = { send: () => Promise.reject(denied) } as unknown as IoTClient;
  const { answer } = new IotRehearsal(service, new Journal(), { stackId, now: () => 0 });
  expect(await answer('ListJobs', {} as never, async () => ({ jobs: ['ota'] }))).toEqual({ jobs: ['ota'] });
  const create = answer('CreatePackage', { packageName: 'new' } as never, async () => ({}));
  await expect(create).rejects.toThrow(denied);
});

test('only what was taken is in the journal', async () => {
  const { journal } = await inTurn(async send => {
    await readAll(send);
    await send(new CreatePackageCommand({ packageName }));
    await send(new CreatePackageCommand({ packageName: 'new' }));
    await send(new DeletePackageCommand({ packageName: 'empty' }));
  });
  expect(journal.since(0)).toEqual([
    { operation: 'CreatePackage', input: { packageName: 'new' } },
    { operation: 'DeletePackage', input: { packageName: 'empty' } },
  ]);
  expect(journal.since(1)).toHaveLength(1);
});

test('what a rehearsal does not know, it refuses', async () => {
  const { answer } = new IotRehearsal(new IoTClient(), new Journal(), { stackId, now: () => 0 });
  const send = rehearsing(new IoTClient(), answer).send(new DeleteThingCommand({ thingName: 'car-1' }));
  await expect(send).rejects.toThrow(/a plan writes nothing, and does not know what DeleteThing would do/);
});
