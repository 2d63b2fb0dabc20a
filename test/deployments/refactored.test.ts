/**
 * CloudFormation moves a resource to another stack under another logical id, and tells the function nothing of it. The
 * claim of the former stack is final: nothing is undone because the new stack has had no deployment since.
 */
import { type Resources, type World } from '../histories/world';
import { MAKERS, PARTS, type Part, essence, play } from './cast';

/** A stack refactoring, which the local AWS does not have: a resource of one stack becomes another one’s. */
function refactor(world: World): void {
  const [from, to] = ['former', 'fleet'].map(name => world.aws.cloudFormation.describe(name)!);
  const moved = from.resources.get('V')!;
  from.resources.delete('V');
  to.resources.set('Moved', { ...moved, logicalId: 'Moved' });
  const { V, ...left } = from.deployed!.template.Resources;
  from.deployed = { ...from.deployed!, template: { ...from.deployed!.template, Resources: left } };
  const Resources = { ...to.deployed!.template.Resources, Moved: V };
  to.deployed = { ...to.deployed!, template: { ...to.deployed!.template, Resources } };
}

async function deploy(world: World, stack: string, resources: Resources): Promise<void> {
  // claims have times in seconds.
  await world.clock.sleep(2_000);
  expect((await world.deploy(stack, resources)).status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
}

async function failToUpdate(world: World, resources: Resources): Promise<void> {
  await world.clock.sleep(2_000);
  expect((await world.deploy('fleet', resources, { fails: 'afterwards' })).status).toBe('UPDATE_ROLLBACK_COMPLETE');
}

async function destroy(world: World, stack: string): Promise<void> {
  expect(await world.destroy(stack)).toMatchObject({ status: 'DELETE_COMPLETE' });
}

/** What belongs to nobody, as far as two worlds can have the same. */
const leftBehind = (part: Part, world: World): unknown =>
  JSON.parse(JSON.stringify(essence(part.held(world))), (key, value: unknown) =>
    /(Id|At|Date|released-by)$/.test(key) ? typeof value : value,
  );

const moved = async (world: World, part: Part, resource: Part['adopting']) => {
  await deploy(world, 'fleet', {});
  await deploy(world, 'former', { V: resource(world) });
  refactor(world);
  return part.held(world);
};

describe.each(MAKERS)('%s', (_type, part: Part) => {
  const retained = (world: World) => part.own(world, 1, { Removal: 'RETAIN' });

  test.each([
    ['a deployment without it', (world: World) => deploy(world, 'fleet', {})],
    ['the deletion of that one', (world: World) => destroy(world, 'fleet')],
  ])(
    'that was moved to another stack is left under RETAIN after %s as it would be without that',
    async (_what, acts) => {
      let expected: unknown;
      await play(part, async world => {
        await deploy(world, 'former', { V: retained(world) });
        await destroy(world, 'former');
        expected = leftBehind(part, world);
      });
      await play(part, async world => {
        await moved(world, part, retained);
        await acts(world);
        expect(leftBehind(part, world)).toEqual(expected);
      });
    },
  );

  test('that was moved to another stack is as it was after an update there has failed', () =>
    play(part, async world => {
      const before = essence(await moved(world, part, retained));
      await failToUpdate(world, { Moved: part.own(world, 2) });
      expect(essence(part.held(world))).toEqual(before);
    }));

  test('that was moved to another stack goes with it', () =>
    play(part, async world => {
      const before = essence(part.held(world));
      await moved(world, part, () => part.own(world, 1, { Removal: 'DELETE' }));
      await destroy(world, 'fleet');
      expect(essence(part.held(world))).toEqual(before);
    }));
});

test.each(PARTS.filter(([type]) => !type.includes('CloudBase')))(
  '%s that was adopted and then moved to another stack is not given back by a failed update there',
  (_type, part) =>
    play(part, async world => {
      const before = essence(await moved(world, part, part.adopting));
      const { type, properties } = part.adopting(world);
      const changed = { ...properties, Tags: [{ Key: 'a', Value: 'b' }], Metadata: { team: 'b' } };
      await failToUpdate(world, { Moved: { type, properties: changed } });
      expect(essence(part.held(world))).toEqual(before);
    }),
);
