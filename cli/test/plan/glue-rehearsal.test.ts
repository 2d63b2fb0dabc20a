import {
  CreateRegistryCommand,
  CreateSchemaCommand,
  DeleteSchemaVersionsCommand,
  GetSchemaByDefinitionCommand,
  GetSchemaCommand,
  GetSchemaVersionCommand,
  GlueClient,
  ListSchemaVersionsCommand,
  PutSchemaVersionMetadataCommand,
  QuerySchemaVersionMetadataCommand,
  RegisterSchemaVersionCommand,
  RemoveSchemaVersionMetadataCommand,
  UpdateSchemaCommand,
} from '@aws-sdk/client-glue';
import { GlueRehearsal } from '../../src/plan/glue-rehearsal';
import { Journal, rehearsing } from '../../src/plan/journal';
import { LocalAccount } from '../account';
import { type Script, type Send, told } from './told';

const DEFINITIONS = [1, 2, 3, 4, 5].map(count =>
  JSON.stringify({
    type: 'record',
    name: 'Order',
    fields: Array.from({ length: count }, (_, index) => ({
      name: `f${index}`,
      type: ['null', 'string'],
      default: null,
    })),
  }),
);

const SCHEMA = { RegistryName: 'vehicles', SchemaName: 'orders' };
const ELSEWHERE = { RegistryName: 'vehicles', SchemaName: 'invoices' };

let world: LocalAccount;
beforeEach(async () => {
  world = await LocalAccount.start();
  // a rehearsal has what is deleted gone at once, and what is registered there.
  Object.assign(world.aws.glue.behavior, { deletionTime: 0, checkTime: () => 0 });
  const glue = new GlueClient();
  await glue.send(new CreateRegistryCommand({ RegistryName: 'vehicles' }));
  for (const { SchemaName } of [SCHEMA, ELSEWHERE]) {
    await glue.send(
      new CreateSchemaCommand({
        RegistryId: { RegistryName: 'vehicles' },
        SchemaName,
        DataFormat: 'AVRO',
        Compatibility: 'BACKWARD',
        SchemaDefinition: DEFINITIONS[0],
      }),
    );
  }
  for (const SchemaDefinition of DEFINITIONS.slice(1, 3)) {
    await glue.send(new RegisterSchemaVersionCommand({ SchemaId: SCHEMA, SchemaDefinition }));
  }
});
afterEach(() => world.stop());

const numbered = (VersionNumber: number) =>
  new GetSchemaVersionCommand({ SchemaId: SCHEMA, SchemaVersionNumber: { VersionNumber } });

async function readAll(send: Send): Promise<void> {
  await send(new GetSchemaCommand({ SchemaId: SCHEMA }));
  await send(new ListSchemaVersionsCommand({ SchemaId: SCHEMA }));
  await send(new ListSchemaVersionsCommand({ SchemaId: ELSEWHERE }));
  for (const SchemaDefinition of DEFINITIONS) {
    await send(new GetSchemaByDefinitionCommand({ SchemaId: SCHEMA, SchemaDefinition }));
    await send(new GetSchemaByDefinitionCommand({ SchemaId: ELSEWHERE, SchemaDefinition }));
  }
  for (const number of [1, 2, 3, 4, 5]) {
    const { SchemaVersionId } = (await send(numbered(number))) as { SchemaVersionId?: string };
    if (SchemaVersionId === undefined) continue;
    await send(new GetSchemaVersionCommand({ SchemaVersionId }));
    await send(new QuerySchemaVersionMetadataCommand({ SchemaVersionId }));
  }
}

const register =
  (index: number, SchemaId = SCHEMA) =>
  async (send: Send) =>
    void (await send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition: DEFINITIONS[index] })));

const remove = (Versions: string) => async (send: Send) =>
  void (await send(new DeleteSchemaVersionsCommand({ SchemaId: SCHEMA, Versions })));

const pair =
  (Command: typeof PutSchemaVersionMetadataCommand | typeof RemoveSchemaVersionMetadataCommand) =>
  (number: number, MetadataKey: string, MetadataValue: string) =>
  async (send: Send) => {
    const { SchemaVersionId } = (await send(numbered(number))) as { SchemaVersionId?: string };
    await send(new Command({ SchemaVersionId, MetadataKeyValue: { MetadataKey, MetadataValue } }));
  };
const put = pair(PutSchemaVersionMetadataCommand);
const take = pair(RemoveSchemaVersionMetadataCommand);

const WRITES: Readonly<Record<string, readonly Script[]>> = {
  'versions are registered': [register(3), register(4), register(1, ELSEWHERE)],
  'the last version is deleted': [remove('3')],
  'versions are deleted together': [register(3), remove('2-4'), register(4)],
  'the first version, which is the checkpoint, stays': [remove('1'), remove('1-2'), remove('2')],
  'a version that was registered is deleted': [register(3), remove('4'), register(4)],
  'pairs are put': [
    put(2, 'team', 'brakes'),
    put(2, 'team', 'brakes'),
    put(2, 'team', 'engines'),
    put(2, 'stage', 'beta'),
    take(2, 'team', 'brakes'),
    take(2, 'team', 'brakes'),
    take(2, 'stage', 'beta'),
  ],
  'a pair is one of its key and its value': [
    put(2, 'team', 'brakes'),
    put(2, 'former', 'brakes'),
    take(2, 'team', 'brakes'),
    take(2, 'former', 'engines'),
  ],
  'pairs are put to a version that was registered': [register(3), put(4, 'team', 'brakes'), take(4, 'team', 'brakes')],
  'a version has at most ten pairs': [
    async send => {
      for (let count = 0; count <= 10; count++) await put(2, `key-${count}`, 'any')(send);
    },
  ],
  'pairs of a version that is gone': [
    async send => {
      const { SchemaVersionId } = (await send(numbered(3))) as { SchemaVersionId?: string };
      await remove('3')(send);
      const MetadataKeyValue = { MetadataKey: 'team', MetadataValue: 'brakes' };
      await send(new GetSchemaVersionCommand({ SchemaVersionId }));
      await send(new QuerySchemaVersionMetadataCommand({ SchemaVersionId }));
      await send(new PutSchemaVersionMetadataCommand({ SchemaVersionId, MetadataKeyValue }));
    },
  ],
};

/** What a function reads: a rehearsal tells no more of what it has made up. The service lists the newest first. */
function view({ Schemas, ...output }: Output): object {
  if (Schemas) return { Schemas: Schemas.map(listed).sort((a, b) => a.VersionNumber - b.VersionNumber) };
  const { SchemaCheckpoint, SchemaVersionId, VersionNumber, Status, SchemaDefinition, MetadataInfoMap } = output;
  // of metadata the service repeats the id.
  return MetadataInfoMap
    ? { MetadataInfoMap }
    : { SchemaCheckpoint, SchemaVersionId, VersionNumber, Status, SchemaDefinition };
}

type Output = Readonly<Record<string, unknown>> & { readonly Schemas?: readonly Output[] };

const listed = ({ SchemaVersionId, VersionNumber, Status }: Output) => ({
  SchemaVersionId,
  VersionNumber: Number(VersionNumber),
  Status,
});

/** The same on a rehearsal, which must leave the registry as it is, and then on the registry. */
async function compare(writes: readonly Script[]): Promise<void> {
  const service = new GlueClient();
  const { answer } = new GlueRehearsal(service, new Journal(), () => Date.now());
  const script: Script = async send => {
    for (const write of writes) {
      await write(send);
      await readAll(send);
    }
  };
  const before = await told(readAll, service, view);
  const rehearsed = await told(script, rehearsing(new GlueClient(), answer), view);
  expect(await told(readAll, service, view)).toEqual(before);
  expect(rehearsed).toEqual(await told(script, service, view));
}

test.each(Object.keys(WRITES))('a rehearsal answers as the registry does then: %s', name => compare(WRITES[name]));

const checkpointAt = (VersionNumber: number) =>
  new UpdateSchemaCommand({ SchemaId: SCHEMA, SchemaVersionNumber: { VersionNumber } });

test('a rehearsal answers as the registry does then: the checkpoint and the first version stay', async () => {
  await new GlueClient().send(checkpointAt(3));
  await compare([remove('3'), remove('2-3'), remove('1'), remove('1-2'), remove('2')]);
});

const rehearsed = (journal = new Journal()) =>
  rehearsing(new GlueClient(), new GlueRehearsal(new GlueClient(), journal, () => Date.now()).answer);

test('a rehearsal answers as the registry does then: pairs that are there', async () => {
  const glue = new GlueClient();
  const send: Send = async command => ({ ...(await (glue as unknown as { send: Send }).send(command)) });
  for (const value of ['one', 'two', 'three']) await put(2, 'team', value)(send);
  await compare([put(2, 'team', 'two'), take(2, 'team', 'three'), put(2, 'team', 'four'), take(2, 'team', 'five')]);
});

test('what is deleted is named in a refusal, and an end has no errors', async () => {
  await new GlueClient().send(checkpointAt(2));
  const client = rehearsed();
  const deletion = (Versions: string) => client.send(new DeleteSchemaVersionsCommand({ SchemaId: SCHEMA, Versions }));
  await expect(deletion('2-3')).rejects.toThrow('version 2 is the checkpoint');
  await expect(deletion('1')).rejects.toThrow('version 1 is the first one');
  expect(await deletion('3-9')).toMatchObject({ SchemaVersionErrors: [] });
});

test('a registration is answered by its number, and leaves open what the registry decides', async () => {
  const journal = new Journal();
  const answer = await rehearsed(journal).send(
    new RegisterSchemaVersionCommand({ SchemaId: SCHEMA, SchemaDefinition: DEFINITIONS[3] }),
  );
  const SchemaVersionId = expect.stringMatching(/^0{8}-0000-4000-8000-0{11}1$/);
  expect(answer).toMatchObject({ SchemaVersionId, VersionNumber: 4, Status: 'AVAILABLE' });
  const open = 'the registry decides on deployment whether it is compatible (BACKWARD)';
  expect(journal.since(0)).toMatchObject([{ operation: 'RegisterSchemaVersion', open }]);
});

test.each<[string, string, string | undefined]>([
  ['NONE', '{"type":"string"}', undefined],
  ['DISABLED', '{"type":"string"}', 'the compatibility mode DISABLED allows no further version'],
  ['NONE', '{"type":"recor"}', expect.stringMatching(/./)],
])('a schema of mode %s takes a definition or refuses it: %s', async (Compatibility, SchemaDefinition, refusal) => {
  const SchemaId = { RegistryName: 'vehicles', SchemaName: 'other' };
  await new GlueClient().send(
    new CreateSchemaCommand({
      RegistryId: { RegistryName: 'vehicles' },
      SchemaName: 'other',
      DataFormat: 'AVRO',
      Compatibility: Compatibility as 'NONE',
      SchemaDefinition: DEFINITIONS[0],
    }),
  );
  const journal = new Journal();
  const registered = rehearsed(journal).send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition }));
  const message = await registered.then(
    () => undefined,
    (error: Error) => error.message,
  );
  expect(message).toEqual(refusal);
  const writes = refusal === undefined ? [{ operation: 'RegisterSchemaVersion', input: expect.anything() }] : [];
  expect(journal.since(0)).toEqual(writes);
});

test('what was made is listed once, on the last page', async () => {
  const client = rehearsed();
  await client.send(new RegisterSchemaVersionCommand({ SchemaId: SCHEMA, SchemaDefinition: DEFINITIONS[3] }));
  const pages: unknown[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListSchemaVersionsCommand({ SchemaId: SCHEMA, MaxResults: 2, NextToken }));
    pages.push((page.Schemas ?? []).map(({ VersionNumber }) => VersionNumber).sort());
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  expect(pages).toEqual([
    [2, 3],
    [1, 4],
  ]);
});

test('a version that the registry does not have takes no pair', async () => {
  const client = rehearsed();
  const SchemaVersionId = '11111111-2222-3333-4444-555555555555';
  const MetadataKeyValue = { MetadataKey: 'team', MetadataValue: 'brakes' };
  const put = client.send(new PutSchemaVersionMetadataCommand({ SchemaVersionId, MetadataKeyValue }));
  await expect(put).rejects.toMatchObject({ name: 'EntityNotFoundException', message: 'it does not exist' });
});

test('the checkpoint, which never moves back, is none of what a plan moves', async () => {
  await expect(rehearsed().send(checkpointAt(3))).rejects.toThrow(/does not know what UpdateSchema would do/);
});
