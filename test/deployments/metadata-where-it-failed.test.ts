/**
 * K4, K6: deployments that fail without a rollback put and drop metadata of schema versions, and move the versions among
 * resources. Whatever follows, each version has the metadata that the last template says, and what was there before.
 */
import { sampled } from '../../testing/sample';
import { type Resources, type World } from '../histories/world';
import { CAST, type Part, essence, play } from './cast';

const STACK = 'fleet';
const part: Part = CAST['a schema version'];

/** What a resource has: a version that was there before any stack, or one of its own; `+` with one pair more. */
type What = 'adopted' | 'adopted+' | '1' | '1+' | '2';
type Template = Readonly<Record<string, What>>;
type End = 'rolled back' | 'deleted' | Template;

function resourcesOf(world: World, template: Template, Removal: string): Resources {
  const resources = Object.entries(template).map(([id, what]) => {
    const Metadata = { team: 'a', ...(what.endsWith('+') && { more: 'b' }) };
    const nth = what.startsWith('1') ? 1 : 2;
    const { type, properties } = what.startsWith('adopted') ? part.adopting(world) : part.own(world, nth);
    return [id, { type, properties: { ...properties, Removal, Metadata } }];
  });
  return Object.fromEntries(resources) as Resources;
}

interface Held {
  readonly definition: string;
  readonly metadata: object;
}

/** What is there, without the ids of what is registered anew, and without what failed deployments have left to nobody. */
const held = (world: World): unknown =>
  JSON.parse(JSON.stringify(essence(part.held(world))), (key, value: unknown) => {
    if (/^(versionId|number)$|Date$|At$|owner$/.test(key)) return undefined;
    if (key !== 'versions') return value;
    return Object.values(value as Record<string, Held>)
      .filter(({ definition, metadata }) => !definition.includes('own') || Object.keys(metadata).length > 0)
      .sort((a, b) => (a.definition < b.definition ? -1 : 1));
  });

/** What is there in the end. */
async function played(deployed: Template, failed: readonly Template[], end: End, removal: string): Promise<unknown> {
  let found: unknown;
  await play(part, async world => {
    const deploy = async (template: Template, fails?: 'afterwards') => {
      // claims have times in seconds.
      await world.clock.sleep(2_000);
      const trouble = { fails, onFailure: 'DO_NOTHING' } as const;
      return (await world.deploy(STACK, resourcesOf(world, template, removal), trouble)).status;
    };
    expect(await deploy({})).toBe('CREATE_COMPLETE');
    expect(await deploy(deployed)).toBe('UPDATE_COMPLETE');
    for (const each of failed) expect(await deploy(each, 'afterwards')).toBe('UPDATE_FAILED');
    await world.clock.sleep(2_000);
    if (end === 'deleted') expect((await world.destroy(STACK)).status).toBe('DELETE_COMPLETE');
    else if (end !== 'rolled back') expect(await deploy(end)).toBe('UPDATE_COMPLETE');
    else if (failed.length > 0) expect((await world.rollBack(STACK)).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    found = held(world);
  });
  return found;
}

const THREE_RENAMES: readonly Template[] = [{ B: '1+' }, { C: '1' }, { D: '1' }];

describe.each(['DELETE', 'RETAIN'])('under %s', removal => {
  test.each(
    sampled<[End, Template, readonly Template[]]>(
      [
        ['rolled back', { A: '1+' }, [{ A: '1' }, { B: '1+' }]],
        ['rolled back', { A: '1' }, [{ A: '1+' }, { A: '2' }]],
        ['rolled back', { A: 'adopted' }, [{ A: 'adopted+' }, { A: '2' }]],
        ['rolled back', { A: '1' }, THREE_RENAMES],
        [
          'rolled back',
          { D: 'adopted', C: '1' },
          [
            { C: 'adopted+', D: '1' },
            { B: 'adopted', C: '1' },
          ],
        ],
        ['deleted', { C: 'adopted', B: '1' }, [{ B: 'adopted', C: '1+' }, { C: 'adopted' }]],
        ['deleted', { A: '1' }, THREE_RENAMES],
        [{ A: '1' }, { A: '1' }, THREE_RENAMES],
        [{ D: '1' }, { A: '1' }, THREE_RENAMES],
        [{ A: '1' }, { A: '1' }, [{ A: '1+' }, { A: '2' }]],
        [{ A: '1' }, { A: '1' }, [{ B: '1' }, { C: '1+' }]],
        [{ B: '1+' }, { A: '1+' }, [{ A: '1' }, { B: '1+' }]],
        [{ B: 'adopted' }, {}, [{ C: 'adopted+', D: '1+' }]],
        [{ B: '1' }, { A: '1' }, [{ A: '1+' }]],
      ],
      2,
    ),
  )('metadata are as if nothing had failed once the stack is %j, with %j before %j', async (end, deployed, failed) => {
    expect(await played(deployed, failed, end, removal)).toEqual(await played(deployed, [], end, removal));
  });

  test.each(
    sampled<[Template, Template, readonly Template[]]>(
      [
        [{ A: '1+' }, { B: '1' }, []],
        [{ A: 'adopted+' }, { B: 'adopted' }, []],
        [{ A: '1+', B: '2' }, { A: '2', B: '1' }, []],
        [{ A: '1+' }, { C: '1' }, [{ B: '1+' }]],
        [{ A: '1+' }, { C: '1' }, [{ B: '1' }]],
        [{ A: '1+' }, { B: '1' }, [{ B: '1' }, { C: '1+' }]],
        [
          { D: 'adopted+' },
          { B: 'adopted' },
          [{ A: 'adopted' }, { C: 'adopted' }, { B: 'adopted' }, { C: 'adopted+' }],
        ],
      ],
      2,
    ),
  )('%j that becomes %j does not leave the pair that it drops, after %j', async (deployed, next, failed) => {
    expect(await played(deployed, failed, next, removal)).toEqual(await played(next, [], next, removal));
  });
});

test('what has only failed deployments leaves no metadata on what it leaves to nobody', async () => {
  const failed: Template[] = [{ A: 'adopted', D: '1' }, { D: 'adopted', A: '1+' }, { D: '1' }];
  expect(JSON.stringify(await played({}, failed, 'rolled back', 'RETAIN'))).not.toMatch(/"(team|more)"/);
});
