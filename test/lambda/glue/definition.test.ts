/** Definitions from Amazon S3, and how they are made to fit. */
import { LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import { DefinitionShape, SchemaResourceType, definitionText, fittingDefinition } from '../../../contract/glue';
import { problems } from '../../../contract/shape';
import { hasSameSource } from '../../../lambda/glue/definition';
import { Stack, clock } from './stack';

const VERSION = SchemaResourceType.VERSION;
const record = (...fields: object[]) => ({ type: 'record', name: 'Item', fields });
const FIELD = { name: 'value', type: 'int', default: 0 };
const object = (Key: string) => ({
  RegistryName: 'default-registry',
  SchemaName: 'orders',
  DefinitionObject: { Bucket: 'assets', Key },
});

describe('in Amazon S3', () => {
  let aws: LocalAws;
  let stack: Stack;

  beforeEach(async () => {
    aws = await LocalAws.start({ clock });
    await aws.glue.createSchema('orders', { Compatibility: 'NONE', SchemaDefinition: JSON.stringify(record()) });
    await aws.call('s3', 'CreateBucket', { Bucket: 'assets' });
    stack = new Stack(aws);
  });
  afterEach(() => aws.stop());

  const upload = (Key: string, Body: Buffer) => aws.call('s3', 'PutObject', { Bucket: 'assets', Key, Body });
  const definition = () => aws.glue.describe('orders')?.versions[2]?.definition;

  test('with a BOM loses it', async () => {
    const text = JSON.stringify(record(FIELD));
    await upload('bom', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]));
    expect(await stack.create(VERSION, 'V', object('bom'))).toMatchObject({ Status: 'SUCCESS' });
    expect(definition()).toBe(text);
  });

  test('in another encoding is refused by name', async () => {
    await upload('latin-1', Buffer.from(JSON.stringify(record({ ...FIELD, doc: 'größe' })), 'latin1'));
    const { Reason } = await stack.create(VERSION, 'V', object('latin-1'));
    expect(Reason).toMatch(/must be UTF-8, got other bytes in s3:\/\/assets\/latin-1: save it as UTF-8/);
  });

  test('that is too long is registered without its whitespace', async () => {
    const fields = Array.from({ length: 2_200 }, (_, index) => ({ ...FIELD, name: `column_${index}` }));
    await upload('wide', Buffer.from(JSON.stringify(record(...fields), null, 8)));
    expect(await stack.create(VERSION, 'V', object('wide'))).toMatchObject({ Status: 'SUCCESS' });
    expect(definition()).toBe(JSON.stringify(record(...fields)));
  });

  const denied = new ServiceError('AccessDenied', 'not authorized to perform: s3:ListBucket', 403);

  test('that is gone does not fail a rollback, though S3 says that it is denied', async () => {
    await upload('a', Buffer.from(JSON.stringify(record({ ...FIELD, name: 'a' }))));
    await upload('b', Buffer.from(JSON.stringify(record({ ...FIELD, name: 'b' }))));
    const a = await stack.create(VERSION, 'V', object('a'));
    const b = await stack.update(VERSION, 'V', { id: a.PhysicalResourceId, properties: object('b'), old: object('a') });
    aws.faults.inject({ service: 's3', operation: 'GetObject', trouble: { error: denied }, times: 50 });
    const back = () =>
      stack.update(VERSION, 'V', { id: b.PhysicalResourceId, properties: object('a'), old: object('b') });
    expect(await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', back)).toMatchObject({ Status: 'SUCCESS' });
    expect(JSON.stringify(stack.logs)).toContain('not at s3://assets/a any more (AccessDenied)');
    const unfinished = () => stack.delete(VERSION, 'W', 'stack-W-1A2B3C', object('a'));
    expect(await stack.during('ROLLBACK_IN_PROGRESS', unfinished)).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([
    ['NoSuchKey', 404],
    ['NoSuchBucket', 404],
  ])('that is gone (%s) is to be uploaded again', async (name, status) => {
    const error = new ServiceError(name, 'it does not exist', status);
    aws.faults.inject({ service: 's3', operation: 'GetObject', trouble: { error } });
    const { Reason } = await stack.create(VERSION, 'V', object('a'));
    expect(Reason).toContain(`not at s3://assets/a any more (${name}): deploy again to upload it`);
  });

  test.each(['SlowDown', 'InternalError'])('is read in the end where S3 is unwell for a moment: %s', async name => {
    await upload('a', Buffer.from(JSON.stringify(record(FIELD))));
    const error = new ServiceError(name, 'please try again', name === 'SlowDown' ? 503 : 500);
    aws.faults.inject({ service: 's3', operation: 'GetObject', trouble: { error }, times: 3 });
    expect(await stack.create(VERSION, 'V', object('a'))).toMatchObject({ Status: 'SUCCESS' });
  });

  test('of a bucket in another region fails by the name of the error', async () => {
    const error = new ServiceError('PermanentRedirect', 'The bucket must be addressed at its endpoint.', 301);
    aws.faults.inject({ service: 's3', operation: 'GetObject', trouble: { error } });
    const { Reason } = await stack.create(VERSION, 'V', object('a'));
    expect(Reason).toContain('PermanentRedirect: s3://assets/a: The bucket must be addressed at its endpoint.');
  });

  test('that could never become a definition is not read to its end', async () => {
    await upload('huge', Buffer.alloc(8_000_001, ' '));
    const { Reason } = await stack.create(VERSION, 'V', object('huge'));
    expect(Reason).toContain(
      'the definition is too long: s3://assets/huge must have at most 8,000,000 bytes, got more',
    );
  });

  test('that is blank is refused', async () => {
    await upload('blank', Buffer.from(' \n'));
    const { Reason } = await stack.create(VERSION, 'V', object('blank'));
    expect(Reason).toContain('a schema definition must not be blank');
  });

  test('of which S3 does not say that it is missing fails a rollback', async () => {
    const error = new ServiceError('PermanentRedirect', 'at its endpoint', 301);
    aws.faults.inject({ service: 's3', operation: 'GetObject', trouble: { error }, times: 50 });
    const unfinished = () => stack.create(VERSION, 'V', object('a'));
    const { Reason } = await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', unfinished);
    expect(Reason).toContain('PermanentRedirect');
  });

  test('is found whatever its key', async () => {
    const key = `a/b c+(d)*'é/%41.json`;
    await upload(key, Buffer.from(JSON.stringify(record(FIELD))));
    expect(await stack.create(VERSION, 'V', object(key))).toMatchObject({ Status: 'SUCCESS' });
  });

  test('that is denied a new provider for a moment is read in the end', async () => {
    await upload('a', Buffer.from(JSON.stringify(record(FIELD))));
    aws.faults.inject({ service: 's3', operation: 'GetObject', trouble: { error: denied }, times: 2 });
    expect(await stack.create(VERSION, 'V', object('a'))).toMatchObject({ Status: 'SUCCESS' });
  });
});

test('whitespace goes only where a definition is too long, and is JSON', () => {
  const pretty = '{ "doc": "a  \\" b" }';
  expect(fittingDefinition(pretty)).toBe(pretty);
  const long = `{ "doc": "a  \\" b\\\\" , "n": 12345678901234567890.0,${' '.repeat(170_000)} "n": 1 }`;
  expect(fittingDefinition(long)).toBe('{"doc":"a  \\" b\\\\","n":12345678901234567890.0,"n":1}');
  const proto = `syntax = "proto3";${' '.repeat(170_000)}`;
  expect(problems(DefinitionShape, fittingDefinition(proto))).toEqual([
    expect.stringMatching(/at most 170,000 characters/),
  ]);
});

test('UTF-16 is no UTF-8', () => {
  expect(() => definitionText(Buffer.from('\ufeff{}', 'utf16le'), 'order.avsc')).toThrow(
    /UTF-8, got other bytes in order.avsc/,
  );
});

test.each<[string, object, boolean]>([
  ['of the same place', {}, true],
  ['with other metadata', { Metadata: { a: '1' } }, true],
  ['of another registry', { RegistryName: 'shop' }, false],
  ['of another schema', { SchemaName: 'returns' }, false],
  ['of another bucket', { DefinitionObject: { Bucket: 'others', Key: 'a' } }, false],
  ['of another key', { DefinitionObject: { Bucket: 'assets', Key: 'b' } }, false],
  ['of a template', { DefinitionObject: undefined, Definition: '{}' }, false],
])('a definition %s is the same or another one, without being read', (_what, more, isSame) => {
  expect(hasSameSource(object('a'), { ...object('a'), ...more })).toBe(isSame);
  expect(hasSameSource({ ...object('a'), ...more }, object('a'))).toBe(isSame);
});

test('two definitions in the template are compared', () => {
  const inline = (Definition: string) => ({ ...object('a'), DefinitionObject: undefined, Definition });
  expect([inline('{}'), inline('[]')].map(other => hasSameSource(inline('{}'), other))).toEqual([true, false]);
});
