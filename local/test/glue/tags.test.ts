import { CreateRegistryCommand, GetTagsCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-glue';
import { SCHEMA_ARN, refused, startGlue } from './harness';

const tagsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));

test('a registry and a schema are made with tags', async () => {
  const { send, create, aws } = await startGlue();
  const { RegistryArn, Tags } = await send(
    new CreateRegistryCommand({ RegistryName: 'events', Tags: { team: 'ecu' } }),
  );
  expect(Tags).toEqual({ team: 'ecu' });
  expect((await send(new GetTagsCommand({ ResourceArn: RegistryArn }))).Tags).toEqual({ team: 'ecu' });
  expect((await create({ Tags: { stage: 'test' } })).Tags).toEqual({ stage: 'test' });
  expect(aws.glue.describe('orders')?.tags).toEqual({ stage: 'test' });
});

test('tags come and go', async () => {
  const { send, create } = await startGlue();
  await create({ Tags: { a: '1', b: '2' } });
  await send(new TagResourceCommand({ ResourceArn: SCHEMA_ARN, TagsToAdd: { b: '3', c: '4' } }));
  await send(new UntagResourceCommand({ ResourceArn: SCHEMA_ARN, TagsToRemove: ['a', 'unheard-of'] }));
  expect((await send(new GetTagsCommand({ ResourceArn: SCHEMA_ARN }))).Tags).toEqual({ b: '3', c: '4' });
});

test.each([
  new TagResourceCommand({ ResourceArn: SCHEMA_ARN, TagsToAdd: {} }),
  new UntagResourceCommand({ ResourceArn: SCHEMA_ARN, TagsToRemove: [] }),
  new GetTagsCommand({ ResourceArn: SCHEMA_ARN }),
])('there is nothing to tag where there is no resource: %#', async command => {
  const { send } = await startGlue();
  await expect(send(command as GetTagsCommand)).rejects.toEqual(refused('EntityNotFoundException'));
});

test('a resource has at most 50 tags, and none that begins with aws:', async () => {
  const { send, create } = await startGlue();
  await create({ Tags: tagsOf(50) });
  const tag = (TagsToAdd: Record<string, string>) =>
    send(new TagResourceCommand({ ResourceArn: SCHEMA_ARN, TagsToAdd }));
  await tag({ k0: 'new' });
  await expect(tag({ more: 'v' })).rejects.toEqual(refused('InvalidInputException'));
  await expect(tag({ 'aws:x': 'v' })).rejects.toEqual(refused('InvalidInputException'));
  await expect(create({ SchemaName: 'others', Tags: { 'AWS:x': 'v' } })).rejects.toEqual(
    refused('InvalidInputException'),
  );
});
