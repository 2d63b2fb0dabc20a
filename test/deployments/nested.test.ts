/**
 * A stack that rolls back takes a nested one back with it, which had completed its own update: nothing that this had
 * adopted stays, nothing is made later, and no sweep takes the nested stack for one at rest.
 */
import { type Resources, type World } from '../histories/world';
import { MAKERS, PARTS, type Part, around, aroundAll, essence, play } from './cast';

const ROOT = 'root';

describe.each([false, true])('while a nested stack that waits for its root is complete: %s', waitsComplete => {
  const playNested = (part: Part, acts: (world: World) => Promise<void>) => () =>
    play(part, async world => {
      world.aws.cloudFormation.nestedStacksWaitComplete = waitsComplete;
      await acts(world);
    });
  const deployed = async (world: World, resources: Resources) => {
    expect(await world.deploy(ROOT, await around(world, resources))).toMatchObject({
      status: expect.stringMatching(/^(CREATE|UPDATE)_COMPLETE$/),
    });
  };
  const rolledBack = async (world: World, resources: Resources) => {
    const { status } = await world.deploy(ROOT, await around(world, resources), { fails: 'afterwards' });
    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
  };
  const sweepingAfter = (world: World, resources: Resources): Resources => ({
    ...resources,
    ...world.sweeping({ keep: 1, triggers: ['AFTER_DEPLOYMENT', 'ON_DESTROY'] }, resources),
  });

  describe.each(PARTS)('%s', (_type, part) => {
    test(
      'that the nested stack has adopted or made is given back or goes, and nothing is swept',
      playNested(part, async world => {
        const own = { V: part.own(world, 1) };
        await deployed(world, own);
        const more = { ...own, Adopted: part.adopting(world), W: part.own(world, 2) };
        const before = part.held(world);
        await rolledBack(world, sweepingAfter(world, more));
        expect(part.held(world)).toEqual(before);
      }),
    );

    test(
      'that a nested stack of the failed deployment itself has adopted is given back',
      playNested(part, async world => {
        await world.deploy(ROOT, {});
        const before = part.held(world);
        await rolledBack(world, sweepingAfter(world, { Adopted: part.adopting(world) }));
        expect(part.held(world)).toEqual(before);
      }),
    );

    test(
      'that the nested stack has taken back under the id that it had is its adopter’s again',
      playNested(part, async world => {
        await deployed(world, { V: part.own(world, 1) });
        await world.deploy('other', { V: part.own(world, 1, { AdoptExisting: true }) });
        const before = part.held(world);
        await rolledBack(world, { V: part.own(world, 1, { AdoptExisting: true }) });
        expect(essence(part.held(world))).toEqual(essence(before));
      }),
    );

    test(
      'that the nested stack has replaced is there again, and its replacement is not',
      playNested(part, async world => {
        const replacement = part.own(world, 2);
        await deployed(world, { V: part.own(world, 1) });
        const before = part.held(world);
        await rolledBack(world, { V: replacement });
        expect(essence(part.held(world))).toEqual(essence(before));
      }),
    );
  });

  test.each(MAKERS)('%s that is made after the root has been rolled back goes again', (_type, part) =>
    playNested(part, async world => {
      await deployed(world, { V: part.own(world, 1) });
      const before = part.held(world);
      const heldUp = { call: part.family.operations.indexOf(part.makes), until: 'end' } as const;
      const more = await around(world, { V: part.own(world, 1), W: part.own(world, 2) });
      const { status } = await world.deploy(ROOT, more, { fails: 'meanwhile', heldUp });
      expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(part.held(world)).toEqual(before);
    })(),
  );
});

// two resources of the cast cannot have two default versions: it has one package for them.
describe.each(MAKERS.filter(([type]) => type !== 'a default version'))('%s', (_type, part: Part) => {
  test.each([
    ['a rollback', {}],
    ['a rollback that is asked for', { onFailure: 'DO_NOTHING' }],
  ] as const)('that two nested stacks of a root exchange is again whose it was after %s', (_what, trouble) =>
    play(part, async world => {
      const own = (nth: 1 | 2) => ({ V: part.own(world, nth, { AdoptExisting: true }) });
      await world.deploy(ROOT, await aroundAll(world, { One: own(1), Two: own(2) }));
      const before = essence(part.held(world));
      const exchanged = await aroundAll(world, { One: own(2), Two: own(1) });
      const { status } = await world.deploy(ROOT, exchanged, { fails: 'afterwards', ...trouble });
      if (status === 'UPDATE_FAILED') await world.rollBack(ROOT);
      expect(world.aws.cloudFormation.describe(ROOT)?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(essence(part.held(world))).toEqual(before);
    }),
  );
});
