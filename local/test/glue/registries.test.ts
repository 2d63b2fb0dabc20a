import {
  CreateRegistryCommand,
  CreateSchemaCommand,
  DeleteRegistryCommand,
  GetRegistryCommand,
  GetSchemaCommand,
  GetSchemaVersionCommand,
  GlueClient,
  ListRegistriesCommand,
  ListSchemasCommand,
  UpdateRegistryCommand,
  paginateListRegistries,
} from '@aws-sdk/client-glue';
import { client } from '../core/fixtures';
import { ORDERS, refused, startGlue } from './harness';

const ARN = 'arn:aws:glue:us-east-1:111111111111:registry/events';
const RegistryId = { RegistryName: 'events' };

async function startWithRegistry() {
  const started = await startGlue();
  await started.send(new CreateRegistryCommand({ RegistryName: 'events', Description: 'owned' }));
  return started;
}

test('a registry has an ARN with its name, and times as text', async () => {
  const { send, clock } = await startGlue();
  expect(await send(new CreateRegistryCommand({ RegistryName: 'events', Description: 'owned' }))).toMatchObject({
    RegistryArn: ARN,
    RegistryName: 'events',
    Description: 'owned',
  });
  const at = new Date(clock.now()).toISOString();
  expect(await send(new GetRegistryCommand({ RegistryId: { RegistryArn: ARN } }))).toMatchObject({
    RegistryName: 'events',
    RegistryArn: ARN,
    Description: 'owned',
    Status: 'AVAILABLE',
    CreatedTime: at,
    UpdatedTime: at,
  });
});

test('a registry that exists cannot be created', async () => {
  const { send } = await startWithRegistry();
  await expect(send(new CreateRegistryCommand({ RegistryName: 'events' }))).rejects.toEqual(
    refused('AlreadyExistsException', 'Registry already exists. RegistryName: events'),
  );
});

test.each([GetRegistryCommand, DeleteRegistryCommand])(
  'a registry that is missing is an EntityNotFound',
  async Command => {
    const { send } = await startGlue();
    await expect(send(new Command({ RegistryId }) as GetRegistryCommand)).rejects.toEqual(
      refused('EntityNotFoundException', 'Registry is not found. RegistryName: events, RegistryArn: null'),
    );
  },
);

test('the description of a registry can change', async () => {
  const { send, clock } = await startWithRegistry();
  await clock.sleep(1000);
  expect(await send(new UpdateRegistryCommand({ RegistryId, Description: 'new' }))).toMatchObject({
    RegistryArn: ARN,
    RegistryName: 'events',
  });
  const { Description, CreatedTime, UpdatedTime } = await send(new GetRegistryCommand({ RegistryId }));
  expect(Description).toBe('new');
  expect(Date.parse(UpdatedTime!) - Date.parse(CreatedTime!)).toBe(1000);
});

test('an account has at most 100 registries', async () => {
  const { send, aws } = await startGlue();
  for (let i = 0; i < 100; i++) await aws.glue.byHand('CreateRegistry', { RegistryName: `r${i}` });
  await expect(send(new CreateRegistryCommand({ RegistryName: 'one-more' }))).rejects.toEqual(
    refused('ResourceNumberLimitExceededException'),
  );
});

test('registries are listed in pages of 25', async () => {
  const { aws } = await startGlue();
  for (let i = 0; i < 30; i++) await aws.glue.byHand('CreateRegistry', { RegistryName: `r${i}` });
  const glue = new GlueClient(client(aws));
  const pages: number[] = [];
  const names = new Set<string>();
  for await (const { Registries = [] } of paginateListRegistries({ client: glue }, {})) {
    pages.push(Registries.length);
    for (const { RegistryName } of Registries) names.add(RegistryName!);
  }
  glue.destroy();
  expect(pages).toEqual([25, 5]);
  expect(names.size).toBe(30);
});

describe('the deletion of a registry', () => {
  test('shows as DELETING until it is gone, in no list, and takes no writes', async () => {
    const { send, clock } = await startWithRegistry();
    expect(await send(new DeleteRegistryCommand({ RegistryId }))).toMatchObject({
      RegistryName: 'events',
      RegistryArn: ARN,
      Status: 'DELETING',
    });
    expect(await send(new GetRegistryCommand({ RegistryId }))).toMatchObject({ Status: 'DELETING' });
    expect((await send(new ListRegistriesCommand({}))).Registries).toEqual([]);
    await expect(send(new CreateSchemaCommand({ ...ORDERS, RegistryId }))).rejects.toEqual(
      refused('ConcurrentModificationException'),
    );

    await clock.sleep(500);

    await expect(send(new GetRegistryCommand({ RegistryId }))).rejects.toEqual(
      refused('EntityNotFoundException', 'Registry is not found. RegistryName: events, RegistryArn: null'),
    );
    await send(new CreateRegistryCommand({ RegistryName: 'events' }));
  });

  test('takes its schemas and their versions with it', async () => {
    const { send, clock } = await startWithRegistry();
    const { SchemaVersionId } = await send(new CreateSchemaCommand({ ...ORDERS, RegistryId }));
    await send(new DeleteRegistryCommand({ RegistryId }));
    expect((await send(new ListSchemasCommand({}))).Schemas).toEqual([]);
    await clock.sleep(500);
    await expect(send(new GetSchemaVersionCommand({ SchemaVersionId }))).rejects.toEqual(
      refused('EntityNotFoundException', /^Schema version is not found\./),
    );
    await expect(
      send(new GetSchemaCommand({ SchemaId: { SchemaName: 'orders', RegistryName: 'events' } })),
    ).rejects.toEqual(refused('EntityNotFoundException', 'Registry is not found. RegistryName: events'));
  });
});
