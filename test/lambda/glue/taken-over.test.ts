/** What an update has taken over that failed without a rollback: its former owner's removal decides when the stack goes. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SchemaResourceType } from '../../../contract/glue';
import { OWNER_KEY } from '../../../contract/ownership';
import { type DeleteOrder, type DeletedResource, ORDERS, deleteAtOnce } from '../../../testing/two-deletes';
import { type Reply, Stack, clock } from './stack';

const VERSION = SchemaResourceType.VERSION;
const FIRST = '{"type":"record","name":"Item","fields":[]}';
const DEFINITION = FIRST.replace('[]', '[{"name":"value","type":"int","default":0}]');
const OTHER = DEFINITION.replace('"value"', '"other"');

let aws: LocalAws;
let stack: Stack;
/** Each time another one: a schema that is deleted is there for a while. */
let schema: string;
let made = 0;

beforeEach(async () => {
  aws = await LocalAws.start({ clock });
});
afterEach(() => aws.stop());

const version = (Definition: string, more: object = {}) => ({
  RegistryName: 'default-registry',
  SchemaName: schema,
  Definition,
  ...more,
});
const kept = () => version(DEFINITION);
const deletable = () => version(DEFINITION, { Removal: 'DELETE' });
const held = () =>
  Object.values(aws.glue.describe(schema)?.versions ?? {}).find(({ definition }) => definition === DEFINITION);
const succeeded = (reply: Reply): string => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply.PhysicalResourceId;
};

/** The deployment of both resources fails after one has taken the other's version over; then the stack is deleted. */
async function takenOver(former: () => object, taker: () => object): Promise<Record<DeletedResource, string>> {
  schema = `orders-${++made}`;
  await aws.glue.createSchema(schema, { Compatibility: 'BACKWARD', SchemaDefinition: FIRST });
  stack = new Stack(aws);
  const Former = succeeded(await stack.create(VERSION, 'Former', former()));
  stack.status = 'UPDATE_COMPLETE';
  await stack.later();
  stack.status = 'UPDATE_IN_PROGRESS';
  const id = succeeded(await stack.create(VERSION, 'Taker', version(OTHER)));
  const Taker = succeeded(await stack.update(VERSION, 'Taker', { id, properties: taker(), old: version(OTHER) }));
  await stack.later();
  stack.history.enter('UPDATE_FAILED');
  await stack.later();
  stack.history.enter('DELETE_IN_PROGRESS');
  return { Former, Taker };
}

async function deleteBoth(
  order: DeleteOrder,
  removals: Record<DeletedResource, () => object>,
  call = 0,
): Promise<boolean> {
  const ids = await takenOver(removals.Former, removals.Taker);
  return deleteAtOnce(stack, { order, call }, async id =>
    succeeded(await stack.delete(VERSION, id, ids[id], removals[id]())),
  );
}

const staysUnowned = () => {
  expect(held()?.status).toBe('AVAILABLE');
  expect(held()?.metadata[OWNER_KEY]).toEqual([expect.stringMatching(/^\d+\.released=[0-9a-f]+$/)]);
};

describe.each(ORDERS)('whose stack is deleted, %s before %s', (...order) => {
  test('a version that an earlier deployment had made under RETAIN stays, nobody’s', async () => {
    await deleteBoth(order, { Former: kept, Taker: deletable });
    staysUnowned();
  });

  test('one that it had made under DELETE goes', async () => {
    await deleteBoth(order, { Former: deletable, Taker: kept });
    expect(held()).toBeUndefined();
  });
});

test.each(ORDERS)(
  'whose stack is deleted, %s’s Delete overlapped at any call by that of %s: let go once',
  async (...order) => {
    for (let call = 1, isAtOnce = true; isAtOnce; call++) {
      isAtOnce = await deleteBoth(order, { Former: kept, Taker: deletable }, call);
      staysUnowned();
      await deleteBoth(order, { Former: deletable, Taker: kept }, call);
      expect(held()).toBeUndefined();
    }
  },
);
