/** Versions whose ten pairs of metadata are full: what others have written there stops nothing. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import fc from 'fast-check';
import { SchemaResourceType } from '../../../contract/glue';
import { OWNER_KEY } from '../../../contract/ownership';
import { type Reply, Stack, clock } from './stack';

const VERSION = SchemaResourceType.VERSION;
const DEFINITION = '{"type":"record","name":"Item","fields":[{"name":"value","type":"int","default":0}]}';
const properties = { RegistryName: 'default-registry', SchemaName: 'orders', Definition: DEFINITION };
const adopting = { ...properties, AdoptExisting: true };

let aws: LocalAws;
let stack: Stack;
let other: Stack;

const start = async () => {
  aws = await LocalAws.start({ clock });
  await aws.glue.createSchema('orders', {
    Compatibility: 'BACKWARD',
    SchemaDefinition: '{"type":"record","name":"Item","fields":[]}',
  });
  stack = new Stack(aws, 'mine');
  other = new Stack(aws, 'other');
  await clock.sleep(2_000);
};
const stop = () => aws.stop();

const held = () => aws.glue.describe('orders')?.versions[2];
const records = () => held()?.metadata[OWNER_KEY] ?? [];
const leftOnFirst = () => aws.glue.describe('orders')?.versions[1]?.metadata;
const others = () => Object.keys(held()?.metadata ?? {}).filter(key => key !== OWNER_KEY).length;
const succeeded = (reply: Reply): string => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply.PhysicalResourceId;
};
const fill = async (pairs: number) => {
  for (let index = 0; index < pairs; index++) {
    await aws.glue.byHand('PutSchemaVersionMetadata', {
      SchemaId: { SchemaName: 'orders' },
      SchemaVersionNumber: { VersionNumber: 2 },
      MetadataKeyValue: { MetadataKey: `governance-${index}`, MetadataValue: 'x' },
    });
  }
};

/** What may happen to a full version of `V`, and what its record says then. */
const STEPS: Readonly<Record<string, { readonly act: (id: string) => Promise<Reply>; readonly then: RegExp }>> = {
  'is let go': { act: id => stack.delete(VERSION, 'V', id, properties), then: /released=/ },
  'is renamed': { act: () => stack.create(VERSION, 'Renamed', properties), then: /owner=.*stack=mine.*former=/ },
  'is adopted by another stack': {
    act: () => other.create(VERSION, 'V', adopting),
    then: /owner=.*stack=other.*from=/,
  },
};

describe.each(Object.entries(STEPS))('a full version that %s', (_what, { act, then }) => {
  beforeEach(start);
  afterEach(stop);

  test('says whose it is, and keeps the pairs of others', async () => {
    const id = succeeded(await stack.create(VERSION, 'V', properties));
    await fill(9);
    succeeded(await act(id));
    expect(records()).toEqual([expect.stringMatching(then)]);
    expect(others()).toBe(9);
  });
});

describe('with no room at all', () => {
  beforeEach(start);
  afterEach(stop);

  test.each([
    ['ten pairs of others', 10, {}, /already has 10 other pairs and needs 11, .*remove some of the others/],
    ['eight and two wanted', 8, { a: '1', b: '2' }, /already has 8 other pairs and needs 11, .*or declare fewer/],
  ])('(%s) an adoption fails before it writes anything', async (_what, pairs, Metadata, reason) => {
    await aws.glue.byHand('RegisterSchemaVersion', {
      SchemaId: { SchemaName: 'orders' },
      SchemaDefinition: DEFINITION,
    });
    await fill(pairs);
    await clock.sleep(2_000);
    const before = held();
    expect((await stack.create(VERSION, 'V', { ...adopting, Metadata })).Reason).toMatch(reason);
    expect(held()).toEqual(before);
  });
});

test('whatever call a function is killed at, a version has its one owner, as wanted, and nothing of others goes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(STEPS)),
      fc.integer({ min: 7, max: 9 }),
      fc.integer({ min: 1, max: 14 }),
      fc.constantFrom('before' as const, 'after' as const),
      async (what, pairs, call, when) => {
        await start();
        try {
          const { act, then } = STEPS[what];
          const id = succeeded(await stack.create(VERSION, 'V', properties));
          await fill(pairs);
          for (const by of [stack, other]) by.killNext = { call, when };
          succeeded(await act(id));
          expect(others()).toBe(pairs);
          expect(held()?.status).toBe('AVAILABLE');
          expect(records()).toEqual([expect.stringMatching(then)]);
          expect(leftOnFirst()).toEqual({});
        } finally {
          await stop();
        }
      },
    ),
    { numRuns: 60, seed: 8 },
  );
}, 60_000);
