import {
  PutSchemaVersionMetadataCommand,
  QuerySchemaVersionMetadataCommand,
  RemoveSchemaVersionMetadataCommand,
} from '@aws-sdk/client-glue';
import { COMPATIBLE, SCHEMA, SCHEMA_ARN, refused, startGlue } from './harness';

const pair = (MetadataKey: string, MetadataValue: string) => ({ MetadataKeyValue: { MetadataKey, MetadataValue } });

async function startWithVersion() {
  const started = await startGlue();
  const { SchemaVersionId } = await started.create();
  return {
    ...started,
    SchemaVersionId,
    put: (key: string, value: string) =>
      started.send(new PutSchemaVersionMetadataCommand({ SchemaVersionId, ...pair(key, value) })),
    remove: (key: string, value: string) =>
      started.send(new RemoveSchemaVersionMetadataCommand({ SchemaVersionId, ...pair(key, value) })),
    query: (more: object = {}) => started.send(new QuerySchemaVersionMetadataCommand({ SchemaVersionId, ...more })),
  };
}

test('a pair put by id is answered without the names, and with 0 for the number', async () => {
  const { put, SchemaVersionId } = await startWithVersion();
  expect(await put('owner', 'one')).toEqual({
    $metadata: expect.anything(),
    LatestVersion: false,
    VersionNumber: 0,
    SchemaVersionId,
    MetadataKey: 'owner',
    MetadataValue: 'one',
  });
});

test('a pair put by number is answered with the names', async () => {
  const { send, SchemaVersionId, register } = await startWithVersion();
  await register(COMPATIBLE);
  const put = (SchemaVersionNumber: object) =>
    send(new PutSchemaVersionMetadataCommand({ SchemaId: SCHEMA, SchemaVersionNumber, ...pair('owner', 'one') }));
  expect(await put({ VersionNumber: 1 })).toMatchObject({
    SchemaArn: SCHEMA_ARN,
    SchemaName: 'orders',
    RegistryName: 'default-registry',
    LatestVersion: false,
    VersionNumber: 1,
    SchemaVersionId,
  });
  expect(await put({ LatestVersion: true })).toMatchObject({ LatestVersion: true, VersionNumber: 2 });
});

test('a key has several values: the newest, and the others', async () => {
  const { put, query, clock, SchemaVersionId } = await startWithVersion();
  const times: string[] = [];
  for (const value of ['one', 'two', 'three']) {
    times.push(new Date(clock.now()).toISOString());
    await put('owner', value);
    await clock.sleep(1000);
  }
  await put('team', 'ecu');
  const { MetadataInfoMap, ...rest } = await query();
  expect(rest).toEqual({ $metadata: expect.anything(), SchemaVersionId });
  expect(MetadataInfoMap).toEqual({
    owner: {
      MetadataValue: 'three',
      CreatedTime: times[2],
      OtherMetadataValueList: [
        { MetadataValue: 'two', CreatedTime: times[1] },
        { MetadataValue: 'one', CreatedTime: times[0] },
      ],
    },
    team: { MetadataValue: 'ecu', CreatedTime: expect.any(String), OtherMetadataValueList: [] },
  });
});

test('a pair that is there cannot be put again', async () => {
  const { put, SchemaVersionId } = await startWithVersion();
  await put('owner', 'one');
  await expect(put('owner', 'one')).rejects.toEqual(
    refused(
      'AlreadyExistsException',
      `Resource already exist for schema version id: ${SchemaVersionId}, metadata key: owner, metadata value: one`,
    ),
  );
});

test('a pair is removed by key and value', async () => {
  const { put, remove, query, SchemaVersionId } = await startWithVersion();
  await put('owner', 'one');
  await put('owner', 'two');
  expect(await remove('owner', 'one')).toMatchObject({
    LatestVersion: false,
    VersionNumber: 0,
    SchemaVersionId,
    MetadataKey: 'owner',
    MetadataValue: 'one',
  });
  expect((await query()).MetadataInfoMap).toMatchObject({
    owner: { MetadataValue: 'two', OtherMetadataValueList: [] },
  });
  await remove('owner', 'two');
  expect((await query()).MetadataInfoMap).toEqual({});
});

test('a pair that is missing cannot be removed', async () => {
  const { put, remove, SchemaVersionId } = await startWithVersion();
  await put('owner', 'one');
  await expect(remove('owner', 'missing')).rejects.toEqual(
    refused(
      'EntityNotFoundException',
      `Metadata is not found for the schema version. SchemaVersionId: ${SchemaVersionId} `,
    ),
  );
});

test('a version has at most 10 pairs, values of one key among them', async () => {
  const { put } = await startWithVersion();
  for (let i = 0; i < 9; i++) await put('owner', `${i}`);
  await put('team', 'ecu');
  await expect(put('one', 'more')).rejects.toEqual(refused('ResourceNumberLimitExceededException'));
});

test('a query finds the pairs that it asks for', async () => {
  const { put, query } = await startWithVersion();
  await put('owner', 'one');
  await put('owner', 'two');
  await put('team', 'ecu');
  const found = async (...MetadataList: object[]) => (await query({ MetadataList })).MetadataInfoMap;
  expect(await found({ MetadataKey: 'owner', MetadataValue: 'one' })).toEqual({
    owner: expect.objectContaining({ MetadataValue: 'one', OtherMetadataValueList: [] }),
  });
  expect(Object.keys((await found({ MetadataKey: 'team' }))!)).toEqual(['team']);
  expect(await found({ MetadataKey: 'team', MetadataValue: 'one' })).toEqual({});
});

test('a query comes in pages of keys', async () => {
  const { put, query } = await startWithVersion();
  for (const key of ['a', 'b', 'c']) await put(key, '1');
  const first = await query({ MaxResults: 2 });
  const second = await query({ MaxResults: 2, NextToken: first.NextToken });
  expect([first, second].map(({ MetadataInfoMap }) => Object.keys(MetadataInfoMap!))).toEqual([['a', 'b'], ['c']]);
  expect(second.NextToken).toBeUndefined();
});

test.each([{ MetadataKey: 'owner' }, { MetadataValue: 'one' }])(
  'half a pair is refused: %j',
  async MetadataKeyValue => {
    const { send, SchemaVersionId } = await startWithVersion();
    await expect(send(new PutSchemaVersionMetadataCommand({ SchemaVersionId, MetadataKeyValue }))).rejects.toEqual(
      refused('InvalidInputException'),
    );
  },
);
