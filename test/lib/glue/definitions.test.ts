import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnParameter } from 'aws-cdk-lib';
import { CfnSchema } from 'aws-cdk-lib/aws-glue';
import { SchemaDefinition, SchemaReference, SchemaVersion, SchemaVersionRetention } from 'cdk-versioned-artifacts';
import { artifact, newStack, resources, warnings } from '../app';

const VERSION = 'Custom::GlueSchemaVersion';
const named = SchemaReference.fromSchemaName({ schemaName: 'orders' });

const folder = mkdtempSync(join(tmpdir(), 'definitions-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fromFile(bytes: Buffer) {
  const path = join(folder, 'orders.avsc');
  writeFileSync(path, bytes);
  const stack = newStack();
  new SchemaVersion(stack, 'V', { schema: named, definition: SchemaDefinition.fromFile(path) });
  return artifact(stack, VERSION).Definition;
}

test('a file may start with a BOM, which is no part of the definition', () => {
  expect(fromFile(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('"größe"')]))).toBe('"größe"');
});

test.each([
  ['UTF-16', Buffer.from('\ufeff"string"', 'utf16le')],
  ['Latin-1', Buffer.from('"größe"', 'latin1')],
])('a file in %s is refused', (_encoding, bytes) => {
  expect(() => fromFile(bytes)).toThrow('a schema definition must be UTF-8');
});

test('a definition that is too long for the registry loses its whitespace, where it is JSON', () => {
  const long = JSON.stringify(
    { type: 'record', name: 'R', fields: Array(2000).fill({ name: 'a b', type: 'string' }) },
    null,
    20,
  );
  const render = (text: string) => SchemaDefinition.fromString(text).render(newStack());

  expect(long.length).toBeGreaterThan(170_000);
  expect(render(long)).toBe(JSON.stringify(JSON.parse(long)));
  expect(render('{ "type" : "string" }')).toBe('{ "type" : "string" }');
  expect(() => {
    const definition = SchemaDefinition.fromString(`message A {}${' '.repeat(170_000)}`);
    new SchemaVersion(newStack(), 'V', { schema: named, definition });
  }).toThrow('a schema definition must have at most 170,000 characters');
});

test.each([
  ['as it is', '{"type":"enum","symbols":["A","B"]}', true],
  ['with whitespace and in another order', '{\n  "symbols": ["A", "B"],\n  "type": "enum"\n}', true],
  ['of another meaning', '{"type":"enum","symbols":["B","A"]}', false],
  ['that is no JSON', 'message A {}', false],
])('the definition of the schema itself is no new version, which is warned of: one %s', (_, text, warns) => {
  const stack = newStack();
  const cfnSchema = new CfnSchema(stack, 'Schema', {
    name: 'orders',
    dataFormat: 'AVRO',
    compatibility: 'NONE',
    schemaDefinition: '{"type":"enum","symbols":["A","B"]}',
  });
  const schema = SchemaReference.fromCfnSchema(cfnSchema);
  new SchemaVersion(stack, 'V', { schema, definition: SchemaDefinition.fromString(text) });

  expect(warnings(stack)).toEqual(
    warns ? [expect.stringContaining('the definition is that of the schema itself')] : [],
  );
});

test('the deployment is told the ARN of a schema where only it knows whose account that is', () => {
  const arn = 'arn:aws:glue:us-east-1:222222222222:schema/shared/orders';
  const definition = SchemaDefinition.fromString('"string"');
  const arnOf = (schema: SchemaReference, stack = newStack()) => {
    new SchemaVersion(stack, 'V', { schema, definition });
    return artifact(stack, VERSION).SchemaArn;
  };
  const stack = newStack();
  const parameter = new CfnParameter(stack, 'Arn').valueAsString;
  const here = newStack({ env: { account: '222222222222', region: 'us-east-1' } });

  expect(arnOf(SchemaReference.fromSchemaArn(arn))).toBe(arn);
  expect(arnOf(SchemaReference.fromSchemaArn(parameter), stack)).toEqual({ Ref: 'Arn' });
  expect(arnOf(SchemaReference.fromSchemaArn(arn), here)).toBeUndefined();
  expect(arnOf(named)).toBeUndefined();
});

describe('a definition from an object', () => {
  const record = (doc: string) => SchemaDefinition.fromObject({ type: 'record', name: 'Order', doc, fields: [] });

  test('is uploaded where it is large, as a text is', () => {
    const stack = newStack();
    new SchemaVersion(stack, 'V', { schema: named, definition: record('x'.repeat(20_000)) });
    expect(artifact(stack, VERSION)).toHaveProperty('DefinitionObject');
  });

  test('is declared once', () => {
    const stack = newStack();
    new SchemaVersion(stack, 'V', { schema: named, definition: record('an order') });
    expect(() => new SchemaVersion(stack, 'W', { schema: named, definition: record('an order') })).toThrow(
      'a version of schema orders with this definition is declared twice, here and in Stack/V',
    );
  });

  test('may hold tokens', () => {
    const stack = newStack();
    const doc = new CfnParameter(stack, 'Doc').valueAsString;
    new SchemaVersion(stack, 'V', { schema: named, definition: record(doc) });
    expect(JSON.stringify(artifact(stack, VERSION).Definition)).toContain('{"Ref":"Doc"}');
  });
});

test('metadata may be written by the ids of versions only where a stack declares one', () => {
  const definition = SchemaDefinition.fromString('"string"');
  const [versions, retention] = [newStack(), newStack()];
  new SchemaVersion(versions, 'V', { schema: named, definition });
  new SchemaVersionRetention(retention, 'Keep', { schema: named, rules: { keepLatest: 1 }, triggers: [] });
  const onAll = (stack: typeof versions) =>
    Object.values(resources(stack, 'AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Resource }) => Resource === '*')
      .flatMap(({ Action }) => Action);

  expect(onAll(versions)).toEqual(
    expect.arrayContaining(['glue:PutSchemaVersionMetadata', 'glue:RemoveSchemaVersionMetadata']),
  );
  expect(onAll(retention)).toContain('glue:QuerySchemaVersionMetadata');
  expect(onAll(retention)).not.toContain('glue:PutSchemaVersionMetadata');
});
