/**
 * K6, K7: a rollback that fails at another resource, and that somebody continues later, ends as one that has not failed:
 * with an artifact whose own reverse Update was left out, too.
 */
import { type Resources, type World } from '../histories/world';
import { MAKERS, PARTS, essence, play } from './cast';

const STACK = 'fleet';

/** An update that fails, and whose rollback fails at a resource. */
async function failTwice(world: World, resources: Resources, at: string): Promise<void> {
  const { cloudFormation } = world.aws;
  // the resource itself hears nothing of a rollback that fails so.
  cloudFormation.onStackStatus(({ status }) => {
    if (status === 'UPDATE_ROLLBACK_IN_PROGRESS' && due)
      cloudFormation.failNext({ stackName: STACK, logicalId: at, on: 'UPDATE' });
    due &&= status !== 'UPDATE_ROLLBACK_IN_PROGRESS';
  });
  let due = true;
  const { status } = await world.deploy(STACK, resources, { fails: 'afterwards' });
  expect(status).toBe('UPDATE_ROLLBACK_FAILED');
}

async function goOn(world: World, ResourcesToSkip: readonly string[] = []): Promise<void> {
  await world.aws.call('cloudformation', 'ContinueUpdateRollback', { StackName: STACK, ResourcesToSkip });
  expect(await world.ended(STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
}

describe.each(PARTS)('%s', (_type, part) => {
  const deployed = async (world: World) => {
    await world.deploy(STACK, { V: part.own(world, 1) });
    return part.held(world);
  };
  const changed = (world: World): Resources => ({ V: part.own(world, 2), Adopted: part.adopting(world) });

  test.each([
    ['with the resource that had failed', []],
    ['without it', ['Gate']],
  ])('is as it was before, %s', (_what, skipped) =>
    play(part, async world => {
      const resources = changed(world);
      const before = await deployed(world);
      await failTwice(world, resources, 'Gate');
      await goOn(world, skipped);
      expect(essence(part.held(world))).toEqual(essence(before));
    }),
  );

  test('is as it was before, where its own reverse Update had failed', () =>
    play(part, async world => {
      const resources = changed(world);
      const before = await deployed(world);
      await failTwice(world, resources, 'V');
      await goOn(world);
      expect(essence(part.held(world))).toEqual(essence(before));
    }));
});

test.each(MAKERS)(
  '%s that was taken back, and left out of the rollback, is its adopter’s when the stack goes',
  (_type, part) =>
    play(part, async world => {
      const adopting = { V: part.own(world, 1, { AdoptExisting: true }) };
      await world.deploy(STACK, { V: part.own(world, 1) });
      await world.deploy('other', adopting);
      const before = part.held(world);
      await failTwice(world, adopting, 'V');
      await goOn(world, ['V']);
      expect(await world.destroy(STACK)).toMatchObject({ status: 'DELETE_COMPLETE' });
      expect(essence(part.held(world))).toEqual(essence(before));
    }),
);
