/** The calls of the AWS Glue schema registry, by what they leave in the service and what they answer. */
import { ServiceError } from 'cdk-versioned-artifacts-local';
import { AT, FIRST, GONE, NOBODY, aws, busy, clock, definition, glue, add as seed, versions } from './registry';

const [SECOND, THIRD] = ['second', 'third'].map(field => definition(field));

const held = () => aws.glue.describe('orders', 'shop')!;
const add = (...definitions: string[]) => seed(...definitions.map(each => ({ definition: each })));
const stopped = () => Promise.reject(new Error('stopped by its guard'));

test('a schema is found with its format, mode and checkpoint; a missing one is none', async () => {
  const schema = { ...AT, dataFormat: 'AVRO', compatibility: 'BACKWARD', checkpoint: 1 };
  expect(await glue.findSchema(AT)).toEqual(schema);
  expect(await glue.findSchema(GONE)).toBeUndefined();
  expect(await glue.findSchema({ ...AT, registryName: 'default-registry' })).toBeUndefined();
});

test('a definition has a syntax error or none', async () => {
  expect(await glue.syntaxError('AVRO', FIRST)).toBeUndefined();
  expect(await glue.syntaxError('AVRO', '{')).toMatch(/./);
  aws.glue.operations.CheckSchemaVersionValidity.run = () => ({ Valid: false });
  expect(await glue.syntaxError('AVRO', '{')).toBe('no reason given');
});

test('a definition is registered once, and found', async () => {
  const registered = await glue.register(AT, SECOND);
  expect(registered).toEqual({ id: versions()[2].versionId, number: 2, status: 'AVAILABLE' });
  expect(await glue.register(AT, SECOND)).toEqual(registered);
  expect(await glue.findByDefinition(AT, SECOND)).toMatchObject({ ...registered, definition: SECOND });
  expect(await glue.findByDefinition(AT, THIRD)).toBeUndefined();
  busy('RegisterSchemaVersion');
  await expect(glue.register(AT, THIRD)).rejects.toMatchObject({ name: 'ConcurrentModificationException' });
  expect(versions()[3]).toBeUndefined();
});

test('a version is found by its id and by its number; a missing one is none', async () => {
  const { versionId: id } = versions()[1];
  const version = { id, number: 1, status: 'AVAILABLE', createdAt: clock.now(), definition: FIRST };
  expect(await glue.findVersion(id)).toEqual(version);
  expect(await glue.findNumber(AT, 1)).toEqual(version);
  expect(await glue.findNumber(AT, 2)).toBeUndefined();
  expect(await glue.findVersion(NOBODY)).toBeUndefined();
});

test('versions differ from one of a number, or from the newest', async () => {
  add(SECOND, THIRD);
  const patch = (value: string) => [{ op: 'replace', path: '/fields/0/name', value }];
  expect(JSON.parse((await glue.diff(AT, 1, 2))!)).toEqual(patch('second'));
  expect(JSON.parse((await glue.diff(AT, 'latest', 2))!)).toEqual(patch('second'));
  expect(JSON.parse((await glue.diff(AT, 'latest', 3))!)).toEqual([]);
  expect(JSON.parse((await glue.diff(AT, 1, 3))!)).toEqual(patch('third'));
});

test('all pages of versions are read; a missing schema has none', async () => {
  add(...Array.from({ length: 100 }, (_, index) => definition(`field${index}`)));
  const numbers = (await glue.versionsOf(AT)).map(({ VersionNumber }) => String(VersionNumber));
  expect(numbers.sort()).toEqual(Object.keys(versions()).sort());
  expect(numbers).toHaveLength(101);
  expect(aws.calls.filter({ operation: 'ListSchemaVersions' })).toHaveLength(2);
  expect(await glue.versionsOf(GONE)).toEqual([]);
});

test('the checkpoint moves, also where the call meets another write, unless a guard stops it', async () => {
  add(SECOND, THIRD);
  await expect(glue.moveCheckpoint(AT, 2, stopped)).rejects.toThrow('stopped');
  expect(held().checkpoint).toBe(1);
  await glue.moveCheckpoint(AT, 2);
  expect(held().checkpoint).toBe(2);
  busy('UpdateSchema', 2);
  await glue.moveCheckpoint(AT, 3);
  expect(held().checkpoint).toBe(3);
});

describe('a version that is deleted', () => {
  beforeEach(() => add(SECOND, THIRD));

  test('is in deletion and then gone, which is no error', async () => {
    expect(await glue.deleteVersion(AT, 2)).toBeUndefined();
    expect(versions()[2].status).toBe('DELETING');
    expect(await glue.deleteVersion(AT, 2)).toBeUndefined();
    clock.advance(1_000);
    expect(versions()[2]).toBeUndefined();
    expect(await glue.deleteVersion(AT, 2)).toBeUndefined();
    expect(await glue.deleteVersion(GONE, 2)).toBeUndefined();
  });

  test('has the error that the service answers for it', async () => {
    aws.glue.behavior.deletionError = () => ({ code: 'InvalidInputException', message: 'in use' });
    expect(await glue.deleteVersion(AT, 2)).toEqual({ ErrorCode: 'InvalidInputException', ErrorMessage: 'in use' });
    expect(versions()[2].status).toBe('AVAILABLE');
  });

  test('has an error without a code, too', async () => {
    aws.glue.operations.DeleteSchemaVersions.run = () => ({
      SchemaVersionErrors: [{ VersionNumber: 2, ErrorDetails: { ErrorMessage: 'in use' } }],
    });
    expect(await glue.deleteVersion(AT, 2)).toEqual({ ErrorMessage: 'in use' });
  });

  test('is not sent again where the call meets another write', async () => {
    busy('DeleteSchemaVersions');
    await expect(glue.deleteVersion(AT, 2)).rejects.toMatchObject({ name: 'ConcurrentModificationException' });
    expect(versions()[2].status).toBe('AVAILABLE');
  });

  test('goes with the others of a range, unless a guard stops the call', async () => {
    await expect(glue.deleteVersions(AT, '2-3', stopped)).rejects.toThrow('stopped');
    aws.glue.behavior.deletionError = ({ versionNumber }) =>
      versionNumber === 3 ? { code: 'InvalidInputException', message: 'in use' } : undefined;
    const ErrorDetails = { ErrorCode: 'InvalidInputException', ErrorMessage: 'in use' };
    expect(await glue.deleteVersions(AT, '2-3')).toEqual([{ VersionNumber: 3, ErrorDetails }]);
    expect(versions()[2].status).toBe('DELETING');
    expect(versions()[3].status).toBe('AVAILABLE');
  });

  test('has no error where the answer has no list of them', async () => {
    aws.glue.operations.DeleteSchemaVersions.run = () => ({});
    expect(await glue.deleteVersions(AT, '2-3')).toEqual([]);
  });
});

describe('metadata', () => {
  const id = () => versions()[1].versionId;
  const metadata = () => versions()[1].metadata;

  test('are put and removed, also where a call meets another write, and also twice', async () => {
    busy('PutSchemaVersionMetadata');
    await glue.putMetadata(id(), ['team', 'a']);
    await glue.putMetadata(id(), ['team', 'b']);
    await glue.putMetadata(id(), ['team', 'b']);
    expect(metadata()).toEqual({ team: ['a', 'b'] });
    busy('RemoveSchemaVersionMetadata');
    await glue.removeMetadata(id(), ['team', 'a']);
    await glue.removeMetadata(id(), ['team', 'a']);
    expect(metadata()).toEqual({ team: ['b'] });
  });

  const OPERATIONS = ['Query', 'Put', 'Remove'].map(verb => `${verb}SchemaVersionMetadata`);
  const denied = (operation: string, match = (_: object) => true) => {
    const trouble = { error: new ServiceError('AccessDeniedException', `no ${operation}`, 400) };
    aws.faults.inject({ operation, match, times: Infinity, trouble });
  };

  test('are read and written by schema and number where the id is denied', async () => {
    for (const operation of OPERATIONS) denied(operation, input => 'SchemaVersionId' in input);
    await glue.putMetadata(id(), ['team', 'a']);
    await glue.putMetadata(id(), ['team', 'b']);
    await glue.removeMetadata(id(), ['team', 'a']);
    expect(metadata()).toEqual({ team: ['b'] });
    expect(await glue.pairsOf(id())).toMatchObject([{ key: 'team', value: 'b' }]);
    await glue.removeMetadata(NOBODY, ['team', 'a']);
    expect(await glue.pairsOf(NOBODY)).toBeUndefined();
  });

  test.each([[[]], [['GetSchemaVersion']]])(
    'are denied where the number is, too, or is not to be had (%j)',
    async more => {
      for (const operation of [...OPERATIONS, ...more]) denied(operation);
      await expect(glue.pairsOf(id())).rejects.toThrow('no Query');
      await expect(glue.putMetadata(id(), ['team', 'a'])).rejects.toThrow('no Put');
      await expect(glue.removeMetadata(id(), ['team', 'a'])).rejects.toThrow('no Remove');
    },
  );

  test('are read from all pages; a missing version has none', async () => {
    aws.glue.behavior.maxMetadataPairs = 30;
    const keys = Array.from({ length: 26 }, (_, index) => `key${String(index).padStart(2, '0')}`);
    for (const key of keys) await glue.putMetadata(id(), [key, 'a']);
    const putAt = clock.now();
    expect(await glue.pairsOf(id())).toEqual(keys.map(key => ({ key, value: 'a', putAt })));
    expect(await glue.pairsOf(NOBODY)).toBeUndefined();
  });

  test('are none where the answer has no map of them', async () => {
    aws.glue.operations.QuerySchemaVersionMetadata.run = () => ({});
    expect(await glue.pairsOf(id())).toEqual([]);
  });
});
