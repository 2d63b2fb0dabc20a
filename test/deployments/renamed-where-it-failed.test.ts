/**
 * K4, K6: several deployments in a row fail without a rollback, and each of them renames a resource. Whatever follows, all
 * of them are undone: what was the stack's before them is the stack's, and what was not is as it was.
 */
import { sampled } from '../../testing/sample';
import { type Resources, type World } from '../histories/world';
import { CAST, MAKERS, PARTS, type Part, essence, play } from './cast';

const STACK = 'fleet';

/** Deployments that fail, each with these resources. */
async function fail(world: World, ...all: readonly Resources[]): Promise<void> {
  for (const resources of all) {
    // claims have times in seconds.
    await world.clock.sleep(2_000);
    const { status } = await world.deploy(STACK, resources, { fails: 'afterwards', onFailure: 'DO_NOTHING' });
    expect(status).toBe('UPDATE_FAILED');
  }
}

/** Ends without a failure. */
async function succeed(world: World, resources: Resources): Promise<void> {
  const { status } = await world.deploy(STACK, resources, { onFailure: 'DO_NOTHING' });
  expect(status).toBe('UPDATE_COMPLETE');
}

async function rollBack(world: World): Promise<void> {
  await world.aws.call('cloudformation', 'RollbackStack', { StackName: STACK });
  expect(await world.ended(STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
}

const RENAMED = [['B'], ['B', 'C'], ['B', 'C', 'D'], ['B', 'A']];

describe.each(PARTS)('%s', (_type, part: Part) => {
  const renamed = sampled(RENAMED, 4);

  /** What the stack has for good, beside what is renamed. */
  const beside = (world: World): Resources => ({ Beside: part.own(world, 2) });

  describe.each(renamed)('that was the stack’s and is renamed to %s %s %s', (...names) => {
    const begin = async (world: World) => {
      const deployed = { A: part.own(world, 1) };
      await world.deploy(STACK, deployed);
      const before = essence(part.held(world));
      await fail(world, ...names.map(name => ({ [name]: part.own(world, 1) })));
      return { deployed, before };
    };

    test('is the first resource’s again after a rollback that is asked for', () =>
      play(part, async world => {
        const { before } = await begin(world);
        await rollBack(world);
        expect(essence(part.held(world))).toEqual(before);
      }));

    test('is the first resource’s again after a deployment with that one', () =>
      play(part, async world => {
        const { deployed, before } = await begin(world);
        await succeed(world, deployed);
        expect(essence(part.held(world))).toEqual(before);
      }));

    test('goes with the last one, once a deployment has succeeded', () =>
      play(part, async world => {
        const before = part.held(world);
        await begin(world);
        const kept = { [names.at(-1)!]: part.own(world, 1) };
        await world.deploy(STACK, kept, { onFailure: 'DO_NOTHING' });
        expect(part.held(world)).not.toEqual(before);
        await world.destroy(STACK);
        expect(JSON.stringify(part.held(world))).not.toContain(STACK);
      }));
  });

  describe.each(renamed)('that was adopted and is renamed to %s %s %s', (...names) => {
    test('is the first adopter’s after a deployment with that one', () =>
      play(part, async world => {
        const own = beside(world);
        const adopting = { ...own, A: part.adopting(world) };
        await world.deploy(STACK, own);
        await fail(world, adopting);
        const adopted = essence(part.held(world));
        await fail(world, ...names.map(name => ({ ...own, [name]: part.adopting(world) })));
        await succeed(world, adopting);
        expect(essence(part.held(world))).toEqual(adopted);
      }));
  });

  describe.each(renamed)('that was adopted and is renamed to %s %s %s', (...names) => {
    const begin = async (world: World) => {
      const before = essence(part.held(world));
      const own = beside(world);
      await world.deploy(STACK, own);
      const deployed = essence(part.held(world));
      await fail(world, ...['A', ...names].map(name => ({ ...own, [name]: part.adopting(world) })));
      return { before, deployed, own };
    };

    test('is as it was after the stack is deleted', () =>
      play(part, async world => {
        const { before } = await begin(world);
        expect(await world.destroy(STACK)).toMatchObject({ status: 'DELETE_COMPLETE' });
        expect(essence(part.held(world))).toEqual(before);
      }));

    test('is as it was after a rollback that is asked for', () =>
      play(part, async world => {
        const { deployed } = await begin(world);
        await rollBack(world);
        expect(essence(part.held(world))).toEqual(deployed);
      }));
  });
});

/** What the stack has left behind, as far as two worlds can have the same. */
const leftBehind = (part: Part, world: World): unknown =>
  JSON.parse(JSON.stringify(essence(part.held(world))), (key, value: unknown) =>
    /(Id|At|Date)$/.test(key) ? typeof value : value,
  );

/** Another state of the artifact that a resource makes, by its type. Nothing records the description of a package. */
const OTHER_STATE: Readonly<Record<string, object>> = {
  'a package version': { Status: 'DEPRECATED' },
  'a default version': { VersionName: '2.0.0' },
  'a schema version': { Metadata: { team: 'a', renamed: 'yes' } },
};

const ENDS: readonly [string, (world: World) => Promise<unknown>][] = [
  ['the next deployment has none', world => succeed(world, {})],
  [
    'the stack is deleted',
    async world => expect(await world.destroy(STACK)).toMatchObject({ status: 'DELETE_COMPLETE' }),
  ],
];

describe.each(MAKERS)('%s that was the stack’s', (type, part) => {
  const removals = ['DELETE', 'RETAIN', ...(type === 'a package version' ? ['DEPRECATE'] : [])];

  test.each(
    sampled(
      ENDS.flatMap(([end, ends]) => removals.flatMap(Removal => RENAMED.map(names => ({ Removal, names, end, ends })))),
      3,
    ),
  )(
    'and is renamed to $names is left under $Removal as it would be without that, if $end',
    async ({ Removal, names, ends }) => {
      const own = (world: World, more?: object) => part.own(world, 1, { Removal, ...more });
      let expected: unknown;
      await play(part, async world => {
        await world.deploy(STACK, { A: own(world) });
        await ends(world);
        expected = leftBehind(part, world);
      });
      await play(part, async world => {
        await world.deploy(STACK, { A: own(world) });
        // what a deployment has changed about the resource's own artifact, and not rolled back, stays changed.
        const renamed = names.map(name => ({ [name]: own(world, name === 'A' ? {} : OTHER_STATE[type]) }));
        await fail(world, ...renamed);
        await ends(world);
        expect(leftBehind(part, world)).toEqual(expected);
      });
    },
  );
});

describe.each(MAKERS)('%s that only the last of several renames gives up', (_type, part) => {
  test('is kept by the resource before, as it was', () =>
    play(part, async world => {
      const own = (id: string): Resources => ({ [id]: part.own(world, 1) });
      await world.deploy(STACK, own('A'));
      const isRecord = /^cdk-versioned-artifacts/;
      const state = (): unknown =>
        JSON.parse(JSON.stringify(leftBehind(part, world)), (key, value) => (isRecord.test(key) ? undefined : value));
      const before = state();
      await fail(world, own('B'), own('C'), own('D'));
      await succeed(world, own('C'));
      expect(state()).toEqual(before);
    }));
});

const SCHEMA_VERSION: Part = CAST['a schema version'];

test.each<[string, readonly string[], readonly string[]]>([
  ['a failed deployment', [], ['B', 'C']],
  ['the stack', ['A'], ['C']],
])(
  'a schema version of %s goes with its resources, although each of them has put other metadata',
  (_whose, deployed, failed) =>
    play(SCHEMA_VERSION, async world => {
      const own = (id: string): Resources => ({
        [id]: SCHEMA_VERSION.own(world, 1, { Metadata: { team: 'a', ...(id !== 'C' && { more: 'b' }) } }),
      });
      await world.deploy(STACK, {});
      const before = leftBehind(SCHEMA_VERSION, world);
      for (const id of deployed) await succeed(world, own(id));
      await fail(world, ...failed.map(own));
      await succeed(world, {});
      expect(leftBehind(SCHEMA_VERSION, world)).toEqual(before);
    }),
);
