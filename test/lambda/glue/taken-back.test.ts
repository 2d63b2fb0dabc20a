/** What a rollback has taken back from a renamed resource is the resource's as before, whatever comes next. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SchemaResourceType } from '../../../contract/glue';
import { OWNER_KEY } from '../../../contract/ownership';
import { type Reply, Stack, clock } from './stack';

const VERSION = SchemaResourceType.VERSION;
const SCHEMA = 'orders';
const FIRST = '{"type":"record","name":"Item","fields":[]}';
const DEFINITION = FIRST.replace('[]', '[{"name":"value","type":"int","default":0}]');
const version = (Definition: string, more: object = {}) => ({
  RegistryName: 'default-registry',
  SchemaName: SCHEMA,
  Definition,
  ...more,
});
const kept = version(DEFINITION);
const other = version(DEFINITION.replace('"value"', '"other"'));

let aws: LocalAws;
let stack: Stack;

beforeEach(async () => {
  aws = await LocalAws.start({ clock });
  await aws.glue.createSchema(SCHEMA, { Compatibility: 'BACKWARD', SchemaDefinition: FIRST });
  stack = new Stack(aws);
});
afterEach(() => aws.stop());

const succeeded = (reply: Reply): string => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply.PhysicalResourceId;
};
const held = () =>
  Object.values(aws.glue.describe(SCHEMA)?.versions ?? {}).find(({ definition }) => definition === DEFINITION);
const owner = () => /owner=([0-9a-f]+)/.exec(String(held()?.metadata[OWNER_KEY]))?.[1];

/** A deployment that renames the resource and gives its name to another version fails; its rollback takes the version back. */
async function takenBack(properties: object, renamedTo = properties): Promise<string> {
  stack.history.enter('CREATE_IN_PROGRESS');
  const former = succeeded(await stack.create(VERSION, 'V', properties));
  stack.history.enter('CREATE_COMPLETE');
  await stack.later();
  stack.history.enter('UPDATE_IN_PROGRESS');
  const renamed = succeeded(await stack.create(VERSION, 'Renamed', renamedTo));
  const id = succeeded(await stack.update(VERSION, 'V', { id: former, properties: other, old: properties }));
  await stack.later();
  stack.history.enter('UPDATE_ROLLBACK_IN_PROGRESS');
  expect(succeeded(await stack.update(VERSION, 'V', { id, properties, old: other }))).toBe(former);
  stack.history.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  succeeded(await stack.delete(VERSION, 'V', id, other));
  succeeded(await stack.delete(VERSION, 'Renamed', renamed, renamedTo));
  stack.history.enter('UPDATE_ROLLBACK_COMPLETE');
  await stack.later();
  return former;
}

test('a version that was made by hand is not given up when the next deployment fails', async () => {
  aws.glue.addVersions(SCHEMA, [{ definition: DEFINITION }]);
  const properties = { ...kept, AdoptExisting: true };
  const id = await takenBack(properties);
  const before = owner();
  expect(before).toBeDefined();
  stack.history.enter('UPDATE_IN_PROGRESS');
  const changed = { ...properties, Metadata: { ticket: 'A-1' } };
  succeeded(await stack.update(VERSION, 'V', { id, properties: changed, old: properties }));
  await stack.later();
  stack.history.enter('UPDATE_ROLLBACK_IN_PROGRESS');
  succeeded(await stack.update(VERSION, 'V', { id, properties, old: changed }));
  expect(owner()).toBe(before);
});

test.each(['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'DELETE_IN_PROGRESS'])(
  'a version under RETAIN stays when it goes in %s',
  async status => {
    const id = await takenBack(kept);
    stack.history.enter(status === 'DELETE_IN_PROGRESS' ? 'UPDATE_FAILED' : 'UPDATE_IN_PROGRESS');
    await stack.later();
    stack.history.enter(status);
    succeeded(await stack.delete(VERSION, 'V', id, kept));
    expect(held()?.status).toBe('AVAILABLE');
  },
);

test('a version that an Update has adopted back goes back to its adopter when the deployment fails', async () => {
  const adopting = { ...kept, AdoptExisting: true };
  const changed = { ...adopting, Metadata: { ticket: 'A-1' } };
  stack.history.enter('CREATE_IN_PROGRESS');
  const id = succeeded(await stack.create(VERSION, 'V', adopting));
  stack.history.enter('CREATE_COMPLETE');
  await stack.later();
  const other = new Stack(aws, 'other');
  other.history.enter('CREATE_IN_PROGRESS');
  succeeded(await other.create(VERSION, 'V', adopting));
  other.history.enter('CREATE_COMPLETE');
  const adopter = owner();
  await stack.later();
  stack.history.enter('UPDATE_IN_PROGRESS');
  succeeded(await stack.update(VERSION, 'V', { id, properties: changed, old: adopting }));
  expect(owner()).not.toBe(adopter);
  await stack.later();
  stack.history.enter('UPDATE_ROLLBACK_IN_PROGRESS');
  succeeded(await stack.update(VERSION, 'V', { id, properties: adopting, old: changed }));
  expect(owner()).toBe(adopter);
});

test('a version that is taken back has the metadata of before, and not what the failed deployment had put beside them', async () => {
  const declared = { ...kept, Metadata: { team: 'a', tier: '1' } };
  await takenBack(declared, { ...declared, Metadata: { team: 'b', tier: '1', ticket: 'A-1' } });
  expect(held()?.metadata).toEqual({ [OWNER_KEY]: [expect.anything()], team: ['a'], tier: ['1'] });
});

test('metadata that a renamed resource still declares stay, when its former name goes', async () => {
  const declared = { ...kept, Metadata: { ticket: 'A-1' } };
  const former = succeeded(await stack.create(VERSION, 'V', declared));
  succeeded(await stack.create(VERSION, 'Renamed', declared));
  succeeded(await stack.delete(VERSION, 'V', former, declared));
  expect(held()?.metadata).toMatchObject({ ticket: ['A-1'] });
});
