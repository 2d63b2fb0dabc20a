import {
  CreateRegistryCommand,
  CreateSchemaCommand,
  DeleteSchemaCommand,
  GetSchemaByDefinitionCommand,
  GetSchemaCommand,
  ListSchemaVersionsCommand,
  ListSchemasCommand,
  RegisterSchemaVersionCommand,
  UpdateSchemaCommand,
  type UpdateSchemaCommandInput,
} from '@aws-sdk/client-glue';
import {
  COMPATIBLE,
  FIRST,
  INCOMPATIBLE,
  ORDERS,
  REGISTRY_ARN,
  SCHEMA,
  SCHEMA_ARN,
  record,
  refused,
  startGlue,
  value,
} from './harness';

describe('a new schema', () => {
  test('has its first version as checkpoint, available at once', async () => {
    const { create, schema, clock } = await startGlue();
    const described = {
      RegistryName: 'default-registry',
      RegistryArn: REGISTRY_ARN,
      SchemaName: 'orders',
      SchemaArn: SCHEMA_ARN,
      DataFormat: 'AVRO',
      Compatibility: 'FULL_ALL',
      SchemaCheckpoint: 1,
      LatestSchemaVersion: 1,
      NextSchemaVersion: 2,
      SchemaStatus: 'AVAILABLE',
    };
    expect(await create({ Compatibility: 'FULL_ALL' })).toMatchObject({
      ...described,
      SchemaVersionId: expect.stringMatching(/^[a-f0-9-]{36}$/),
      SchemaVersionStatus: 'AVAILABLE',
    });
    const at = new Date(clock.now()).toISOString();
    const read = await schema();
    expect(read).toMatchObject({ ...described, CreatedTime: at, UpdatedTime: at });
    expect(read).not.toHaveProperty('Description');
  });

  test('without a registry makes the default one', async () => {
    const { create, aws } = await startGlue();
    expect(aws.glue.registries).toEqual([]);
    await create();
    expect(aws.glue.registries).toEqual(['default-registry']);
  });

  test('can be named by its ARN', async () => {
    const { create, send } = await startGlue();
    await create();
    expect(await send(new GetSchemaCommand({ SchemaId: { SchemaArn: SCHEMA_ARN } }))).toMatchObject({
      SchemaName: 'orders',
    });
  });

  test('needs a compatibility mode, whatever the model says', async () => {
    const { create, aws } = await startGlue();
    await expect(create({ Compatibility: undefined })).rejects.toEqual(
      refused('InvalidInputException', 'Compatibility is not valid.'),
    );
    expect(aws.glue.describe('orders')).toBeUndefined();
  });

  test('needs a definition, whatever the model says', async () => {
    const { create } = await startGlue();
    await expect(create({ SchemaDefinition: undefined })).rejects.toEqual(
      refused(
        'InvalidInputException',
        'The resource name contains too many or too few characters. Parameter Name: schemaDefinition',
      ),
    );
  });

  test('needs a definition without errors', async () => {
    const { create } = await startGlue();
    await expect(create({ SchemaDefinition: 'not a schema' })).rejects.toEqual(
      refused('InvalidInputException', /^Schema definition of AVRO data format is invalid: /),
    );
  });

  test('needs a name of its own in its registry', async () => {
    const { create, send } = await startGlue();
    await create();
    await expect(create()).rejects.toEqual(
      refused('AlreadyExistsException', 'Schema already exists. SchemaName: orders'),
    );
    await send(new CreateRegistryCommand({ RegistryName: 'events' }));
    await create({ RegistryId: { RegistryName: 'events' } });
  });

  test('needs its registry', async () => {
    const { create } = await startGlue();
    await expect(create({ RegistryId: { RegistryName: 'events' } })).rejects.toEqual(
      refused('EntityNotFoundException', 'Registry is not found. RegistryName: events, RegistryArn: null'),
    );
  });
});

test('a schema that is missing is an EntityNotFound that names what was asked for', async () => {
  const { send, aws } = await startGlue();
  await aws.glue.createSchema('others');
  await expect(send(new GetSchemaCommand({ SchemaId: SCHEMA }))).rejects.toEqual(
    refused(
      'EntityNotFoundException',
      'Schema is not found. RegistryName: default-registry, SchemaName: orders, SchemaArn: null',
    ),
  );
  await expect(send(new DeleteSchemaCommand({ SchemaId: SCHEMA }))).rejects.toEqual(
    refused('EntityNotFoundException', /^Schema is not found\./),
  );
  await expect(send(new GetSchemaCommand({ SchemaId: { SchemaArn: SCHEMA_ARN } }))).rejects.toEqual(
    refused(
      'EntityNotFoundException',
      `Schema is not found. RegistryName: null, SchemaName: null, SchemaArn: ${SCHEMA_ARN}`,
    ),
  );
});

test('the ARN of another account or region is that of a schema that is missing', async () => {
  const { send, create } = await startGlue();
  await create();
  for (const SchemaArn of [SCHEMA_ARN.replace('us-east-1', 'eu-west-1'), SCHEMA_ARN.replace('1111', '2222')]) {
    await expect(send(new GetSchemaCommand({ SchemaId: { SchemaArn } }))).rejects.toEqual(
      refused('EntityNotFoundException', /^Schema is not found\./),
    );
  }
});

test('a schema in a registry that is missing is an EntityNotFound that names the registry alone', async () => {
  const { send } = await startGlue();
  const SchemaId = { SchemaName: 'orders', RegistryName: 'missing' };
  await expect(send(new GetSchemaCommand({ SchemaId }))).rejects.toEqual(
    refused('EntityNotFoundException', 'Registry is not found. RegistryName: missing'),
  );
});

test('schemas are listed over all registries or of one, a page at a time', async () => {
  const { send, create } = await startGlue();
  await send(new CreateRegistryCommand({ RegistryName: 'events' }));
  const RegistryId = { RegistryName: 'events' };
  await create();
  for (const SchemaName of ['a', 'b', 'c']) await create({ SchemaName, RegistryId });

  const all = await send(new ListSchemasCommand({}));
  expect(all.Schemas?.map(({ SchemaName }) => SchemaName).sort()).toEqual(['a', 'b', 'c', 'orders']);
  const first = await send(new ListSchemasCommand({ RegistryId, MaxResults: 2 }));
  const second = await send(new ListSchemasCommand({ RegistryId, MaxResults: 2, NextToken: first.NextToken }));
  expect([first, second].map(({ Schemas }) => Schemas?.map(({ SchemaName }) => SchemaName))).toEqual([
    ['a', 'b'],
    ['c'],
  ]);
  expect(second.NextToken).toBeUndefined();
  await expect(send(new ListSchemasCommand({ NextToken: first.NextToken }))).rejects.toEqual(
    refused('InvalidInputException'),
  );
});

describe('an update', () => {
  /** Versions 1, 2 and 4 are available, 3 is in FAILURE. */
  async function startWithVersions(behavior = {}) {
    const started = await startGlue(behavior);
    await started.create();
    started.aws.glue.addVersions('orders', [{}, { status: 'FAILURE' }, {}, { status: 'FAILURE' }]);
    const update = (input: Omit<UpdateSchemaCommandInput, 'SchemaId'>) =>
      started.send(new UpdateSchemaCommand({ SchemaId: SCHEMA, ...input }));
    return { ...started, update };
  }
  const to = (VersionNumber: number) => ({ SchemaVersionNumber: { VersionNumber } });

  test('of the description needs nothing else', async () => {
    const { update, schema } = await startWithVersions();
    expect(await update({ Description: 'new' })).toMatchObject({
      SchemaArn: SCHEMA_ARN,
      SchemaName: 'orders',
      RegistryName: 'default-registry',
    });
    expect(await schema()).toMatchObject({ Description: 'new', Compatibility: 'BACKWARD', SchemaCheckpoint: 1 });
  });

  test('of the compatibility mode needs a checkpoint', async () => {
    const { update, schema } = await startWithVersions();
    await expect(update({ Compatibility: 'NONE' })).rejects.toEqual(
      refused('InvalidInputException', 'Schema version checkpoint is missing.'),
    );
    expect(await schema()).toMatchObject({ Compatibility: 'BACKWARD' });
    await update({ Compatibility: 'NONE', ...to(1) });
    expect(await schema()).toMatchObject({ Compatibility: 'NONE', SchemaCheckpoint: 1 });
  });

  test('to the compatibility mode that it has is refused', async () => {
    const { update, schema } = await startWithVersions();
    await expect(update({ Compatibility: 'BACKWARD', ...to(2) })).rejects.toEqual(refused('InvalidInputException'));
    expect(await schema()).toMatchObject({ SchemaCheckpoint: 1 });
  });

  test('moves the checkpoint forward without a compatibility mode', async () => {
    const { update, schema } = await startWithVersions();
    await update(to(2));
    expect(await schema()).toMatchObject({ SchemaCheckpoint: 2, Compatibility: 'BACKWARD' });
  });

  test('never moves the checkpoint back', async () => {
    const { update, schema } = await startWithVersions();
    await update(to(4));
    await expect(update(to(2))).rejects.toEqual(refused('InvalidInputException'));
    await expect(update({ Compatibility: 'NONE', ...to(1) })).rejects.toEqual(refused('InvalidInputException'));
    expect(await schema()).toMatchObject({ SchemaCheckpoint: 4, Compatibility: 'BACKWARD' });
  });

  test('to the latest version is to the newest available one', async () => {
    const { update, schema } = await startWithVersions();
    await update({ SchemaVersionNumber: { LatestVersion: true } });
    expect(await schema()).toMatchObject({ SchemaCheckpoint: 4, LatestSchemaVersion: 5 });
  });

  test('to a version that is missing is an EntityNotFound', async () => {
    const { update } = await startWithVersions();
    await expect(update(to(9))).rejects.toEqual(refused('EntityNotFoundException', /^Schema version is not found\./));
  });

  test('to a version in FAILURE is refused, or not', async () => {
    const { update, schema, aws } = await startWithVersions();
    await expect(update(to(3))).rejects.toEqual(refused('InvalidInputException'));
    aws.glue.behavior.checkpointOnFailure = 'allowed';
    await update(to(3));
    expect(await schema()).toMatchObject({ SchemaCheckpoint: 3 });
  });

  test('of nothing is refused', async () => {
    const { update } = await startWithVersions();
    await expect(update({})).rejects.toEqual(refused('InvalidInputException'));
  });

  test('and a registration show in the time of the last update', async () => {
    const { update, schema, clock, register } = await startWithVersions();
    await clock.sleep(1000);
    await update({ Description: 'new' });
    expect((await schema()).UpdatedTime).toBe(new Date(clock.now()).toISOString());
    await clock.sleep(1000);
    await register(INCOMPATIBLE);
    expect((await schema()).UpdatedTime).toBe(new Date(clock.now()).toISOString());
  });
});

test('versions below the checkpoint take no part in compatibility checks', async () => {
  const { create, register, send, list, clock } = await startGlue();
  await create({ Compatibility: 'BACKWARD_ALL', SchemaDefinition: INCOMPATIBLE });
  await send(
    new UpdateSchemaCommand({ SchemaId: SCHEMA, Compatibility: 'NONE', SchemaVersionNumber: { VersionNumber: 1 } }),
  );
  await register(FIRST);
  await send(
    new UpdateSchemaCommand({
      SchemaId: SCHEMA,
      Compatibility: 'BACKWARD_ALL',
      SchemaVersionNumber: { VersionNumber: 2 },
    }),
  );
  await register(COMPATIBLE);
  await clock.sleep(1000);
  expect(await list()).toEqual(['3 AVAILABLE', '2 AVAILABLE', '1 AVAILABLE']);
});

describe('the deletion of a schema', () => {
  test('shows as DELETING until it is gone, in no list, and takes neither writes nor definitions', async () => {
    const { create, send, schema, register, clock } = await startGlue();
    await create();
    expect(await send(new DeleteSchemaCommand({ SchemaId: SCHEMA }))).toMatchObject({
      SchemaArn: SCHEMA_ARN,
      SchemaName: 'orders',
      Status: 'DELETING',
    });
    expect(await schema()).toMatchObject({ SchemaStatus: 'DELETING' });
    expect((await send(new ListSchemasCommand({}))).Schemas).toEqual([]);
    await expect(register(COMPATIBLE)).rejects.toEqual(refused('ConcurrentModificationException'));
    const looking = new GetSchemaByDefinitionCommand({ SchemaId: SCHEMA, SchemaDefinition: FIRST });
    await expect(send(looking)).rejects.toEqual(refused('InvalidInputException', /is being deleted/));

    await clock.sleep(500);

    await expect(schema()).rejects.toEqual(refused('EntityNotFoundException', /^Schema is not found\./));
    await expect(send(new ListSchemaVersionsCommand({ SchemaId: SCHEMA }))).rejects.toEqual(
      refused('EntityNotFoundException'),
    );
  });

  test('takes all versions with it, and frees the name', async () => {
    const { create, send, register, list, clock } = await startGlue();
    await create();
    await register(COMPATIBLE);
    await send(new DeleteSchemaCommand({ SchemaId: SCHEMA }));
    await clock.sleep(500);
    await create();
    expect(await list()).toEqual(['1 AVAILABLE']);
  });

  test('answers writes with another error where a test says so', async () => {
    const { create, send, register } = await startGlue({ deletingError: 'InvalidInputException' });
    await create();
    await send(new DeleteSchemaCommand({ SchemaId: SCHEMA }));
    await expect(register(COMPATIBLE)).rejects.toEqual(refused('InvalidInputException'));
  });
});

test('an account has at most 10,000 versions, of all schemas together', async () => {
  const { create, aws, register, send } = await startGlue();
  await create();
  aws.glue.addVersions('orders', Array(9_998).fill({}));
  await send(new CreateSchemaCommand({ ...ORDERS, SchemaName: 'others' }));
  await expect(register(record(value, { name: 'more', type: 'int', default: 0 }))).rejects.toEqual(
    refused('ResourceNumberLimitExceededException'),
  );
  await expect(
    send(new RegisterSchemaVersionCommand({ SchemaId: { SchemaName: 'others' }, SchemaDefinition: COMPATIBLE })),
  ).rejects.toEqual(refused('ResourceNumberLimitExceededException'));
});
