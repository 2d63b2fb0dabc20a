/**
 * K4, K6: so many deployments in a row fail without a rollback, and each of them renames a resource, that the owner's
 * record has no room for all of them. What the template that succeeds declares stays, whoever had it in between.
 */
import { claimant } from '../../lambda/runtime/ownership';
import { sampled } from '../../testing/sample';
import { type Resources, type World } from '../histories/world';
import { PARTS, type Part, around, essence, play } from './cast';

const STACK = 'fleet';

/** Two states of an artifact, by its type. Nothing records the description of a package. */
const STATES: Readonly<Record<string, readonly object[]>> = {
  'a package version': [{ Status: 'PUBLISHED' }, { Status: 'DEPRECATED' }],
  'a default version': [{ VersionName: '1.0.0' }, { VersionName: '2.0.0' }],
  'a schema version': [{ Metadata: { team: 'a' } }, { Metadata: { team: 'a', renamed: 'yes' } }],
};

const NAMES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
type Name = (typeof NAMES)[number];

/** Who has the artifact, one after the other. A resource that has it again wants another state of it. */
const CHAINS: readonly (readonly Name[])[] = [
  ...[3, 4, 6].map(length => NAMES.slice(0, length)),
  ['A', 'B', 'C', 'A'],
  ['A', 'B', 'A', 'C'],
  ['A', 'B', 'C', 'B', 'C'],
  ['A', 'B', 'C', 'D', 'B'],
];

/** Whose history counts, that of the root or of the stack itself, does not depend on the chain. */
const CASES = [
  ...CHAINS.map(chain => ({ chain, isNested: false })),
  ...[NAMES.slice(0, 4), ['A', 'B', 'A', 'C'] as const].map(chain => ({ chain, isNested: true })),
];

/** The deployments of one stack, which a root may nest. */
class Stage {
  private child = '';

  constructor(
    private readonly world: World,
    private readonly isNested: boolean,
  ) {}

  async succeed(resources: Resources): Promise<void> {
    expect(await this.deploy(resources)).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  }

  async fail(resources: Resources): Promise<void> {
    expect(await this.deploy(resources, 'afterwards')).toBe('UPDATE_FAILED');
  }

  private async deploy(resources: Resources, fails?: 'afterwards'): Promise<string> {
    // claims have times in seconds.
    await this.world.clock.sleep(2_000);
    const all = this.isNested ? await around(this.world, resources) : resources;
    const { status, stackId } = await this.world.deploy(STACK, all, { fails, onFailure: 'DO_NOTHING' });
    this.child = stackId;
    if (!this.isNested) return status;
    const { StackResourceDetail } = await this.world.aws.call('cloudformation', 'DescribeStackResource', {
      StackName: STACK,
      LogicalResourceId: 'Child',
    });
    this.child = (StackResourceDetail as { PhysicalResourceId: string }).PhysicalResourceId;
    return status;
  }

  async rollBack(): Promise<void> {
    await this.world.clock.sleep(2_000);
    expect(await this.world.rollBack(STACK)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
  }

  async destroy(): Promise<void> {
    await this.world.clock.sleep(2_000);
    expect(await this.world.destroy(STACK)).toMatchObject({ status: 'DELETE_COMPLETE' });
  }

  /** What is held and whose it is, without what differs between two worlds. */
  held(part: Part): unknown {
    const owners = NAMES.map(name => [claimant(this.child, name).ownerId, name] as const);
    const held = owners.reduce(
      (text, [ownerId, name]) => text.replaceAll(ownerId, name),
      JSON.stringify(essence(part.held(this.world))).replaceAll(this.child || '-', 'the stack'),
    );
    return JSON.parse(held, (key, value: unknown) =>
      /^(versionId|checkedAt)$|Date$|:released-by$/.test(key) ? undefined : value,
    );
  }
}

describe.each(PARTS)('%s', (type, part) => {
  const states = STATES[type] ?? [{}];
  /** What resources alone have: most chains ask for the same ones. */
  const alone = new Map<string, Promise<readonly unknown[]>>();

  describe.each(sampled(CASES, 4))(
    'that is renamed to each of $chain, in a stack that is nested: $isNested',
    ({ chain, isNested }) => {
      /** Each resource wants another state of the artifact than the one before it. */
      const resource = (world: World, at: number): Resources => {
        const own = part.own(world, 1);
        return { [chain[at]]: { ...own, properties: { ...own.properties, ...states[at % states.length] } } };
      };

      const playFailed = (acts: (stage: Stage, world: World) => Promise<void>) =>
        play(part, async world => {
          const stage = new Stage(world, isNested);
          await stage.succeed(resource(world, 0));
          for (let at = 1; at < chain.length; at++) await stage.fail(resource(world, at));
          await acts(stage, world);
        });

      const playOnly = async (at: number): Promise<readonly unknown[]> => {
        const seen: unknown[] = [];
        await play(part, async world => {
          const stage = new Stage(world, isNested);
          await stage.succeed(resource(world, at));
          seen.push(stage.held(part));
          await stage.destroy();
          seen.push(stage.held(part));
        });
        return seen;
      };

      /** What a stack has that has only ever had this resource, and what is left of it. */
      const playAlone = (at: number): Promise<readonly unknown[]> => {
        const key = JSON.stringify([chain[at], at % states.length, isNested]);
        const seen = alone.get(key) ?? playOnly(at);
        alone.set(key, seen);
        return seen;
      };

      test.each(chain.map((name, at) => [name, at] as const))(
        'is of %s once a deployment with what that was in place %i has succeeded, and goes with the stack',
        async (_name, at) => {
          const [had, left] = await playAlone(at);
          await playFailed(async (stage, world) => {
            await stage.succeed(resource(world, at));
            expect(stage.held(part)).toEqual(had);
            await stage.destroy();
            expect(stage.held(part)).toEqual(left);
          });
        },
      );

      test('is of the first one after a rollback, and goes with the stack', async () => {
        const [had, left] = await playAlone(0);
        await playFailed(async stage => {
          await stage.rollBack();
          expect(stage.held(part)).toEqual(had);
          await stage.destroy();
          expect(stage.held(part)).toEqual(left);
        });
      });

      test('goes with the stack that is deleted where it failed', async () => {
        const [, left] = await playAlone(0);
        await playFailed(async stage => {
          await stage.destroy();
          expect(stage.held(part)).toEqual(left);
        });
      });
    },
  );
});
