/**
 * K6: a deployment that fails without a rollback adopts an artifact from another stack, and before it is rolled back, a
 * third stack adopts it in a deployment that fails. The record names one owner before the adopter, so the first one does not
 * get it back; but it is as it was for that one.
 */
import { type Resources, type World } from '../histories/world';
import { CAST, type Part, play } from './cast';

/** What the artifact is, as the deployment of another stack wants it. */
type Another = (properties: Record<string, unknown>, nth: 0 | 1 | 2) => object;

async function deploy(world: World, stack: string, resources: Resources, trouble: object = {}): Promise<string> {
  // claims have times in seconds.
  await world.clock.sleep(2_000);
  return (await world.deploy(stack, resources, trouble)).status;
}

test.each<[string, Part, Another, (world: World) => unknown]>([
  [
    'a default version shows the version',
    CAST['a default version'],
    (properties, nth) => ({ ...properties, VersionName: ['0.3.0', '0.1.0', '0.2.0'][nth] }),
    world => world.aws.iot.describe('brake-ecu')?.defaultVersionName,
  ],
  [
    'a package version has the state',
    CAST['a package version'],
    (properties, nth) => ({ ...properties, Status: nth === 1 ? 'DEPRECATED' : 'PUBLISHED' }),
    world => world.aws.iot.describe('brake-ecu')?.versions['0.1.0'].status,
  ],
])('%s of before two stacks have adopted it that roll back', (_what, part, another, shown) =>
  play(part, async world => {
    const { type, properties } = part.adopting(world);
    const at = (nth: 0 | 1 | 2) => ({ V: { type, properties: another({ ...properties, AdoptExisting: true }, nth) } });
    await deploy(world, 'first', at(0));
    const wanted = shown(world);
    for (const stack of ['second', 'third']) await deploy(world, stack, {});
    const left = { fails: 'afterwards', onFailure: 'DO_NOTHING' };
    expect(await deploy(world, 'second', at(1), left)).toBe('UPDATE_FAILED');
    const between = shown(world);
    expect(await deploy(world, 'third', at(2), { fails: 'afterwards' })).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(shown(world)).toBe(between);
    expect((await world.rollBack('second')).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(shown(world)).toBe(wanted);
  }),
);

test.each<[string, Part]>([
  ['A package', CAST['a package']],
  ['A package version', CAST['a package version']],
  ['A default version', CAST['a default version']],
])('%s that is adopted back belongs to its adopter, although the function was killed in the midst', (_what, part) =>
  play(part, async world => {
    const adopting = (id: string): Resources => {
      const { type, properties } = part.adopting(world);
      return { [id]: { type, properties: { ...properties, AdoptExisting: true } } };
    };
    await deploy(world, 'first', adopting('A'));
    await deploy(world, 'second', adopting('B'));
    const killed = { call: part.family.operations.indexOf('UntagResource'), when: 'before' };
    expect(await deploy(world, 'first', adopting('C'), { killed })).toBe('UPDATE_COMPLETE');
  }),
);
