import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type Sweep } from './sweeps';
import { type Family, KEEPS, type Resources, type Trouble, World } from './world';

/** What may happen to two stacks and to what they share. */
export type Step<R> =
  | {
      readonly kind: 'deploy';
      readonly stack: 0 | 1;
      readonly release: R;
      /** Whether the stack's last release is deployed, changed a little. */
      readonly varies: boolean;
      readonly sweep?: Sweep;
      readonly trouble: Trouble;
    }
  /** A stack that was left where it failed is rolled back. */
  | { readonly kind: 'rollback'; readonly stack: 0 | 1 }
  | { readonly kind: 'destroy'; readonly stack: 0 | 1 }
  /** Lambda delivers one of the events so far again, with both stacks at rest. */
  | { readonly kind: 'again'; readonly event: number }
  /** Somebody works beside CloudFormation. */
  | { readonly kind: 'hand'; readonly act: number }
  /** The schedule of a third stack's retention is due, with both stacks at rest. */
  | { readonly kind: 'sweep'; readonly keep: number };

/** One service family's part of a history: what is released, and what must hold after each step. */
export interface Plot<R, S> {
  readonly family: Family;
  readonly release: fc.Arbitrary<R>;
  /** A release with something of another one. */
  vary(last: R, next: R): R;
  /** What hands may do. Whatever the service refuses has not happened. */
  readonly hands: readonly ((world: World) => unknown)[];
  begin(world: World): Promise<void> | void;
  resources(release: R, stack: 0 | 1, world: World): Resources;
  /** What the service holds, as far as it must hold. */
  snapshot(world: World): S;
  /** The same without marks, of which a creation that has failed may remove its own. */
  unmarked?(held: S): S;
  /**
   * What the service would hold without what retentions have removed. Throws where one of them has removed what it must
   * not.
   */
  unswept(after: S, before: S, swept: Swept<R, S>): S;
  deployed(release: R, stackId: string, after: S, before: S): void;
  /** @param failed what the deployments declared that were rolled back */
  rolledBack(after: S, before: S, failed: readonly R[]): void;
  destroyed(stackId: string, after: S, before: S): void;
  /**
   * What must hold beside that once a stack that was left where it failed is at rest again, and nobody else has done
   * anything meanwhile.
   *
   * @param before what was there before the first of the deployments that have failed
   * @param release what is deployed now. Absent: nothing
   */
  undone(after: S, before: S, stackId: string, release?: R): void;
}

/** What retentions may have done in a step. */
export interface Swept<R = unknown, S = unknown> {
  /** The fewest of the newest versions that one of them keeps. */
  readonly keep: number;
  /** Whose deployment or deletion they were part of. */
  readonly stackId?: string;
  /** Whether that has succeeded: what the stack has let go of may go then. Absent: false. */
  readonly succeeded?: boolean;
  /** What that deployment declares. Absent: nothing. */
  readonly release?: R;
  /** What was there before the failed deployments that a rollback undoes: what the stack has made since goes. */
  readonly undoneTo?: S;
  /**
   * What was there before the failed deployments that end in this one, if nobody else has changed it: what they have
   * adopted is given back, and may go.
   */
  readonly since?: S;
  /** Whether they are all of that stack's. Absent: false. */
  readonly own?: boolean;
  /** Whether nothing else has happened: all that may go is gone then. Absent: false. */
  readonly alone?: boolean;
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
  {
    weight: 2,
    arbitrary: fc.record({
      fails: fc.constantFrom(undefined, 'meanwhile', 'afterwards'),
      twice: fc.constantFrom(0, 50, 200, 500, 1_500, 4_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ throttled: fc.record({ call, times: fc.integer({ min: 1, max: 4 }) }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      fails: fc.constantFrom(undefined, 'meanwhile', 'afterwards'),
      swept: fc.record({ call, keep: fc.constantFrom(...KEEPS) }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      fails: fc.constantFrom('meanwhile', 'afterwards'),
      onFailure: fc.constantFrom('DELETE', 'DO_NOTHING'),
    }),
  },
) as fc.Arbitrary<Trouble>;

const sweep: fc.Arbitrary<Sweep> = fc.record({
  keep: fc.constantFrom(...KEEPS),
  triggers: fc.subarray(['DURING_DEPLOYMENT', 'ON_DESTROY', 'AFTER_DEPLOYMENT'], { minLength: 1 }),
});

function steps<R>({ release, hands }: Pick<Plot<R, unknown>, 'release' | 'hands'>): fc.Arbitrary<Step<R>[]> {
  const stack = fc.constantFrom<0 | 1>(0, 0, 1);
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('deploy'),
        stack,
        release,
        varies: fc.boolean(),
        sweep: fc.option(sweep, { nil: undefined }),
        trouble,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroy'), stack }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rollback'), stack }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('again'), event: fc.nat(1000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('hand'), act: fc.nat(hands.length - 1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep'), keep: fc.constantFrom(...KEEPS) }) },
  );
  return fc.array(step as fc.Arbitrary<Step<R>>, { minLength: 1, maxLength: 6 });
}

/** What a history leaves to chance: what is drawn, and how long requests take. */
const chance = fc.noBias(fc.nat());

const NAMES = ['one', 'two'] as const;

class History<R, S> {
  /** What each stack declares of sweeps, by its last deployment that succeeded and those since. */
  private readonly declared: Record<0 | 1, readonly Sweep[]> = { 0: [], 1: [] };
  private readonly released: Partial<Record<0 | 1, R>> = {};
  /** What was there before the first of the deployments that have failed without a rollback, if only these changed it. */
  private readonly open: Partial<Record<0 | 1, { readonly before: S; isDisturbed: boolean }>> = {};

  /** What they declared. */
  private readonly failed: Record<0 | 1, R[]> = { 0: [], 1: [] };

  constructor(
    private readonly plot: Plot<R, S>,
    private readonly world: World,
  ) {}

  async play(each: Step<R>): Promise<void> {
    const before = this.snapshot();
    await this.perform(each);
    if (isDeepStrictEqual(this.snapshot(), before)) return;
    for (const stack of [0, 1] as const) {
      const open = this.open[stack];
      if (open && !('stack' in each && each.stack === stack)) open.isDisturbed = true;
    }
  }

  private perform(each: Step<R>): Promise<void> {
    switch (each.kind) {
      case 'hand':
        return this.byHand(each.act);
      case 'again':
        return this.again(each.event);
      case 'sweep':
        return this.sweep(each.keep);
      case 'rollback':
        return this.rollBack(each.stack);
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
    const index = event % this.world.events;
    const { unmarked } = this.plot;
    const seen = unmarked && this.world.isLeftFailed(index) ? unmarked : (held: S) => held;
    const before = this.snapshot();
    await this.world.deliverAgain(index);
    expect(seen(this.snapshot())).toEqual(seen(before));
  }

  private async sweep(keep: number): Promise<void> {
    const before = this.snapshot();
    await this.world.sweep(keep);
    // within the second in which a rollback began, a sweep cannot tell what it restored from what it undid.
    const atRest = ([0, 1] as const).every(stack => !/_FAILED$|^UPDATE_ROLLBACK/.test(this.status(stack) ?? ''));
    const after = this.snapshot();
    expect(this.plot.unswept(after, before, { keep, alone: atRest })).toEqual(before);
  }

  private async rollBack(stack: 0 | 1): Promise<void> {
    if (!this.isLeftFailed(stack)) return;
    const before = this.snapshot();
    const { stackId, status } = await this.world.rollBack(NAMES[stack]);
    expect(status).toMatch(/^(UPDATE_)?ROLLBACK_COMPLETE$/);
    const undoneTo = this.open[stack]?.before;
    const after = this.unswept(before, this.declared[stack], { stack, stackId, undoneTo, own: true });
    const since = this.openOf(stack);
    if (since) this.plot.rolledBack(after, since, this.failed[stack]);
    this.failed[stack] = [];
    this.open[stack] = undefined;
  }

  private async destroy(stack: 0 | 1): Promise<void> {
    if (this.status(stack) === undefined) return;
    const before = this.snapshot();
    const { stackId, status } = await this.world.destroy(NAMES[stack]);
    expect(status).toBe('DELETE_COMPLETE');
    const of = { stack, stackId, succeeded: true, since: this.openOf(stack), own: true };
    const after = this.unswept(before, this.declared[stack], of);
    const since = this.openOf(stack);
    this.plot.destroyed(stackId, after, since ?? before);
    if (since) this.plot.undone(after, since, stackId);
    this.declared[stack] = [];
    this.open[stack] = undefined;
    this.failed[stack] = [];
  }

  private async deploy(step: Step<R> & { readonly kind: 'deploy' }): Promise<void> {
    const { stack, trouble } = step;
    // a retention can count a version that a repeated Create makes again, and takes back.
    const sweep = trouble.twice === undefined ? step.sweep : undefined;
    const last = step.varies ? this.released[stack] : undefined;
    const release = last === undefined ? step.release : this.plot.vary(last, step.release);
    const onFailure = this.onFailure(step);
    const before = this.snapshot();
    const versions = this.plot.resources(release, stack, this.world);
    const resources = { ...versions, ...(sweep && this.world.sweeping(sweep, versions)) };
    // without a rollback, CloudFormation waits for what is held up.
    const heldUp = onFailure === 'DO_NOTHING' ? undefined : trouble.heldUp;
    const { stackId, status } = await this.world.deploy(NAMES[stack], resources, { ...trouble, onFailure, heldUp });
    const succeeded = /^(CREATE|UPDATE)_COMPLETE$/.test(status);
    const sweeps = [...this.declared[stack], ...(sweep ? [sweep] : []), ...(trouble.swept ? [trouble.swept] : [])];
    if (onFailure === 'DO_NOTHING' && !succeeded) this.open[stack] ??= { before, isDisturbed: false };
    const of = { stack, stackId, succeeded, since: this.openOf(stack), release, own: !trouble.swept };
    const after = this.unswept(before, sweeps, of);
    this.declared[stack] = [...(succeeded ? [] : this.declared[stack]), ...(sweep ? [sweep] : [])];
    if (succeeded) {
      const since = this.openOf(stack);
      this.released[stack] = release;
      this.plot.deployed(release, stackId, after, since ?? before);
      if (since) this.plot.undone(after, since, stackId, release);
      this.open[stack] = undefined;
      this.failed[stack] = [];
    } else if (onFailure === 'DO_NOTHING') {
      expect(status).toMatch(/^(CREATE|UPDATE)_FAILED$/);
      this.failed[stack].push(release);
    } else {
      expect(status).toMatch(/^((UPDATE_)?ROLLBACK|DELETE)_COMPLETE$/);
      this.plot.rolledBack(after, before, [release]);
    }
  }

  /** A stack that was left where it failed takes no deployment that may roll back. */
  private onFailure({ stack, trouble: { onFailure } }: Step<R> & { readonly kind: 'deploy' }): Trouble['onFailure'] {
    if (this.isLeftFailed(stack)) return 'DO_NOTHING';
    const isNew = [undefined, 'ROLLBACK_COMPLETE'].includes(this.status(stack));
    return isNew || onFailure === 'DO_NOTHING' ? onFailure : undefined;
  }

  private isLeftFailed(stack: 0 | 1): boolean {
    return /_FAILED$/.test(this.status(stack) ?? '');
  }

  /** What was there before the deployments of a stack that was left where it failed, if nobody else has changed it. */
  private openOf(stack: 0 | 1): S | undefined {
    const open = this.open[stack];
    return open?.isDisturbed ? undefined : open?.before;
  }

  /** What is there, and what retentions have removed, as far as they may. */
  private unswept(
    before: S,
    sweeps: readonly Pick<Sweep, 'keep'>[],
    { stack, ...of }: Omit<Swept<R, S>, 'keep'> & { readonly stack: 0 | 1 },
  ): S {
    const after = this.snapshot();
    if (sweeps.length === 0) return after;
    const unswept = this.plot.unswept(after, before, { ...of, keep: Math.min(...sweeps.map(({ keep }) => keep)) });
    const open = this.open[stack];
    if (open && !isDeepStrictEqual(unswept, after)) open.isDisturbed = true;
    return unswept;
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
  const play = (all: readonly Step<R>[], seed: number) =>
    World.play(
      plot.family,
      async world => {
        await plot.begin(world);
        const history = new History(plot, world);
        for (const each of all) await history.play(each);
      },
      { seed },
    );
  console.log(`${RUNS} histories of ${plot.family.service}, seed ${SEED}`);
  await fc.assert(fc.asyncProperty(steps(plot), chance, play), {
    seed: Number(SEED),
    numRuns: Number(RUNS),
    path,
    endOnFailure: true,
  });
}

/** Milliseconds that a suite of histories may take, many of them too. */
export const HISTORIES_TIMEOUT = 3_600_000;
