import { needsOf } from '../../src/core/needs';
import type { World } from '../../src/core/service';
import { Glue } from '../../src/services/glue/service';
import { FIRST, REGISTRY_ARN, SCHEMA, SCHEMA_ARN } from './harness';

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:111111111111:${resource}`;
const world = { arn, clock: { now: () => 0 } } as unknown as World;

const EVENTS_ARN = arn('glue', 'registry/events');
const RegistryId = { RegistryName: 'events' };
const UNKNOWN_ID = '01234567-89ab-cdef-0123-456789abcdef';

async function startWithSchema() {
  const glue = new Glue(world);
  await glue.createSchema('orders', { SchemaDefinition: FIRST, Tags: { team: 'ecu' } });
  const needs = (operation: string, input: object) => needsOf({ service: glue, operation, input, world });
  return { glue, needs, versionId: glue.describe('orders')!.versions[1].versionId };
}

const both = (operation: string) => [
  [`glue:${operation}`, REGISTRY_ARN],
  [`glue:${operation}`, SCHEMA_ARN],
];

const SCHEMA_OPERATIONS = [
  'GetSchema',
  'UpdateSchema',
  'DeleteSchema',
  'RegisterSchemaVersion',
  'GetSchemaVersion',
  'GetSchemaByDefinition',
  'ListSchemaVersions',
  'GetSchemaVersionsDiff',
  'DeleteSchemaVersions',
  'PutSchemaVersionMetadata',
  'QuerySchemaVersionMetadata',
  'RemoveSchemaVersionMetadata',
];

test.each<[string, object, string[][]]>([
  ['CreateRegistry', RegistryId, [['glue:CreateRegistry', EVENTS_ARN]]],
  ...['GetRegistry', 'UpdateRegistry', 'DeleteRegistry', 'ListSchemas'].flatMap(
    (operation): [string, object, string[][]][] => [
      [operation, { RegistryId }, [[`glue:${operation}`, EVENTS_ARN]]],
      [operation, { RegistryId: { RegistryArn: EVENTS_ARN } }, [[`glue:${operation}`, EVENTS_ARN]]],
    ],
  ),
  ['ListRegistries', {}, [['glue:ListRegistries', '*']]],
  ['ListSchemas', {}, [['glue:ListSchemas', '*']]],
  ['CheckSchemaVersionValidity', {}, [['glue:CheckSchemaVersionValidity', '*']]],
  ['CreateSchema', { SchemaName: 'orders' }, both('CreateSchema')],
  [
    'CreateSchema',
    { SchemaName: 'orders', RegistryId: { RegistryArn: EVENTS_ARN } },
    [
      ['glue:CreateSchema', EVENTS_ARN],
      ['glue:CreateSchema', arn('glue', 'schema/events/orders')],
    ],
  ],
  ...SCHEMA_OPERATIONS.flatMap((operation): [string, object, string[][]][] => [
    [operation, { SchemaId: SCHEMA }, both(operation)],
    [operation, { SchemaId: { SchemaName: 'orders' } }, both(operation)],
    [operation, { SchemaId: { SchemaArn: SCHEMA_ARN } }, both(operation)],
  ]),
  ['TagResource', { ResourceArn: SCHEMA_ARN }, [['glue:TagResource', SCHEMA_ARN]]],
  ['UntagResource', { ResourceArn: SCHEMA_ARN }, [['glue:UntagResource', SCHEMA_ARN]]],
  ['GetTags', { ResourceArn: SCHEMA_ARN }, [['glue:GetTags', '*']]],
])('%s %j', async (operation, input, expected) => {
  const { needs } = await startWithSchema();
  expect((await needs(operation, input)).map(({ action, resource }) => [action, resource])).toEqual(expected);
});

test('every operation has its needs, even without input', async () => {
  const { glue, needs } = await startWithSchema();
  for (const operation of Object.keys(glue.operations)) {
    expect(await needs(operation, {})).not.toHaveLength(0);
    for (const { action } of await needs(operation, {})) expect(action).toBe(`glue:${operation}`);
  }
});

describe('a version that is named by its id alone', () => {
  test.each([
    'GetSchemaVersion',
    'PutSchemaVersionMetadata',
    'QuerySchemaVersionMetadata',
    'RemoveSchemaVersionMetadata',
  ])('stands for any resource in %s, or for its schema and registry', async operation => {
    const { needs, versionId, glue } = await startWithSchema();
    const resources = async (SchemaVersionId: string) =>
      (await needs(operation, { SchemaVersionId })).map(({ resource }) => resource);
    expect(await resources(versionId)).toEqual(['*']);
    glue.behavior.versionByIdNeeds = 'its-arns';
    expect(await resources(versionId)).toEqual([REGISTRY_ARN, SCHEMA_ARN]);
    expect(await resources(UNKNOWN_ID)).toEqual(['*']);
  });
});

describe('condition keys', () => {
  const owned = { 'aws:ResourceTag/team': 'ecu' };

  test('are the tags of the resource', async () => {
    const { needs } = await startWithSchema();
    expect((await needs('GetSchema', { SchemaId: SCHEMA })).map(({ context }) => context)).toEqual([{}, owned]);
  });

  test('are the tags that a request brings', async () => {
    const { needs } = await startWithSchema();
    const requested = { 'aws:RequestTag/stage': 'test', 'aws:TagKeys': ['stage'] };
    const Tags = { stage: 'test' };
    expect((await needs('CreateRegistry', { RegistryName: 'events', Tags }))[0].context).toEqual(requested);
    expect((await needs('CreateSchema', { SchemaName: 'others', Tags })).map(({ context }) => context)).toEqual([
      requested,
      requested,
    ]);
    expect((await needs('TagResource', { ResourceArn: SCHEMA_ARN, TagsToAdd: Tags }))[0].context).toEqual({
      ...owned,
      ...requested,
    });
  });

  test('are the keys of the tags that a request takes away', async () => {
    const { needs } = await startWithSchema();
    expect((await needs('UntagResource', { ResourceArn: SCHEMA_ARN, TagsToRemove: ['team'] }))[0].context).toEqual({
      ...owned,
      'aws:TagKeys': ['team'],
    });
  });
});
