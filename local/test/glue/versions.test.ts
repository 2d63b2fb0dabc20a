import {
  CheckSchemaVersionValidityCommand,
  GetSchemaByDefinitionCommand,
  GetSchemaVersionCommand,
  GetSchemaVersionsDiffCommand,
  ListSchemaVersionsCommand,
  RegisterSchemaVersionCommand,
} from '@aws-sdk/client-glue';
import {
  COMPATIBLE,
  FIRST,
  INCOMPATIBLE,
  SCHEMA,
  SCHEMA_ARN,
  note,
  record,
  refused,
  startGlue,
  value,
} from './harness';

const latest = { SchemaId: SCHEMA, SchemaVersionNumber: { LatestVersion: true } };
const numbered = (VersionNumber: number) => ({ SchemaId: SCHEMA, SchemaVersionNumber: { VersionNumber } });

describe('a compatible definition', () => {
  test('becomes the next version, available at once', async () => {
    const { create, register, schema } = await startGlue();
    await create();
    expect(await register(COMPATIBLE)).toMatchObject({
      SchemaVersionId: expect.stringMatching(/^[a-f0-9-]{36}$/),
      VersionNumber: 2,
      Status: 'AVAILABLE',
    });
    expect(await schema()).toMatchObject({ LatestSchemaVersion: 2, NextSchemaVersion: 3, SchemaCheckpoint: 1 });
  });

  test.each(['BACKWARD_ALL', 'FORWARD_ALL', 'FULL_ALL'] as const)(
    'is PENDING for a while under %s',
    async Compatibility => {
      const { create, register, list, clock, send } = await startGlue();
      await create({ Compatibility });
      expect(await register(COMPATIBLE)).toMatchObject({ VersionNumber: 2, Status: 'PENDING' });
      expect(await list()).toEqual(['1 AVAILABLE', '2 PENDING']);
      expect(await send(new GetSchemaVersionCommand(latest))).toMatchObject({ VersionNumber: 1 });
      await clock.sleep(999);
      expect(await list()).toEqual(['1 AVAILABLE', '2 PENDING']);
      await clock.sleep(1);
      expect(await list()).toEqual(['2 AVAILABLE', '1 AVAILABLE']);
    },
  );

  test('is PENDING as long as a test says', async () => {
    const { create, register, list, clock } = await startGlue({ checkTime: () => 60_000 });
    await create();
    await register(COMPATIBLE);
    await clock.sleep(59_999);
    expect(await list()).toEqual(['1 AVAILABLE', '2 PENDING']);
    await clock.sleep(1);
    expect(await list()).toEqual(['2 AVAILABLE', '1 AVAILABLE']);
  });
});

describe('an incompatible definition', () => {
  test('is no error: it becomes a version in FAILURE that takes a number', async () => {
    const { create, register, schema, send } = await startGlue();
    await create();
    await register(COMPATIBLE);
    expect(await register(INCOMPATIBLE)).toMatchObject({ VersionNumber: 3, Status: 'FAILURE' });
    expect(await schema()).toMatchObject({ LatestSchemaVersion: 3, NextSchemaVersion: 4 });
    expect(await send(new GetSchemaVersionCommand(numbered(3)))).toMatchObject({
      SchemaDefinition: INCOMPATIBLE,
      Status: 'FAILURE',
    });
    expect(await register(record(value, note, { name: 'more', type: 'int', default: 0 }))).toMatchObject({
      VersionNumber: 4,
      Status: 'AVAILABLE',
    });
  });

  test('is PENDING before it fails in the modes that check all versions', async () => {
    const { create, register, clock, list } = await startGlue();
    await create({ Compatibility: 'FULL_ALL' });
    expect(await register(COMPATIBLE)).toMatchObject({ VersionNumber: 2, Status: 'PENDING' });
    expect(await register(INCOMPATIBLE)).toMatchObject({ VersionNumber: 3, Status: 'PENDING' });
    await clock.sleep(1000);
    expect(await list()).toEqual(['2 AVAILABLE', '1 AVAILABLE', '3 FAILURE']);
  });

  test('registered again is the same version in FAILURE', async () => {
    const { create, register, schema } = await startGlue();
    await create();
    const { SchemaVersionId } = await register(INCOMPATIBLE);
    expect(await register(INCOMPATIBLE)).toMatchObject({ SchemaVersionId, VersionNumber: 2, Status: 'FAILURE' });
    expect(await schema()).toMatchObject({ NextSchemaVersion: 3 });
  });

  test('leaves the latest version the newest available one', async () => {
    const { create, register, send } = await startGlue();
    await create();
    const { SchemaVersionId } = await register(COMPATIBLE);
    await register(INCOMPATIBLE);
    expect(await send(new GetSchemaVersionCommand(latest))).toMatchObject({
      SchemaVersionId,
      VersionNumber: 2,
      Status: 'AVAILABLE',
    });
  });
});

test('under DISABLED a further version is refused, or fails', async () => {
  const { create, register, aws } = await startGlue();
  await create({ Compatibility: 'DISABLED' });
  await expect(register(COMPATIBLE)).rejects.toEqual(refused('InvalidInputException'));
  expect(await register(FIRST)).toMatchObject({ VersionNumber: 1, Status: 'AVAILABLE' });
  aws.glue.behavior.disabledRegistration = 'failure';
  expect(await register(COMPATIBLE)).toMatchObject({ VersionNumber: 2, Status: 'FAILURE' });
});

test('a definition with errors is refused, and takes no number', async () => {
  const { create, register, schema } = await startGlue();
  await create();
  await expect(register('{"type":"record"}')).rejects.toEqual(
    refused('InvalidInputException', /^Schema definition of AVRO data format is invalid: /),
  );
  expect(await schema()).toMatchObject({ NextSchemaVersion: 2 });
});

test('a definition has line breaks and up to 170,000 characters', async () => {
  const { create, register } = await startGlue();
  await create();
  const padded = (length: number) => COMPATIBLE.padEnd(length - 1) + '\n';
  expect(await register(padded(170_000))).toMatchObject({ VersionNumber: 2 });
  await expect(register(padded(170_001))).rejects.toEqual(
    refused('InvalidInputException', /Member must have length less than or equal to 170000/),
  );
});

test('a version of a schema that is missing is an EntityNotFound', async () => {
  const { aws, register } = await startGlue();
  await aws.glue.createSchema('others');
  await expect(register(FIRST)).rejects.toEqual(
    refused(
      'EntityNotFoundException',
      'Schema is not found. RegistryName: default-registry, SchemaName: orders, SchemaArn: null',
    ),
  );
});

describe('duplicates', () => {
  const JSON_SCHEMA = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { value: { type: 'integer' } },
    additionalProperties: false,
  };

  const reversed = (definition: object): string => {
    const sort = (_: string, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).reverse())
        : member;
    return JSON.stringify(definition, sort, 2);
  };

  test.each([
    ['AVRO', JSON.parse(FIRST)],
    ['JSON', JSON_SCHEMA],
  ] as const)('of %s differ in whitespace and the order of keys', async (DataFormat, definition) => {
    const { create, register, schema } = await startGlue();
    const { SchemaVersionId } = await create({ DataFormat, SchemaDefinition: JSON.stringify(definition) });
    const other = reversed(definition);
    expect(other).not.toBe(JSON.stringify(definition));
    for (const duplicate of [JSON.stringify(definition), other]) {
      expect(await register(duplicate)).toMatchObject({ SchemaVersionId, VersionNumber: 1, Status: 'AVAILABLE' });
    }
    expect(await schema()).toMatchObject({ NextSchemaVersion: 2 });
  });

  test('are found by definition', async () => {
    const { create, send, register } = await startGlue();
    const { SchemaVersionId } = await create();
    const find = (SchemaDefinition: string) =>
      send(new GetSchemaByDefinitionCommand({ SchemaId: SCHEMA, SchemaDefinition }));
    expect(await find(reversed(JSON.parse(FIRST)))).toEqual({
      $metadata: expect.anything(),
      SchemaVersionId,
      SchemaArn: SCHEMA_ARN,
      DataFormat: 'AVRO',
      Status: 'AVAILABLE',
      CreatedTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    await register(INCOMPATIBLE);
    expect(await find(INCOMPATIBLE)).toMatchObject({ Status: 'FAILURE' });
    await expect(find(COMPATIBLE)).rejects.toEqual(
      refused('EntityNotFoundException', /^Schema version is not found\./),
    );
  });

  test('are of one schema: another has versions of its own', async () => {
    const { create, send } = await startGlue();
    const { SchemaVersionId } = await create();
    await create({ SchemaName: 'others', SchemaDefinition: COMPATIBLE });
    const SchemaId = { SchemaName: 'others' };
    const other = await send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition: FIRST }));
    expect(other).toMatchObject({ VersionNumber: 2 });
    expect(other.SchemaVersionId).not.toBe(SchemaVersionId);
  });
});

describe('a version', () => {
  test('is read by its id, and by its number', async () => {
    const { create, send, clock } = await startGlue();
    const { SchemaVersionId } = await create();
    const expected = {
      SchemaVersionId,
      SchemaDefinition: FIRST,
      DataFormat: 'AVRO',
      SchemaArn: SCHEMA_ARN,
      VersionNumber: 1,
      Status: 'AVAILABLE',
      CreatedTime: new Date(clock.now()).toISOString(),
    };
    expect(await send(new GetSchemaVersionCommand({ SchemaVersionId }))).toMatchObject(expected);
    expect(await send(new GetSchemaVersionCommand(numbered(1)))).toMatchObject(expected);
  });

  test.each([{ SchemaVersionId: '01234567-89ab-cdef-0123-456789abcdef' }, numbered(9)])(
    'that is missing is an EntityNotFound: %j',
    async input => {
      const { create, send } = await startGlue();
      await create();
      await expect(send(new GetSchemaVersionCommand(input))).rejects.toEqual(
        refused('EntityNotFoundException', /^Schema version is not found\./),
      );
    },
  );

  test.each([{}, { SchemaId: SCHEMA }, { SchemaId: SCHEMA, SchemaVersionNumber: {} }])(
    'that is not named is refused: %j',
    async input => {
      const { create, send } = await startGlue();
      await create();
      await expect(send(new GetSchemaVersionCommand(input))).rejects.toEqual(refused('InvalidInputException'));
    },
  );
});

describe('the list of versions', () => {
  test('has the available ones first, not the numbers in order', async () => {
    const { create, register, list, send } = await startGlue();
    await create();
    await register(INCOMPATIBLE);
    await register(COMPATIBLE);
    expect(await list()).toEqual(['3 AVAILABLE', '1 AVAILABLE', '2 FAILURE']);
    const { Schemas } = await send(new ListSchemaVersionsCommand({ SchemaId: SCHEMA }));
    expect(Schemas?.[0]).toEqual({
      SchemaArn: SCHEMA_ARN,
      SchemaVersionId: expect.any(String),
      VersionNumber: 3,
      Status: 'AVAILABLE',
      CreatedTime: expect.stringMatching(/Z$/),
    });
  });

  test('has any other order where a test says so', async () => {
    const { create, aws, list } = await startGlue({ versionOrder: 'by-id' });
    await create();
    aws.glue.addVersions('orders', Array(20).fill({}));
    const ids = Object.entries(aws.glue.describe('orders')!.versions).map(([number, { versionId }]) => ({
      number,
      versionId,
    }));
    ids.sort((a, b) => (a.versionId < b.versionId ? -1 : 1));
    expect(await list()).toEqual(ids.map(({ number }) => `${number} AVAILABLE`));
  });

  test('comes in pages of 25, or fewer, and holds what stays, whatever goes in between', async () => {
    const { create, aws, send, clock } = await startGlue();
    await create();
    aws.glue.addVersions('orders', Array(59).fill({}));
    const first = await send(new ListSchemaVersionsCommand({ SchemaId: SCHEMA }));
    expect(first.Schemas?.map(({ VersionNumber }) => VersionNumber)).toEqual(
      Array.from({ length: 25 }, (_, i) => 60 - i),
    );
    await aws.glue.byHand('DeleteSchemaVersions', { SchemaId: SCHEMA, Versions: '35-37' });
    await clock.sleep(500);
    const next = { SchemaId: SCHEMA, NextToken: first.NextToken, MaxResults: 100 };
    const second = await send(new ListSchemaVersionsCommand(next));
    expect(second.Schemas?.map(({ VersionNumber }) => VersionNumber)).toEqual(
      Array.from({ length: 34 }, (_, i) => 34 - i),
    );
    expect(second.NextToken).toBeUndefined();
  });
});

describe('the difference of two versions', () => {
  const difference = (first: number, second: number) =>
    new GetSchemaVersionsDiffCommand({
      SchemaId: SCHEMA,
      FirstSchemaVersionNumber: { VersionNumber: first },
      SecondSchemaVersionNumber: { VersionNumber: second },
      SchemaDiffType: 'SYNTAX_DIFF',
    });

  test('is a JSON Patch', async () => {
    const { create, register, send } = await startGlue();
    await create();
    await register(COMPATIBLE);
    const { Diff } = await send(difference(1, 2));
    expect(Diff).toBe(
      '[{"op":"add","path":"/fields/1","value":{"name":"note","type":["null","string"],"default":null}}]',
    );
  });

  test('can be had of a version in FAILURE', async () => {
    const { create, register, send } = await startGlue();
    await create();
    await register(INCOMPATIBLE);
    const { Diff } = await send(difference(1, 2));
    expect(JSON.parse(Diff!)).toEqual([{ op: 'replace', path: '/fields/0/type', value: 'string' }]);
  });

  test('replaces a definition that is nothing but a name', async () => {
    const { create, register, send } = await startGlue();
    await create({ SchemaDefinition: '"string"', Compatibility: 'NONE' });
    await register('"int"');
    expect(JSON.parse((await send(difference(1, 2))).Diff!)).toEqual([{ op: 'replace', path: '', value: 'int' }]);
  });

  test('is the whole text where definitions are no JSON', async () => {
    const { create, register, send } = await startGlue();
    const second = 'syntax = "proto3"; message Item { int32 value = 1; }';
    await create({ DataFormat: 'PROTOBUF', SchemaDefinition: 'syntax = "proto3"; message Item {}' });
    await register(second);
    expect(JSON.parse((await send(difference(1, 2))).Diff!)).toEqual([{ op: 'replace', path: '', value: second }]);
    expect((await send(difference(2, 2))).Diff).toBe('[]');
  });

  test('needs both versions', async () => {
    const { create, send } = await startGlue();
    await create();
    await expect(send(difference(1, 2))).rejects.toEqual(
      refused('EntityNotFoundException', /^Schema version is not found\./),
    );
  });
});

describe('the check of a definition', () => {
  const draft = (version: string, schema: object) =>
    JSON.stringify({ $schema: `http://json-schema.org/draft-${version}/schema#`, ...schema });

  test.each([
    ['AVRO', FIRST],
    ['AVRO', '"string"'],
    ['JSON', '{"type":"object"}'],
    ['JSON', 'true'],
    ['JSON', draft('04', { type: 'number', maximum: 9, exclusiveMaximum: true })],
    ['JSON', draft('06', { type: 'number', exclusiveMaximum: 9 })],
    ['JSON', draft('07', { if: { type: 'object' }, then: { required: ['a'] } })],
    ['PROTOBUF', 'syntax = "proto3"; message Item { string value = 1; }'],
    ['PROTOBUF', 'syntax = "proto2"; message Item { required string value = 1; }'],
  ] as const)('finds %s %s valid', async (DataFormat, SchemaDefinition) => {
    const { send } = await startGlue();
    const answer = await send(new CheckSchemaVersionValidityCommand({ DataFormat, SchemaDefinition }));
    expect(answer).toEqual({ $metadata: expect.anything(), Valid: true });
  });

  test.each([
    ['AVRO', 'not a schema'],
    ['AVRO', '{"type":"record","name":"Item"}'],
    ['AVRO', '{"type":"record","name":"a-b","fields":[]}'],
    ['AVRO', '"unheard-of"'],
    ['AVRO', '{"type":"record","name":"A","fields":[{"name":"a","type":"int","default":"x"}]}'],
    ['JSON', 'not a schema'],
    ['JSON', '{"type":"unheard-of"}'],
    ['JSON', '3'],
    ['JSON', draft('04', { type: 'number', exclusiveMaximum: 9 })],
    ['JSON', draft('07', { type: 'number', exclusiveMaximum: true })],
    ['PROTOBUF', 'not a schema'],
    ['PROTOBUF', 'syntax = "proto3";'],
    ['PROTOBUF', 'syntax = "proto3"; message Item { string a = 1; string b = 1; }'],
  ] as const)('finds %s %s invalid, and says why', async (DataFormat, SchemaDefinition) => {
    const { send } = await startGlue();
    const answer = await send(new CheckSchemaVersionValidityCommand({ DataFormat, SchemaDefinition }));
    expect(answer).toEqual({ $metadata: expect.anything(), Valid: false, Error: expect.stringMatching(/./) });
  });

  test('says at most 5,000 characters', async () => {
    const { send } = await startGlue();
    const SchemaDefinition = JSON.stringify('x'.repeat(6000));
    const { Error } = await send(new CheckSchemaVersionValidityCommand({ DataFormat: 'AVRO', SchemaDefinition }));
    expect(Error).toHaveLength(5000);
  });
});
