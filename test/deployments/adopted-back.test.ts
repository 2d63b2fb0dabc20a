/**
 * K4, K6: another stack has adopted what a stack had, and the stack adopts it back in a deployment that fails. The
 * rollback restores what the other stack has, and what the first one had put beside that.
 */
import { ARTIFACT_TAGS, OWNER_KEY } from '../../contract/ownership';
import { GLUE } from '../histories/families';
import { type Resource, type World } from '../histories/world';
import { CAST, type Part, essence, play } from './cast';

/** Another state of each. Nothing records the description of a package. */
const OTHER_STATE = {
  'a package version': { Status: 'DEPRECATED' },
  'a package': { Removal: 'RETAIN' },
  'a schema version': { Metadata: { team: 'b' } },
};
const PARTS = Object.entries(OTHER_STATE).map(([type, other]): [string, Part, object] => [
  type,
  CAST[type as keyof typeof OTHER_STATE],
  other,
]);

const adopting = ({ type, properties }: Resource, more: object = {}): Resource => ({
  type,
  properties: { ...properties, AdoptExisting: true, ...more },
});

/** Whom each owner has adopted from. */
const formers = (held: unknown): unknown[] => {
  const found: unknown[] = [];
  JSON.stringify(held, (key, value: unknown) => {
    if (key === ARTIFACT_TAGS.adoptedFrom) found.push(value);
    if (key === OWNER_KEY) found.push(/\.from=([^.]*)/.exec(String(value))?.[1]);
    return value;
  });
  return found;
};

describe.each(PARTS)('%s', (_type, part, other) => {
  const own = (world: World) => part.own(world, 1);

  /** One stack has it, and another one adopts it. */
  async function begin(world: World): Promise<void> {
    await world.deploy('one', { V: own(world) });
    expect(await world.deploy('two', { V: adopting(own(world)) })).toMatchObject({ status: 'CREATE_COMPLETE' });
  }

  test.each(['afterwards', 'meanwhile'] as const)(
    'that a failed update adopts back is the other stack’s as before, if the update fails %s',
    fails =>
      play(part, async world => {
        await begin(world);
        const before = part.held(world);
        const { status } = await world.deploy('one', { V: adopting(own(world), other) }, { fails });
        expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
        expect(essence(part.held(world))).toEqual(essence(before));
        expect(formers(part.held(world))).toEqual(formers(before));
      }),
  );

  test('that is adopted back and forth is given back as often', () =>
    play(part, async world => {
      await begin(world);
      const before = part.held(world);
      for (const nth of ['first', 'second']) {
        await world.deploy('one', { V: adopting(own(world), other) }, { onFailure: 'DO_NOTHING', fails: 'afterwards' });
        expect([nth, (await world.rollBack('one')).status]).toEqual([nth, 'UPDATE_ROLLBACK_COMPLETE']);
        expect(essence(part.held(world))).toEqual(essence(before));
        expect(formers(part.held(world))).toEqual(formers(before));
      }
    }));
});

// each of them is a call that the update makes.
const HELD_UP = ['PutSchemaVersionMetadata', 'RemoveSchemaVersionMetadata'].flatMap(operation => {
  const call = GLUE.operations.indexOf(operation);
  return [call, call + GLUE.operations.length];
});

test.each(HELD_UP.flatMap(call => (['rollback', 'end'] as const).map(until => [call, until] as const)))(
  'a schema version keeps its metadata if call %i of the update that adopts it back is held up until the %s',
  (call, until) => {
    const part: Part = CAST['a schema version'];
    return play(part, async world => {
      const [own, other] = [
        { team: 'a', more: 'b' },
        { more: 'b', back: 'c' },
      ].map(Metadata => part.own(world, 1, { Metadata, AdoptExisting: true }));
      await world.deploy('one', { V: own });
      await world.deploy('two', { V: part.own(world, 1, { Metadata: { of: 'two' }, AdoptExisting: true }) });
      const before = essence(part.held(world));
      const { status } = await world.deploy('one', { V: other }, { fails: 'meanwhile', heldUp: { call, until } });
      expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(essence(part.held(world))).toEqual(before);
    });
  },
);

test('a schema version that a failed update adopts after it had only used it keeps what its owner has put', () =>
  play(CAST['a schema version'], async world => {
    const part: Part = CAST['a schema version'];
    await world.deploy('two', { V: part.own(world, 1, { Metadata: { team: 'a', more: 'b' } }) });
    await world.deploy('one', { V: part.own(world, 1, { Metadata: { more: 'b' } }) });
    const before = essence(part.held(world));
    const update = adopting(part.own(world, 1, { Metadata: { team: 'b' } }));
    expect(await world.deploy('one', { V: update }, { fails: 'afterwards' })).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
    });
    expect(essence(part.held(world))).toEqual(before);
  }));
