import { CfnParameter, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  type SchemaVersionProps,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { type Resource, artifact, newStack, only, resources } from '../app';

const VERSION = 'Custom::GlueSchemaVersion';
const AVRO = { type: 'record', name: 'Order', fields: [] };
const named = () => SchemaReference.fromSchemaName({ registryName: 'events', schemaName: 'orders' });

function versionOf(stack: Stack, props: Partial<SchemaVersionProps> = {}, id = 'V'): SchemaVersion {
  return new SchemaVersion(stack, id, { schema: named(), definition: SchemaDefinition.fromObject(AVRO), ...props });
}

function cfnSchema(stack: Stack): CfnSchema {
  const registry = new CfnRegistry(stack, 'Registry', { name: 'events' });
  return new CfnSchema(stack, 'Schema', {
    name: 'orders',
    registry: { arn: registry.attrArn },
    dataFormat: 'AVRO',
    compatibility: 'BACKWARD',
    schemaDefinition: JSON.stringify(AVRO),
  });
}

/** What the provider may do with an action. */
function resourcesOf(stack: Stack, action: string): unknown[] {
  const { Statement } = only(stack, 'AWS::IAM::Policy').Properties.PolicyDocument;
  return Statement.filter((statement: { Action: string | string[] }) =>
    [statement.Action].flat().includes(action),
  ).flatMap((statement: { Resource: unknown }) => statement.Resource);
}

test('a version carries only what differs from the defaults', () => {
  const stack = newStack();
  versionOf(stack, { removal: VersionRemoval.RETAIN, adoptExisting: false });

  expect(artifact(stack, VERSION)).toEqual({
    RegistryName: 'events',
    SchemaName: 'orders',
    Definition: '{"type":"record","name":"Order","fields":[]}',
  });
});

test('a version carries everything that is set', () => {
  const stack = newStack();
  versionOf(stack, {
    definition: SchemaDefinition.fromString('syntax = "proto3";'),
    metadata: { ticket: 'A-1' },
    removal: VersionRemoval.DELETE,
    adoptExisting: true,
    salt: 'again',
  });

  expect(artifact(stack, VERSION)).toEqual({
    RegistryName: 'events',
    SchemaName: 'orders',
    Definition: 'syntax = "proto3";',
    Metadata: { ticket: 'A-1' },
    Removal: 'DELETE',
    AdoptExisting: true,
    Salt: 'again',
  });
});

test('a removal policy is the handler’s to obey', () => {
  const stack = newStack();
  versionOf(stack).applyRemovalPolicy(RemovalPolicy.DESTROY);

  expect(artifact(stack, VERSION).Removal).toBe('DELETE');
  expect(only(stack, VERSION).DeletionPolicy).not.toBe('Retain');
});

test('attributes are those of the deployed version', () => {
  const stack = newStack();
  const version = versionOf(stack);
  const [logicalId] = Object.keys(resources(stack, VERSION));

  expect(stack.resolve([version.versionId, version.versionNumber])).toEqual([
    { 'Fn::GetAtt': [logicalId, 'VersionId'] },
    { 'Fn::GetAtt': [logicalId, 'VersionNumber'] },
  ]);
});

describe('schema', () => {
  test('of this app comes before its versions, and names itself', () => {
    const stack = newStack();
    versionOf(stack, { schema: SchemaReference.fromCfnSchema(cfnSchema(stack)) });

    const part = (index: number) => ({
      'Fn::Select': [index, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Schema', 'Arn'] }] }],
    });
    expect(artifact(stack, VERSION)).toMatchObject({ RegistryName: part(1), SchemaName: part(2) });
  });

  test('without a registry is one of the default registry', () => {
    const stack = newStack();
    versionOf(stack, { schema: SchemaReference.fromSchemaName({ schemaName: 'orders' }) });

    expect(artifact(stack, VERSION)).toMatchObject({ RegistryName: 'default-registry' });
  });

  test('by its ARN', () => {
    const stack = newStack({ env: { account: '111111111111', region: 'eu-west-1' } });
    const arn = 'arn:aws:glue:eu-west-1:111111111111:schema/events/orders';
    const schema = SchemaReference.fromSchemaArn(arn);
    versionOf(stack, { schema });

    expect(artifact(stack, VERSION)).toMatchObject({ RegistryName: 'events', SchemaName: 'orders' });
    expect(schema.registryArn).toBe('arn:aws:glue:eu-west-1:111111111111:registry/events');
  });

  test('of a name that only the deployment knows', () => {
    const stack = newStack();
    const schemaName = new CfnParameter(stack, 'Name').valueAsString;
    versionOf(stack, { schema: SchemaReference.fromSchemaName({ schemaName }) });

    expect(artifact(stack, VERSION)).toMatchObject({ SchemaName: { Ref: 'Name' } });
  });

  test.each<[string, () => unknown, string]>([
    [
      'a name with a slash',
      () => SchemaReference.fromSchemaName({ schemaName: 'a/b' }),
      'the name of a schema must only contain letters, digits, "-", "_", "$", "#" and ".", got "a/b"',
    ],
    [
      'a registry with a space',
      () => SchemaReference.fromSchemaName({ registryName: 'a b', schemaName: 'a' }),
      'the name of a registry must only contain',
    ],
    [
      'the ARN of a registry',
      () => SchemaReference.fromSchemaArn('arn:aws:glue:eu-west-1:111111111111:registry/events'),
      'must have the form arn:aws:glue:REGION:ACCOUNT:schema/REGISTRY/NAME, got "arn:aws:glue:eu-west-1:111111111111:registry/events"',
    ],
  ])('refuses %s', (_what, declare, message) => {
    expect(declare).toThrow(message);
  });

  test('refuses another region', () => {
    const stack = newStack({ env: { account: '111111111111', region: 'eu-west-1' } });
    const schema = SchemaReference.fromSchemaArn('arn:aws:glue:us-east-1:111111111111:schema/events/orders');

    expect(() => versionOf(stack, { schema })).toThrow(
      'must be in the account and region of its schema, 111111111111 and us-east-1, got 111111111111 and eu-west-1',
    );
  });
});

describe('order', () => {
  const dependencies = (all: Record<string, Resource>) =>
    Object.values(all).map(({ DependsOn = [] }) => DependsOn.filter(id => id in all));

  test('versions of a schema are registered one after the other, as they are declared', () => {
    const stack = newStack();
    for (const id of ['V1', 'V2', 'V3']) versionOf(stack, { definition: SchemaDefinition.fromString(id) }, id);

    const all = resources(stack, VERSION);
    const [first, second] = Object.keys(all);
    expect(dependencies(all)).toEqual([[], [first], [second]]);
  });

  test('versions of several schemas do not wait for one another', () => {
    const stack = newStack();
    versionOf(stack, {}, 'V1');
    versionOf(stack, { schema: SchemaReference.fromSchemaName({ schemaName: 'returns' }) }, 'V2');

    expect(dependencies(resources(stack, VERSION))).toEqual([[], []]);
  });

  test('two references to one schema are one schema', () => {
    const stack = newStack();
    const schema = cfnSchema(stack);
    for (const id of ['V1', 'V2']) {
      versionOf(
        stack,
        { schema: SchemaReference.fromCfnSchema(schema), definition: SchemaDefinition.fromString(id) },
        id,
      );
    }

    expect(dependencies(resources(stack, VERSION)).flat()).toHaveLength(1);
  });
});

describe('definition', () => {
  const ofBytes = (bytes: number) => SchemaDefinition.fromString('x'.repeat(bytes));

  test('of 16 KB stands in the template', () => {
    const stack = newStack();
    versionOf(stack, { definition: ofBytes(16_384) });

    expect(artifact(stack, VERSION).Definition).toHaveLength(16_384);
    expect(resourcesOf(stack, 's3:GetObject')).toEqual([]);
  });

  test('above that is an asset, of which the provider may read exactly that object', () => {
    const stack = newStack();
    versionOf(stack, { definition: ofBytes(16_385) });

    const { Definition, DefinitionObject } = artifact(stack, VERSION) as Record<string, { Key: string }>;
    expect(Definition).toBeUndefined();
    expect(DefinitionObject.Key).toMatch(/^[0-9a-f]{64}\.txt$/);
    const allowed = resourcesOf(stack, 's3:GetObject');
    expect(allowed).toHaveLength(1);
    expect(JSON.stringify(allowed)).toContain(`/${DefinitionObject.Key}"`);
  });

  test('counts bytes, not characters', () => {
    const stack = newStack();
    versionOf(stack, { definition: SchemaDefinition.fromString('é'.repeat(8_193)) });

    expect(artifact(stack, VERSION)).toHaveProperty('DefinitionObject');
  });

  test('is found at the same place by every machine', () => {
    const keys = ['a', 'b'].map(() => {
      const stack = newStack();
      versionOf(stack, { definition: ofBytes(20_000) });
      return (artifact(stack, VERSION).DefinitionObject as { Key: string }).Key;
    });
    expect(keys[0]).toBe(keys[1]);
  });

  test('comes from a file', () => {
    const stack = newStack();
    versionOf(stack, { definition: SchemaDefinition.fromFile(`${__dirname}/../../../tsconfig.json`) });

    expect(artifact(stack, VERSION).Definition).toContain('"rootDir": "."');
  });

  test('may have tokens', () => {
    const stack = newStack();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    versionOf(stack, { definition: SchemaDefinition.fromObject({ ...AVRO, name }) });

    expect(JSON.stringify(artifact(stack, VERSION).Definition)).toContain('{"Ref":"Name"}');
  });
});

describe('refuses', () => {
  test.each<[string, Partial<SchemaVersionProps>, string]>([
    [
      'a definition that is too long',
      { definition: SchemaDefinition.fromString('x'.repeat(170_001)) },
      'a schema definition must have at most 170,000 characters, got 170001',
    ],
    ['a blank definition', { definition: SchemaDefinition.fromString(' ') }, 'must not be blank'],
    ['the removal DEPRECATE', { removal: VersionRemoval.DEPRECATE }, 'the schema registry has no deprecated state'],
    [
      'a metadata key of the library’s',
      { metadata: { 'cdk-versioned-artifacts.owner': 'x' } },
      'are reserved for this library',
    ],
    ['a metadata value with a space', { metadata: { a: 'b c' } }, 'a metadata value must only contain'],
    [
      'nine pairs of metadata',
      { metadata: Object.fromEntries([...'abcdefghi'].map(key => [key, '1'])) },
      'must have at most 8 pairs of metadata',
    ],
  ])('%s', (_what, props, message) => {
    const stack = newStack();
    expect(() => versionOf(stack, props)).toThrow(message);
    expect(() => versionOf(stack, props, 'W')).toThrow('(in Stack/W)');
  });

  test('two constructs for one definition, which would take its version over from each other', () => {
    const stack = newStack();
    versionOf(stack, {}, 'V1');
    expect(() => versionOf(stack, {}, 'V2')).toThrow(
      'a version of schema orders with this definition is declared twice, here and in Stack/V1: keep one of the two',
    );
  });

  test('two constructs for one definition in other spellings, but not for definitions that differ in a long number', () => {
    const stack = newStack();
    const declare = (text: string, id: string) =>
      versionOf(stack, { definition: SchemaDefinition.fromString(text) }, id);
    declare('{"type":"fixed","name":"F","size":12345678901234567}', 'V1');
    expect(() => declare('{ "name": "F",\n"size": 12345678901234567, "type": "fixed" }', 'V2')).toThrow(
      'is declared twice, here and in Stack/V1',
    );
    expect(() => declare('{"type":"fixed","name":"F","size":12345678901234568}', 'V3')).not.toThrow();
    expect(() => declare('{"type":"fixed","name":"F","size":"12345678901234567"}', 'V4')).not.toThrow();
  });

  test('a snapshot', () => {
    expect(() => versionOf(newStack()).applyRemovalPolicy(RemovalPolicy.SNAPSHOT)).toThrow(
      'an artifact has no snapshots',
    );
  });
});

describe('permissions', () => {
  const env = { account: '111111111111', region: 'eu-west-1' };
  const arns = (registry: string, schema: string) =>
    [`registry/${registry}`, `schema/${registry}/${schema}`].map(resource => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:glue:eu-west-1:111111111111:${resource}`]],
    }));

  test('to register are on the schema and on its registry', () => {
    const stack = newStack({ env });
    versionOf(stack);
    for (const action of ['RegisterSchemaVersion', 'GetSchemaByDefinition', 'GetSchemaVersionsDiff']) {
      expect(resourcesOf(stack, `glue:${action}`)).toEqual(arns('events', 'orders'));
    }
  });

  test('to let go are on any, since schemas leave the template before their versions do', () => {
    const stack = newStack({ env });
    versionOf(stack);
    expect(resourcesOf(stack, 'glue:DeleteSchemaVersions')).toEqual(arns('*', '*'));
    for (const action of ['PutSchemaVersionMetadata', 'RemoveSchemaVersionMetadata']) {
      // by the id of a version, which names no schema.
      expect(resourcesOf(stack, `glue:${action}`)).toEqual(['*', ...arns('*', '*')]);
    }
  });

  test('to see what the stack has by AWS’s own types are on that stack', () => {
    const stack = newStack({ env });
    versionOf(stack);
    versionOf(stack, { definition: SchemaDefinition.fromString('{}') }, 'Second');
    expect(resourcesOf(stack, 'cloudformation:ListStackResources')).toEqual([{ Ref: 'AWS::StackId' }]);
  });

  test('are no more than these', () => {
    const stack = newStack({ env });
    versionOf(stack);
    const { Statement } = only(stack, 'AWS::IAM::Policy').Properties.PolicyDocument;
    const actions = Statement.flatMap(({ Action }: { Action: string | string[] }) => Action).filter((action: string) =>
      action.startsWith('glue:'),
    );
    expect([...new Set(actions)].sort()).toEqual(
      [
        'CheckSchemaVersionValidity',
        'DeleteSchemaVersions',
        'GetSchema',
        'GetSchemaByDefinition',
        'GetSchemaVersion',
        'GetSchemaVersionsDiff',
        'PutSchemaVersionMetadata',
        'QuerySchemaVersionMetadata',
        'RegisterSchemaVersion',
        'RemoveSchemaVersionMetadata',
      ].map(action => `glue:${action}`),
    );
  });

  test('of consumers and producers are on schema and registry, but for what names a version by its id', () => {
    const stack = newStack({ env });
    const schema = SchemaReference.fromSchemaArn('arn:aws:glue:eu-west-1:111111111111:schema/events/orders');
    const grantee = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/consumer');
    schema.grantRead(grantee);
    schema.grantRegister(grantee);

    for (const action of ['GetSchemaVersion', 'PutSchemaVersionMetadata']) {
      expect(new Set(resourcesOf(stack, `glue:${action}`))).toEqual(new Set(['*']));
    }
    for (const action of ['ListSchemaVersions', 'RegisterSchemaVersion']) {
      expect(resourcesOf(stack, `glue:${action}`)).toEqual([schema.registryArn, schema.schemaArn]);
    }
  });
});

test('an imported version is what it is said to be, and adds nothing to the stack', () => {
  const stack = newStack();
  const schema = named();
  const attrs = { schema, versionId: '7a7b1d1c-6e1b-4a3b-9a52-0d6a1a7d6f10', versionNumber: '3' };

  expect(SchemaVersion.fromSchemaVersionAttributes(stack, 'Imported', attrs)).toMatchObject(attrs);
  expect(resources(stack)).toEqual({});
});
