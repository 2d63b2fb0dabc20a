/**
 * Another resource fails at every moment of an Update: the reverse Update comes while what the canceled one has decided
 * a moment before takes effect.
 */
import { sampled } from '../../testing/sample';
import { type Resources, World } from '../histories/world';
import { PARTS, type Part, essence } from './cast';

const STACK = 'fleet';

/** When the other resource fails, in ms. */
const MOMENTS = Array.from({ length: 12 }, (_, nth) => nth * 40);

type Way = (part: Part, world: World) => readonly [before: Resources, after: Resources];

const WAYS: readonly (readonly [string, Way])[] = [
  [
    'takes over what another construct had',
    (part, world) => [{ A: part.own(world, 1), B: part.own(world, 2) }, { B: part.own(world, 1) }],
  ],
  ['adopts in the place of its own', (part, world) => [{ A: part.own(world, 1) }, { A: part.adopting(world) }]],
  ['makes another one', (part, world) => [{ A: part.own(world, 1) }, { A: part.own(world, 2) }]],
];

// a package has one default version.
const isPossible = (type: string, way: string) => type !== 'a default version' || !way.startsWith('takes over');

const CASES = PARTS.flatMap(([type, part]) =>
  WAYS.filter(([way]) => isPossible(type, way)).map(([way, resources]) => {
    return { type, part, way, resources, moments: sampled(MOMENTS, 3) };
  }),
);

test.each(CASES)('$type: a canceled Update that $way is undone', async ({ part, resources, moments }) => {
  for (const moment of moments) {
    await World.play(
      part.family,
      async world => {
        await part.begin(world);
        const [before, after] = resources(part, world);
        await world.deploy(STACK, before);
        const deployed = asItWas(part.held(world));
        const { status } = await world.deploy(STACK, after, { fails: moment });
        expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
        // the registry shows for a moment what it deletes.
        await world.clock.sleep(2_000);
        expect({ moment, held: asItWas(part.held(world)) }).toEqual({ moment, held: deployed });
      },
      { keeps: [], seed: moment },
    );
  }
});

/** Without what only time changes, and what a failed deployment has had made available: that stays, and is nobody's. */
const asItWas = (held: unknown): unknown =>
  JSON.parse(
    JSON.stringify(essence(held), (key, value: unknown) => {
      if (/^(lastModifiedDate|checkpoint)$/.test(key)) return undefined;
      return key === 'versions' ? owned(value as Versions) : value;
    }),
  );

type Versions = Readonly<Record<string, { readonly metadata?: object }>>;

const owned = (versions: Versions): Versions =>
  Object.fromEntries(
    Object.entries(versions).filter(([, { metadata }]) => !metadata || Object.keys(metadata).length > 0),
  );
