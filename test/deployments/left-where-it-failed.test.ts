/**
 * K4: deployments that CloudFormation does not roll back. What such a deployment had merely adopted outlives whatever
 * follows, and its sweeps do not run.
 */
import { sampled } from '../../testing/sample';
import { type Resources, type World } from '../histories/world';
import { MAKERS, PARTS, essence, play } from './cast';

const STACK = 'fleet';

/** The sweep of a deployment that fails would leave one version. */
const sweepingWith = (world: World, resources: Resources): Resources => ({
  ...resources,
  ...world.sweeping({ keep: 1, triggers: ['ON_DESTROY'] }, resources),
});

/** What becomes of a stack's creation that fails after it has adopted something. */
const CREATIONS: readonly [string, (world: World, resources: Resources) => Promise<void>][] = [
  [
    'OnFailure DELETE',
    async (world, resources) => {
      const { status } = await world.deploy(STACK, resources, { fails: 'afterwards', onFailure: 'DELETE' });
      expect(status).toBe('DELETE_COMPLETE');
    },
  ],
  [
    'no rollback and a deletion',
    async (world, resources) => {
      const { status } = await world.deploy(STACK, resources, { fails: 'afterwards', onFailure: 'DO_NOTHING' });
      expect(status).toBe('CREATE_FAILED');
      expect(await world.destroy(STACK)).toMatchObject({ status: 'DELETE_COMPLETE' });
    },
  ],
  [
    'Express mode and a deletion',
    async (world, resources) => {
      const TemplateBody = JSON.stringify(world.template(resources, 'afterwards'));
      const DeploymentConfig = { Mode: 'EXPRESS' };
      await world.aws.call('cloudformation', 'CreateStack', { StackName: STACK, TemplateBody, DeploymentConfig });
      expect(await world.ended(STACK)).toBe('CREATE_FAILED');
      expect(await world.destroy(STACK)).toMatchObject({ status: 'DELETE_COMPLETE' });
    },
  ],
  [
    'no rollback and a deployment without it',
    async (world, resources) => {
      await world.deploy(STACK, resources, { fails: 'afterwards', onFailure: 'DO_NOTHING' });
      const { status } = await world.deploy(STACK, {}, { onFailure: 'DO_NOTHING' });
      expect(status).toBe('UPDATE_COMPLETE');
    },
  ],
  [
    'no rollback, and a rollback that is asked for',
    async (world, resources) => {
      await world.deploy(STACK, resources, { fails: 'afterwards', onFailure: 'DO_NOTHING' });
      await world.aws.call('cloudformation', 'RollbackStack', { StackName: STACK });
      expect(await world.ended(STACK)).toBe('ROLLBACK_COMPLETE');
    },
  ],
];

describe.each(PARTS)('%s', (_type, part) => {
  test.each(sampled(CREATIONS, 2))('that a creation had adopted outlives %s', (_what, fails) =>
    play(part, async world => {
      const before = part.held(world);
      await fails(world, sweepingWith(world, { Adopted: part.adopting(world) }));
      expect(part.held(world)).toEqual(before);
    }),
  );

  /** A stack has an artifact of its own, and an update that fails without a rollback adopts another one. */
  const failed = async (world: World) => {
    const own: Resources = { Own: part.own(world, 1) };
    expect(await world.deploy(STACK, own)).toMatchObject({ status: 'CREATE_COMPLETE' });
    const deployed = part.held(world);
    const both = { ...own, Adopted: part.adopting(world) };
    const { status } = await world.deploy(STACK, sweepingWith(world, both), {
      fails: 'afterwards',
      onFailure: 'DO_NOTHING',
    });
    expect(status).toBe('UPDATE_FAILED');
    return { own, both, deployed };
  };

  test('that an update had adopted outlives the stack, and only what was the stack’s goes', () =>
    play(part, async world => {
      const before = part.held(world);
      await failed(world);
      expect(await world.destroy(STACK)).toMatchObject({ status: 'DELETE_COMPLETE' });
      expect(part.held(world)).toEqual(before);
    }));

  test('that an update had adopted is given back by a deployment without it', () =>
    play(part, async world => {
      const { own, deployed } = await failed(world);
      const { status } = await world.deploy(STACK, own, { onFailure: 'DO_NOTHING' });
      expect(status).toBe('UPDATE_COMPLETE');
      expect(part.held(world)).toEqual(deployed);
    }));

  test('that an update had adopted is given back by a rollback that is asked for', () =>
    play(part, async world => {
      const { deployed } = await failed(world);
      await world.aws.call('cloudformation', 'RollbackStack', { StackName: STACK });
      expect(await world.ended(STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(part.held(world)).toEqual(deployed);
    }));

  test('is the stack’s once a deployment with it has succeeded, and goes with it', () =>
    play(part, async world => {
      const { both } = await failed(world);
      const { status } = await world.deploy(STACK, both, { onFailure: 'DO_NOTHING' });
      expect(status).toBe('UPDATE_COMPLETE');
      const before = part.held(world);
      await world.destroy(STACK);
      expect(part.held(world)).not.toEqual(before);
      expect(JSON.stringify(part.held(world))).not.toContain(STACK);
    }));
});

// what a default version showed is remembered for one adopter alone.
test.each(MAKERS.filter(([type]) => type !== 'a default version'))(
  '%s that a failed creation had adopted outlives the stack, although another stack had it meanwhile',
  (_type, part) =>
    play(part, async world => {
      const adopting = { V: part.own(world, 1, { AdoptExisting: true }) };
      await world.deploy('former', { V: part.own(world, 1, { Removal: 'RETAIN' }) });
      await world.destroy('former');
      const before = part.held(world);
      await world.deploy(STACK, adopting, { fails: 'afterwards', onFailure: 'DO_NOTHING' });
      expect((await world.deploy('other', adopting, { fails: 'afterwards' })).status).toBe('ROLLBACK_COMPLETE');
      expect(await world.destroy(STACK)).toMatchObject({ status: 'DELETE_COMPLETE' });
      expect(essence(part.held(world))).toEqual(essence(before));
    }),
);
