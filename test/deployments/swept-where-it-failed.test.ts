/**
 * K4, K5: a deployment that failed without a rollback, and then one whose retention CloudFormation waits for. What a
 * rollback may still need stays, and `keepLatest` counts nothing that it removes.
 */
import { ENVIRONMENT, PACKAGE, SCHEMA, SERVER } from '../histories/families';
import { type Resources, type World } from '../histories/world';
import { CAST, type Part, essence, play as playNow } from './cast';

const STACK = 'fleet';

type Held = Readonly<Record<string, unknown>>;

const ofPackage = ({ aws }: World): Held => ({
  ...aws.iot.describe(PACKAGE)?.versions,
  default: aws.iot.describe(PACKAGE)?.defaultVersionName,
});

/** The newest version is not the default. */
const withNewer = (part: Part): Part => ({
  ...part,
  begin: async world => {
    await part.begin(world);
    await world.aws.iot.createVersion(PACKAGE, '0.4.0', { status: 'PUBLISHED' });
  },
});

/** What a retention that keeps one version may remove of what was there, and what is compared. */
const KINDS: readonly [string, Part, readonly string[], (world: World) => Held][] = [
  ['a package version', withNewer(CAST['a package version']), ['0.2.0'], ofPackage],
  ['a default version', withNewer(CAST['a default version']), ['0.1.0'], ofPackage],
  ['a schema version', CAST['a schema version'], ['2', '4'], ({ aws }) => ({ ...aws.glue.describe(SCHEMA)?.versions })],
  [
    'a CloudBase version',
    CAST['a CloudBase version'],
    ['api-001', 'api-002', 'api-004'],
    ({ aws }) => ({ ...aws.weChat.describe(ENVIRONMENT, SERVER) }),
  ],
];

/** What was there is older than what a retention leaves alone, because somebody may be about to mark it. */
const play = (part: Part, acts: (world: World) => Promise<void>): Promise<void> =>
  playNow(part, world => {
    world.clock.advance(60_000);
    return acts(world);
  });

/** The newest versions of those that no stack made: the stack has a newer one. */
const NEWEST = ['5', '0.4.0'];

const sweeping = (world: World, resources: Resources): Resources => ({
  ...resources,
  ...world.sweeping({ keep: 1, triggers: ['DURING_DEPLOYMENT'] }, resources),
});

const fails = { fails: 'afterwards', onFailure: 'DO_NOTHING' } as const;

describe.each(KINDS)('%s', (_type, part, mayGo, read) => {
  const snapshot = (world: World) => essence(structuredClone(read(world))) as Held;

  /** What was there is as before, but for what the retention was allowed to remove. */
  const isAsBefore = (world: World, before: Held, more: readonly string[] = []) => {
    const after = snapshot(world);
    const gone = Object.keys(before).filter(name => !(name in after));
    expect([...mayGo, ...more]).toEqual(expect.arrayContaining(gone));
    for (const name of Object.keys(after).filter(each => each in before)) expect(after[name]).toEqual(before[name]);
    return gone;
  };

  const rollsBack = async (world: World) => expect((await world.rollBack(STACK)).status).toMatch(/ROLLBACK_COMPLETE$/);

  test.each([['which fails, too'], ['again and again']])(
    'that an update adds is undone after a deployment with a retention %s',
    how =>
      play(part, async world => {
        await world.deploy(STACK, {});
        const before = snapshot(world);
        const resources = { Own: part.own(world, 1), Adopted: part.adopting(world) };
        await world.deploy(STACK, resources, fails);
        const times = how === 'which fails, too' ? 1 : 3;
        for (let nth = 0; nth < times; nth++) {
          const { status } = await world.deploy(STACK, sweeping(world, resources), fails);
          expect(status).toBe('UPDATE_FAILED');
        }
        await rollsBack(world);
        expect(isAsBefore(world, before)).not.toEqual([]);
      }),
  );

  /** The stack has one, and an update that fails has replaced it. */
  const replaced = async (world: World) => {
    const own = { Own: part.own(world, 1) };
    await world.deploy(STACK, own);
    const before = snapshot(world);
    const resources = { Own: part.own(world, 2), Adopted: part.adopting(world) };
    expect((await world.deploy(STACK, resources, fails)).status).toBe('UPDATE_FAILED');
    return { own, before, resources };
  };

  test('that an update replaces is there again after a rollback, whatever a retention has removed meanwhile', () =>
    play(part, async world => {
      const { before, resources } = await replaced(world);
      await world.deploy(STACK, sweeping(world, resources), fails);
      await rollsBack(world);
      isAsBefore(world, before, NEWEST);
    }));

  test('that an update replaces is there after a deployment of what was before, with a retention', () =>
    play(part, async world => {
      const { own, before } = await replaced(world);
      const { status } = await world.deploy(STACK, sweeping(world, own), { onFailure: 'DO_NOTHING' });
      expect(status).toBe('UPDATE_COMPLETE');
      isAsBefore(world, before, NEWEST);
    }));

  test('that a creation that fails adds is undone with its stack, after a deployment with a retention', () =>
    play(part, async world => {
      const before = snapshot(world);
      const resources = { Own: part.own(world, 1), Adopted: part.adopting(world) };
      await world.deploy(STACK, resources, fails);
      await world.deploy(STACK, sweeping(world, resources), fails);
      expect((await world.destroy(STACK)).status).toBe('DELETE_COMPLETE');
      isAsBefore(world, before);
    }));

  test('that a failed deployment leaves goes with the stack once a deployment with a retention has succeeded', () =>
    play(part, async world => {
      const { resources } = await replaced(world);
      const { status } = await world.deploy(STACK, sweeping(world, resources), { onFailure: 'DO_NOTHING' });
      expect(status).toBe('UPDATE_COMPLETE');
      const deployed = snapshot(world);
      await world.destroy(STACK);
      expect(snapshot(world)).not.toEqual(deployed);
      expect(JSON.stringify(snapshot(world))).not.toContain(STACK);
    }));

  test('that a failed deployment has adopted goes with a retention after a deployment without it', () =>
    play(part, async world => {
      await world.deploy(STACK, {});
      const before = snapshot(world);
      await world.deploy(STACK, { Adopted: part.adopting(world) }, fails);
      const sweep = world.sweeping({ keep: 1, triggers: ['AFTER_DEPLOYMENT'] }, {});
      const { status } = await world.deploy(STACK, sweep, { onFailure: 'DO_NOTHING' });
      expect(status).toBe('UPDATE_COMPLETE');
      // the registry shows for a moment what it deletes.
      await world.clock.sleep(2_000);
      const gone = Object.keys(before).filter(name => !(name in snapshot(world)));
      expect(gone).toEqual(expect.arrayContaining([...mayGo]));
      expect(gone).toHaveLength(mayGo.length + 1);
    }));
});
