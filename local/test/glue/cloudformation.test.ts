import { COMPATIBLE, FIRST, INCOMPATIBLE, startGlue } from './harness';

const REGISTRY = { Type: 'AWS::Glue::Registry', Properties: { Name: 'events', Tags: [{ Key: 'team', Value: 'ecu' }] } };

const schemaOf = (properties: object = {}) => ({
  Type: 'AWS::Glue::Schema',
  Properties: {
    Registry: { Arn: { Ref: 'Registry' } },
    Name: 'orders',
    DataFormat: 'AVRO',
    Compatibility: 'BACKWARD',
    SchemaDefinition: FIRST,
    ...properties,
  },
});

async function start() {
  const started = await startGlue();
  const deploy = (schema: object | undefined, registry: object = REGISTRY) =>
    started.aws.cloudFormation.deploy({
      stackName: 'Orders',
      template: {
        Resources: { Registry: registry, ...(schema && { Schema: schema }) },
        ...(schema && {
          Outputs: {
            Arn: { Value: { Ref: 'Schema' } },
            First: { Value: { 'Fn::GetAtt': ['Schema', 'InitialSchemaVersionId'] } },
          },
        }),
      },
    });
  const schema = () => started.aws.glue.describe('orders', 'events');
  return { ...started, deploy, schema };
}

test('a registry and a schema come with a stack', async () => {
  const { deploy, schema, aws } = await start();
  const { status } = await deploy(schemaOf({ Description: 'Orders', Tags: [{ Key: 'stage', Value: 'test' }] }));
  expect(status).toBe('CREATE_COMPLETE');
  expect(aws.glue.registries).toEqual(['events']);
  expect(schema()).toMatchObject({
    compatibility: 'BACKWARD',
    description: 'Orders',
    checkpoint: 1,
    tags: { stage: 'test' },
    versions: { 1: { status: 'AVAILABLE', definition: FIRST } },
  });
});

test('a mode and a checkpoint change in place, alone or together', async () => {
  const { deploy, schema, aws } = await start();
  await deploy(schemaOf());
  aws.glue.addVersions('orders', [{}, {}], 'events');
  await deploy(schemaOf({ Compatibility: 'NONE' }));
  expect(schema()).toMatchObject({ compatibility: 'NONE', checkpoint: 1 });
  await deploy(schemaOf({ Compatibility: 'NONE', CheckpointVersion: { VersionNumber: 2 } }));
  expect(schema()).toMatchObject({ compatibility: 'NONE', checkpoint: 2 });
  await deploy(schemaOf({ Compatibility: 'FULL', CheckpointVersion: { IsLatest: true } }));
  expect(schema()).toMatchObject({ compatibility: 'FULL', checkpoint: 3 });
  await deploy(schemaOf({ Compatibility: 'FULL', CheckpointVersion: { IsLatest: true }, Description: 'new' }));
  expect(schema()).toMatchObject({ description: 'new' });
});

test('the description of a registry changes in place', async () => {
  const { deploy, aws } = await start();
  await deploy(undefined);
  await deploy(undefined, { ...REGISTRY, Properties: { ...REGISTRY.Properties, Description: 'new' } });
  const RegistryId = { RegistryName: 'events' };
  expect(await aws.glue.byHand('GetRegistry', { RegistryId })).toMatchObject({ Description: 'new' });
});

test('another definition under the same name fails, and changes nothing', async () => {
  const { deploy, schema } = await start();
  await deploy(schemaOf());
  const { status } = await deploy(schemaOf({ SchemaDefinition: COMPATIBLE }));
  expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(schema()?.versions).toMatchObject({ 1: { definition: FIRST } });
  expect(Object.keys(schema()!.versions)).toEqual(['1']);
});

test('a schema is deleted with all versions, those of others among them', async () => {
  const { deploy, schema, aws } = await start();
  await deploy(schemaOf());
  const SchemaId = { SchemaName: 'orders', RegistryName: 'events' };
  await aws.glue.byHand('RegisterSchemaVersion', { SchemaId, SchemaDefinition: INCOMPATIBLE });
  await deploy(undefined);
  expect(schema()).toBeUndefined();
  expect(aws.glue.schemas('events')).toEqual([]);
});

test('what is gone already is as good as deleted', async () => {
  const { deploy, aws, clock } = await start();
  await deploy(schemaOf());
  await aws.glue.byHand('DeleteSchema', { SchemaId: { SchemaName: 'orders', RegistryName: 'events' } });
  await clock.sleep(500);
  expect((await deploy(undefined)).status).toBe('UPDATE_COMPLETE');
});
