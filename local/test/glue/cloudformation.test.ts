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

test('tags of a registry and of a schema change in place, and those of others stay', async () => {
  const { deploy, schema, aws } = await start();
  const tagged = (Tags: object) => ({ ...REGISTRY, Properties: { ...REGISTRY.Properties, Tags } });
  const { outputs } = await deploy(schemaOf({ Tags: [{ Key: 'stage', Value: 'test' }] }));
  const ResourceArn = outputs.Arn;
  await aws.glue.byHand('TagResource', { ResourceArn, TagsToAdd: { theirs: 'x' } });
  const Tags = [{ Key: 'team', Value: 'tcu' }];
  const { status, outputs: after } = await deploy(schemaOf({ Tags }), tagged([{ Key: 'stage', Value: 'live' }]));
  expect(status).toBe('UPDATE_COMPLETE');
  expect(after).toEqual(outputs);
  expect(schema()).toMatchObject({ tags: { team: 'tcu', theirs: 'x' } });
  const RegistryArn = ResourceArn.replace(':schema/events/orders', ':registry/events');
  expect(await aws.glue.byHand('GetTags', { ResourceArn: RegistryArn })).toEqual({ Tags: { stage: 'live' } });
});

test('another definition under the same name fails, and changes nothing', async () => {
  const { deploy, schema } = await start();
  await deploy(schemaOf());
  const { status } = await deploy(schemaOf({ SchemaDefinition: COMPATIBLE }));
  expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(schema()?.versions).toMatchObject({ 1: { definition: FIRST } });
  expect(Object.keys(schema()!.versions)).toEqual(['1']);
});

test.each([
  [
    'a registry that exists',
    { Other: REGISTRY },
    /^Other: .*"Resource of type 'AWS::Glue::Registry' with identifier 'events' already exists\." .*AlreadyExists\)$/,
  ],
  [
    'a schema that exists',
    { Other: schemaOf() },
    /^Other: .*"Resource of type 'AWS::Glue::Schema' with identifier 'orders' already exists\." .*AlreadyExists\)$/,
  ],
  [
    'a schema without a mode',
    { Other: schemaOf({ Compatibility: { Ref: 'AWS::NoValue' }, Name: 'others' }) },
    /^Other: Properties validation failed for resource Other with message:\n#: required key \[Compatibility\] not found$/,
  ],
])('%s fails as by the handler', async (_what, more, reason) => {
  const { aws, deploy } = await start();
  await deploy(schemaOf());
  const template = { Resources: { Registry: REGISTRY, Schema: schemaOf(), ...more } };
  const { failures } = await aws.cloudFormation.deploy({ stackName: 'Orders', template });
  expect(failures).toEqual([expect.stringMatching(reason)]);
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

describe("CloudFormation's own schema version", () => {
  const SCHEMA_ID = { SchemaName: 'orders', RegistryName: 'events' };
  const versionOf = (SchemaDefinition: string, more: object = {}) => ({
    Type: 'AWS::Glue::SchemaVersion',
    Properties: { Schema: { SchemaArn: { Ref: 'Schema' } }, SchemaDefinition },
    ...more,
  });
  const metadata = (Value: string) => ({
    Type: 'AWS::Glue::SchemaVersionMetadata',
    Properties: { SchemaVersionId: { Ref: 'Version' }, Key: 'team', Value },
  });

  async function startWith(resources: object) {
    const started = await start();
    const deploy = (more: object) =>
      started.aws.cloudFormation.deploy({
        stackName: 'Orders',
        template: {
          Resources: { Registry: REGISTRY, Schema: schemaOf(), ...more },
          Outputs: 'Version' in more ? { Id: { Value: { 'Fn::GetAtt': ['Version', 'VersionId'] } } } : {},
        },
      });
    return { ...started, deploy, first: await deploy(resources) };
  }

  test('is registered with its metadata, and deleted when it is taken out, whoever has marked it meanwhile', async () => {
    const { first, schema, deploy, aws } = await startWith({ Version: versionOf(COMPATIBLE), Pair: metadata('ecu') });
    expect(first).toMatchObject({ status: 'CREATE_COMPLETE', failures: [] });
    expect(schema()?.versions[2]).toMatchObject({ status: 'AVAILABLE', versionId: first.outputs.Id });
    await aws.glue.byHand('PutSchemaVersionMetadata', {
      SchemaVersionId: first.outputs.Id,
      MetadataKeyValue: { MetadataKey: 'owner', MetadataValue: 'somebody' },
    });
    expect(await deploy({})).toMatchObject({ status: 'UPDATE_COMPLETE', failures: [] });
    expect(Object.keys(schema()!.versions)).toEqual(['1']);
  });

  test('is left where it is retained', async () => {
    const { schema, deploy } = await startWith({ Version: versionOf(COMPATIBLE, { DeletionPolicy: 'Retain' }) });
    await deploy({});
    expect(Object.keys(schema()!.versions)).toEqual(['1', '2']);
  });

  test('is no second one of its definition', async () => {
    const { first } = await startWith({ Version: versionOf(FIRST) });
    expect(first.failures).toEqual([
      expect.stringMatching(
        /^Version: Resource handler returned message: "Resource of type 'AWS::Glue::SchemaVersion' with identifier '[0-9a-f-]+' already exists\." .*HandlerErrorCode: AlreadyExists\)$/,
      ),
    ]);
  });

  test('that is incompatible fails, and goes with the rollback', async () => {
    const { deploy, schema } = await startWith({});
    const { status, failures } = await deploy({ Version: versionOf(INCOMPATIBLE) });
    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failures).toEqual([
      expect.stringMatching(/due to schema evolution failure'\." .*HandlerErrorCode: GeneralServiceException\)$/),
    ]);
    expect(Object.keys(schema()!.versions)).toEqual(['1']);
  });

  test('that the registry refuses to delete is left behind by the clean-up', async () => {
    const { schema, deploy, aws } = await startWith({ Version: versionOf(COMPATIBLE) });
    const SchemaVersionNumber = { VersionNumber: 2 };
    await aws.glue.byHand('UpdateSchema', { SchemaId: SCHEMA_ID, SchemaVersionNumber });
    const outcome = await deploy({});
    expect(outcome).toMatchObject({
      status: 'UPDATE_COMPLETE',
      reason: expect.stringContaining('could not be deleted'),
    });
    expect(Object.keys(schema()!.versions)).toEqual(['1', '2']);
  });

  test.each([
    ['the registry refuses in its answer', { deletionError: () => ({ code: 'InternalError', message: 'no' }) }],
    ['takes more than two minutes to go', { deletionTime: 121_000 }],
  ])('that %s is left behind by the clean-up', async (_how, behavior) => {
    const { deploy, aws } = await startWith({ Version: versionOf(COMPATIBLE) });
    Object.assign(aws.glue.behavior, behavior);
    const outcome = await deploy({});
    expect(outcome).toMatchObject({
      status: 'UPDATE_COMPLETE',
      reason: expect.stringContaining('could not be deleted'),
    });
    expect(outcome.failures[0]).toMatch(
      /^Version: Resource handler returned message: "Exceeded attempts to wait" .*HandlerErrorCode: NotStabilized\)$/,
    );
  });

  test('and metadata that are gone are as good as deleted', async () => {
    const { first, deploy, aws, clock } = await startWith({ Version: versionOf(COMPATIBLE), Pair: metadata('ecu') });
    await aws.glue.byHand('DeleteSchemaVersions', { SchemaId: SCHEMA_ID, Versions: '2' });
    await clock.sleep(500);
    expect(first.status).toBe('CREATE_COMPLETE');
    expect(await deploy({})).toMatchObject({ status: 'UPDATE_COMPLETE', failures: [] });
  });

  test('and a pair of metadata have drifted when they are gone', async () => {
    const { first, aws, clock } = await startWith({ Version: versionOf(COMPATIBLE), Pair: metadata('ecu') });
    const drifted = async () => {
      await aws.call('cloudformation', 'DetectStackDrift', { StackName: 'Orders' });
      const { StackResourceDrifts } = await aws.call('cloudformation', 'DescribeStackResourceDrifts', {
        StackName: 'Orders',
      });
      const statuses = StackResourceDrifts.map(
        (each: { LogicalResourceId: string; StackResourceDriftStatus: string }) => [
          each.LogicalResourceId,
          each.StackResourceDriftStatus,
        ],
      );
      return Object.fromEntries(statuses) as object;
    };
    expect(await drifted()).toEqual({ Version: 'IN_SYNC', Pair: 'IN_SYNC' });
    const pair = { MetadataKey: 'team', MetadataValue: 'ecu' };
    await aws.glue.byHand('RemoveSchemaVersionMetadata', {
      SchemaVersionId: first.outputs.Id,
      MetadataKeyValue: pair,
    });
    expect(await drifted()).toEqual({ Version: 'IN_SYNC', Pair: 'DELETED' });
    await aws.glue.byHand('DeleteSchemaVersions', { SchemaId: SCHEMA_ID, Versions: '2' });
    await clock.sleep(500);
    expect(await drifted()).toEqual({ Version: 'DELETED', Pair: 'DELETED' });
  });

  test('exchanges a pair of metadata for another', async () => {
    const { first, deploy, schema } = await startWith({ Version: versionOf(COMPATIBLE), Pair: metadata('ecu') });
    await deploy({ Version: versionOf(COMPATIBLE), Pair: metadata('tcu') });
    const values = () => Object.values(schema()!.versions[2].metadata);
    expect(first.status).toBe('CREATE_COMPLETE');
    expect(values()).toEqual([['tcu']]);
    await deploy({ Version: versionOf(COMPATIBLE) });
    expect(values()).toEqual([]);
  });

  test.each([
    [
      'another schema',
      { Schema: { SchemaName: 'nowhere', RegistryName: 'events' }, SchemaDefinition: FIRST },
      /was not found\." .*HandlerErrorCode: NotFound\)$/,
    ],
    ['a broken definition', { SchemaDefinition: '{' }, /^Version: .*HandlerErrorCode: InvalidRequest\)$/],
    [
      'no definition',
      { SchemaDefinition: { Ref: 'AWS::NoValue' } },
      /^Version: Properties validation failed for resource Version with message:\n#: required key \[SchemaDefinition\] not found$/,
    ],
  ])('with %s tells why as the handler does', async (_what, properties, reason) => {
    const { deploy } = await startWith({});
    const Version = versionOf(COMPATIBLE);
    const { failures } = await deploy({
      Version: { ...Version, Properties: { ...Version.Properties, ...properties } },
    });
    expect(failures).toEqual([expect.stringMatching(reason)]);
  });
});
