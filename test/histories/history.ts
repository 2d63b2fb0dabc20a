import fc from 'fast-check';
import { type Family, type Resources, type Trouble, World } from './world';

/** What may happen to two stacks and to what they share. */
export type Step<R> =
  | { readonly kind: 'deploy'; readonly stack: 0 | 1; readonly release: R; readonly trouble: Trouble }
  | { readonly kind: 'destroy'; readonly stack: 0 | 1 }
  /** Lambda delivers one of the events so far again, with both stacks at rest. */
  | { readonly kind: 'again'; readonly event: number }
  /** Somebody works beside CloudFormation. */
  | { readonly kind: 'hand'; readonly act: number };

/** One service family's part of a history: what is released, and what must hold after each step. */
export interface Plot<R, S> {
  readonly family: Family;
  readonly release: fc.Arbitrary<R>;
  /** What hands may do. Whatever the service refuses has not happened. */
  readonly hands: readonly ((world: World) => unknown)[];
  begin(world: World): Promise<void> | void;
  resources(release: R, stack: 0 | 1, world: World): Resources;
  /** What the service holds, as far as it must hold. */
  snapshot(world: World): S;
  deployed(release: R, stackId: string, after: S, before: S): void;
  rolledBack(after: S, before: S): void;
  destroyed(stackId: string, after: S, before: S): void;
}

/** A call of the family, by the place of its operation in the list and how often it has been made. */
const call = fc.nat(29);

const trouble = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ fails: fc.constantFrom('meanwhile', 'afterwards') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      fails: fc.constant('meanwhile'),
      heldUp: fc.record({ call, until: fc.constantFrom('rollback', 'end') }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ killed: fc.record({ call, when: fc.constantFrom('before', 'after') }) }) },
  { weight: 1, arbitrary: fc.record({ throttled: fc.record({ call, times: fc.integer({ min: 1, max: 4 }) }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      fails: fc.constantFrom('meanwhile', 'afterwards'),
      onFailure: fc.constantFrom('DELETE', 'DO_NOTHING'),
    }),
  },
) as fc.Arbitrary<Trouble>;

function steps<R>({ release, hands }: Pick<Plot<R, unknown>, 'release' | 'hands'>): fc.Arbitrary<Step<R>[]> {
  const stack = fc.constantFrom<0 | 1>(0, 0, 1);
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('deploy'), stack, release, trouble }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroy'), stack }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('again'), event: fc.nat(1000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('hand'), act: fc.nat(hands.length - 1) }) },
  );
  return fc.array(step as fc.Arbitrary<Step<R>>, { minLength: 1, maxLength: 6 });
}

const NAMES = ['one', 'two'] as const;

class History<R, S> {
  private readonly world: World;

  constructor(
    private readonly plot: Plot<R, S>,
    world: World,
  ) {
    this.world = world;
  }

  async play(each: Step<R>): Promise<void> {
    switch (each.kind) {
      case 'hand':
        return this.byHand(each.act);
      case 'again':
        return this.again(each.event);
      case 'destroy':
        return this.destroy(each.stack);
      case 'deploy':
        return this.deploy(each);
    }
  }

  private async byHand(act: number): Promise<void> {
    try {
      await this.plot.hands[act](this.world);
    } catch {
      // what the service refuses has not happened.
    }
  }

  private async again(event: number): Promise<void> {
    if (this.world.events === 0) return;
    const before = this.snapshot();
    await this.world.deliverAgain(event % this.world.events);
    expect(this.snapshot()).toEqual(before);
  }

  private async destroy(stack: 0 | 1): Promise<void> {
    if (this.status(stack) === undefined) return;
    const before = this.snapshot();
    const { stackId, status } = await this.world.destroy(NAMES[stack]);
    expect(status).toBe('DELETE_COMPLETE');
    this.plot.destroyed(stackId, this.snapshot(), before);
  }

  private async deploy({ stack, release, trouble }: Step<R> & { readonly kind: 'deploy' }): Promise<void> {
    // a stack that was left where it failed takes no deployment that may roll back.
    if (/_FAILED$/.test(this.status(stack) ?? '')) return this.destroy(stack);
    const isNew = [undefined, 'ROLLBACK_COMPLETE'].includes(this.status(stack));
    const onFailure = isNew || trouble.onFailure === 'DO_NOTHING' ? trouble.onFailure : undefined;
    const before = this.snapshot();
    const resources = this.plot.resources(release, stack, this.world);
    const { stackId, status } = await this.world.deploy(NAMES[stack], resources, { ...trouble, onFailure });
    const after = this.snapshot();
    if (/^(CREATE|UPDATE)_COMPLETE$/.test(status)) this.plot.deployed(release, stackId, after, before);
    else if (onFailure === 'DO_NOTHING') expect(status).toMatch(/^(CREATE|UPDATE)_FAILED$/);
    else {
      expect(status).toMatch(/^((UPDATE_)?ROLLBACK|DELETE)_COMPLETE$/);
      this.plot.rolledBack(after, before);
    }
  }

  private status(stack: 0 | 1): string | undefined {
    return this.world.aws.cloudFormation.describe(NAMES[stack])?.status;
  }

  private snapshot(): S {
    return this.plot.snapshot(this.world);
  }
}

/**
 * Plays random histories, the same ones each time: `SEED` and `RUNS` choose others and more. A failed one prints the seed
 * and the path (`FC_PATH`) by which it is played alone.
 */
export async function playHistories<R, S>(plot: Plot<R, S>): Promise<void> {
  const { SEED = '20261128', RUNS = '60', FC_PATH: path } = process.env;
  const play = async (all: readonly Step<R>[]) => {
    const world = await World.start(plot.family);
    try {
      await plot.begin(world);
      const history = new History(plot, world);
      for (const each of all) await history.play(each);
    } finally {
      await world.stop();
    }
  };
  console.log(`${RUNS} histories of ${plot.family.service}, seed ${SEED}`);
  await fc.assert(fc.asyncProperty(steps(plot), play), {
    seed: Number(SEED),
    numRuns: Number(RUNS),
    path,
    endOnFailure: true,
  });
}

/** Milliseconds that a suite of histories may take, many of them too. */
export const HISTORIES_TIMEOUT = 3_600_000;
