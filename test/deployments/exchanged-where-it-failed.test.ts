/**
 * K4, K6: deployments that fail without a rollback exchange artifacts among the resources of a stack. Whatever follows, each
 * artifact is where the last template says, and what was the stack's for good is not undone with what has failed.
 */
import { SoftwarePackageResourceType as Type } from '../../contract/iot';
import { sampled } from '../../testing/sample';
import { type Resources, type World } from '../histories/world';
import { CAST, MAKERS, type Part, essence, play } from './cast';

const STACK = 'fleet';

/** Which resource has the first artifact, and which the second one. */
type Template = Readonly<Record<string, 1 | 2>>;

/** The cast has one package for its default version. */
const DEFAULTS: Part = {
  ...CAST['a default version'],
  begin: async ({ aws }) => {
    for (const name of ['own-1', 'own-2']) {
      await aws.iot.createPackage(name);
      await aws.iot.createVersion(name, '1.0.0', { status: 'PUBLISHED' });
    }
  },
  own: (_world, nth, more) => ({
    type: Type.DEFAULT_VERSION,
    properties: { PackageName: `own-${nth}`, VersionName: '1.0.0', ...more },
  }),
};
const MOVABLE = MAKERS.map(([type, part]): [string, Part] => [type, type === 'a default version' ? DEFAULTS : part]);

const resourcesOf = (part: Part, world: World, template: Template, more?: object): Resources =>
  Object.fromEntries(Object.entries(template).map(([id, nth]) => [id, part.own(world, nth, more)]));

/** Deployments that fail, each with these resources. */
async function fail(world: World, all: readonly Resources[]): Promise<void> {
  for (const resources of all) {
    // claims have times in seconds.
    await world.clock.sleep(2_000);
    const { status } = await world.deploy(STACK, resources, { fails: 'afterwards', onFailure: 'DO_NOTHING' });
    expect(status).toBe('UPDATE_FAILED');
  }
  await world.clock.sleep(2_000);
}

async function succeed(world: World, resources: Resources): Promise<void> {
  const { status } = await world.deploy(STACK, resources, { onFailure: 'DO_NOTHING' });
  expect(status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
}

/** What is held, without the ids that the service gives anew to what is made again. */
const heldIn = (part: Part, world: World): unknown =>
  JSON.parse(JSON.stringify(essence(part.held(world))), (key, value: unknown) => {
    if (/^(versionId|checkedAt)$|Date$/.test(key)) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    if (key === 'versions')
      return Object.values(value).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
  });

describe.each(MOVABLE)('%s', (_type, part: Part) => {
  test.each(
    sampled<[Template, readonly Template[]]>(
      [
        [{ A: 1, B: 2 }, [{ B: 1, C: 2 }, { A: 2 }, { B: 2 }]],
        [
          { A: 1, B: 2 },
          [
            { A: 2, B: 1 },
            { A: 1, B: 2 },
          ],
        ],
        [{ A: 1 }, [{ A: 2 }, { A: 1 }]],
        [
          { A: 2, D: 1 },
          [
            { C: 1, D: 2 },
            { A: 1, B: 2 },
            { A: 1, C: 2 },
            { B: 2, C: 1 },
          ],
        ],
      ],
      2,
    ),
  )('of %j is its resource’s after %j have failed and were rolled back', (deployed, failed) =>
    play(part, async world => {
      await succeed(world, resourcesOf(part, world, deployed));
      const before = essence(part.held(world));
      await fail(
        world,
        failed.map(each => resourcesOf(part, world, each)),
      );
      const { status } = await world.rollBack(STACK);
      expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(essence(part.held(world))).toEqual(before);
    }),
  );

  test('that a resource keeps is its own, although CloudFormation does not ask that one again', () =>
    play(part, async world => {
      const [before, after] = ([{ B: 1 }, { A: 1, B: 2 }] as Template[]).map(each => resourcesOf(part, world, each));
      await succeed(world, after);
      const wanted = heldIn(part, world);
      await succeed(world, before);
      await fail(world, [after, before]);
      await succeed(world, after);
      expect(heldIn(part, world)).toEqual(wanted);
    }));

  test('that is taken back by whose it was for good, and lost again, is whose the template says in the end', () =>
    play(part, async world => {
      const [before, after] = ([{ C: 1 }, { A: 1 }] as Template[]).map(each => resourcesOf(part, world, each));
      await succeed(world, after);
      const wanted = heldIn(part, world);
      await succeed(world, before);
      const failed: readonly Template[] = [{ A: 1, C: 2 }, { C: 1 }, { D: 1 }];
      await fail(
        world,
        failed.map(each => resourcesOf(part, world, each)),
      );
      await succeed(world, after);
      expect(heldIn(part, world)).toEqual(wanted);
    }));

  test.each(
    sampled<[Template, readonly Template[], Template]>(
      [
        [
          { C: 1 },
          [
            { A: 1, B: 2 },
            { A: 2, B: 1 },
          ],
          { A: 2 },
        ],
        [
          { A: 1, B: 2 },
          [
            { B: 1, C: 2 },
            { A: 1, B: 2 },
          ],
          {},
        ],
        [{ A: 2, B: 1 }, [{ C: 1 }, { A: 1, B: 2 }], {}],
      ],
      2,
    ),
  )('of %j goes after %j have failed, once the template is %j', (deployed, failed, next) =>
    play(part, async world => {
      await succeed(world, {});
      const before = heldIn(part, world);
      await succeed(world, resourcesOf(part, world, deployed));
      await fail(
        world,
        failed.map(each => resourcesOf(part, world, each)),
      );
      await succeed(world, resourcesOf(part, world, next));
      await succeed(world, {});
      expect(heldIn(part, world)).toEqual(before);
    }),
  );
});

describe.each(Object.entries<Part>({ ...CAST }).filter(([type]) => /package|schema/.test(type)))(
  '%s',
  (_type, part) => {
    const adopting = (world: World, id: string) => ({ [id]: part.adopting(world) });

    test('that was adopted for good goes with its resource, although a failed deployment had renamed that one', async () => {
      const left: unknown[] = [];
      for (const failed of [[], ['B']]) {
        await play(part, async world => {
          await succeed(world, adopting(world, 'A'));
          await fail(
            world,
            failed.map(id => adopting(world, id)),
          );
          await succeed(world, {});
          left.push(heldIn(part, world));
        });
      }
      expect(left[1]).toEqual(left[0]);
    });

    test('that was adopted for good and is taken back in the next failed deployment is not given back by a rollback', () =>
      play(part, async world => {
        const adopted = adopting(world, 'A');
        await succeed(world, adopted);
        const before = essence(part.held(world));
        await fail(world, [{ A: part.own(world, 2) }, adopted]);
        expect((await world.rollBack(STACK)).status).toBe('UPDATE_ROLLBACK_COMPLETE');
        expect(essence(part.held(world))).toEqual(before);
      }));
  },
);
