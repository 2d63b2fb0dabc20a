import { OperationOver } from '../../../lambda/runtime/errors';
import { type SweepCursor, firstCursor } from '../../../lambda/sweep/cursor';
import { OutOfTime } from '../../../lambda/sweep/pace';
import { runSlice } from '../../../lambda/sweep/slices';
import { type Each, SweepRefused, type SweepSource } from '../../../lambda/sweep/source';
import { VirtualClock } from '../../../testing/clock';
import { type ToyCandidate, ToyService, candidates } from '../../../testing/sweep/listing';
import { Lines } from '../../../testing/sweep/records';
import { config, sweepAll } from './whole-sweep';

type Source = SweepSource<ToyCandidate>;

const asked = (service: ToyService, operation: string) => service.calls.filter(call => call.startsWith(operation));

describe('the plan', () => {
  test('counts removals only where a limit asks for it', async () => {
    const { outcome } = await sweepAll(new ToyService(candidates(5)), config({ keepLatest: 2 }));
    expect(outcome.counts.planned).toBeUndefined();
  });

  test('counts by siblings where candidates are ranked among these', async () => {
    const groups = candidates(12, index => ({ status: `group-${index % 3}` }));
    const service = new ToyService(groups);
    const { outcome } = await sweepAll(service, config({ keepLatest: 2, maxRemovals: 6 }), {
      change: source => ({
        ...source,
        siblings: async function* ({ status }) {
          yield* service.candidates.filter(candidate => candidate.status === status);
        },
      }),
    });
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { planned: 6, removed: 6 } });
  });

  test('has planned what an earlier execution of the run removed, or found gone', async () => {
    const service = new ToyService(candidates(6));
    const clock = new VirtualClock();
    const { source, paces } = service.slice(clock);
    const first = firstCursor(clock.now());
    const cursor: SweepCursor = { ...first, counts: { ...first.counts, removed: 3, gone: 4 } };
    const surroundings = { paces, now: () => clock.now(), records: new Lines(), again: false };
    const result = await clock.run(runSlice({ config: config({ maxRemovals: 9 }), source }, cursor, surroundings));
    expect(result).toMatchObject({ outcome: { status: 'SUCCEEDED', counts: { planned: 13, removed: 9, gone: 4 } } });
  });

  describe('that ranks by version', () => {
    const named = (...names: string[]) => new ToyService(names.map(name => ({ name, createdAt: 0 })));
    const byVersion = (service: ToyService, rules: object, slice = Infinity) => {
      service.pageSize = 1;
      return sweepAll(service, config(rules, { order: 'SEMVER' }), { slice });
    };

    test.each([
      [
        'the first two that do not go together',
        ['1.0.0', '1.1.0', 'latest', 'nightly'],
        /compare latest with 1\.0\.0:/,
      ],
      ['whichever comes first', ['1-nightly', '1.0.0', '1.1.0'], /compare 1-nightly with 1\.0\.0:/],
    ])('refuses with %s, however far they are apart', async (_, names, message) => {
      for (const slice of [Infinity, 90]) {
        const service = named(...names);
        const { outcome, cursors } = await byVersion(service, { keepLatest: 1 }, slice);
        expect(outcome).toMatchObject({ status: 'REFUSED', message: expect.stringMatching(message) });
        expect(cursors.length > 0).toBe(slice < Infinity);
        expect(service.removed).toEqual([]);
      }
    });

    test('does not mind names of one kind, nor those that no rule selects', async () => {
      const words = named('beta', 'latest', 'nightly');
      expect((await byVersion(words, { keepLatest: 1 })).outcome.counts).toMatchObject({ removed: 2, kept: 1 });
      const mixed = named('1.0.0', '1.1.0', 'latest');
      await byVersion(mixed, { keepLatest: 1, exclude: ['latest'] });
      expect(mixed.names()).toEqual(['1.1.0', 'latest']);
    });

    test('does not mind names where nothing ranks', async () => {
      const service = named('1.0.0', 'latest');
      expect((await byVersion(service, { maxRemovals: 2 })).outcome.counts).toMatchObject({ planned: 2, removed: 2 });
    });
  });
});

describe('what a deployment in progress would take back', () => {
  /** `provisional` are the numbers of such candidates, which are protected meanwhile. */
  const having = (service: ToyService, provisional: readonly number[]) => {
    const names = provisional.map(number => candidates(number + 1)[number].name);
    return (source: Source): Source => ({
      ...source,
      protection: async candidate => (names.includes(candidate.name) ? 'DEPLOYED' : source.protection(candidate)),
      isProvisional: async ({ name }) => {
        await source.protection({ name });
        service.calls.push(`Provisional ${name}`);
        return names.includes(name);
      },
    });
  };

  test.each([
    [[], [3, 4]],
    [[4], [2, 3, 4]],
    [
      [3, 4],
      [1, 2, 3, 4],
    ],
    [
      [1, 3, 4],
      [0, 1, 2, 3, 4],
    ],
    [[0], [0, 3, 4]],
  ])('%j of five takes no place among the latest two: %j stay', async (provisional, left) => {
    const service = new ToyService(candidates(5));
    await sweepAll(service, config({ keepLatest: 2 }), { change: having(service, provisional) });
    expect(service.names()).toEqual(left.map(index => `item-000${index}`));
  });

  test('is not looked for where all are among the latest, nor where nothing ranks', async () => {
    for (const rules of [{ keepLatest: 5 }, { maxRemovals: 5 }]) {
      const service = new ToyService(candidates(5));
      await sweepAll(service, config(rules), { change: having(service, [4]) });
      expect(asked(service, 'Provisional')).toEqual([]);
    }
  });

  test('is looked for though the last page alone pushes nothing out', async () => {
    const service = new ToyService(candidates(4));
    service.pageSize = 3;
    const change = (source: Source) => having(service, [3])(source);
    await sweepAll(service, config({ keepLatest: 1, exclude: ['item-0003'] }), { change, slice: 250 });
    expect(service.names()).toEqual(['item-0002', 'item-0003']);
    expect(asked(service, 'Provisional')).toContain('Provisional item-0002');
  });

  test('is found in as many slices as it takes, each candidate once', async () => {
    const service = new ToyService(candidates(40));
    const change = having(service, [35]);
    const { cursors } = await sweepAll(service, config({ keepLatest: 30 }), { change, slice: 700 });
    expect(cursors.map(({ pass }) => pass)).toContain('CHECK');
    expect(service.names()).toHaveLength(31);
    // once in the first plan, and once in the one without it.
    expect(asked(service, 'Provisional item-0039')).toHaveLength(2);
    expect(asked(service, 'Provisional item-0035')).toHaveLength(1);
  });

  test('is unknown where it cannot be read: the candidate keeps its place, and that is recorded', async () => {
    const service = new ToyService(candidates(5));
    const { records, outcome } = await sweepAll(service, config({ keepLatest: 2 }), {
      change: source => ({ ...source, isProvisional: () => Promise.reject(new Error('denied')) }),
    });
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 3, keptBy: { AMONG_LATEST: 2 } } });
    expect(records.lines.filter(line => line.startsWith('unreadable')).sort()).toEqual([
      'unreadable item-0003',
      'unreadable item-0004',
    ]);
  });

  test('ends the sweep where it is refused', async () => {
    const service = new ToyService(candidates(5));
    const { outcome } = await sweepAll(service, config({ keepLatest: 2 }), {
      change: source => ({ ...source, isProvisional: () => Promise.reject(new SweepRefused('no history')) }),
    });
    expect(outcome).toMatchObject({ status: 'REFUSED', message: 'no history' });
    expect(service.removed).toEqual([]);
  });
});

describe('a source that asks for protections in turn', () => {
  const inTurn =
    (turns: string[] = []) =>
    (source: Source): Source => ({
      ...source,
      removal: {
        heedsGuard: true,
        each: async (candidate, guard) => {
          turns.push(candidate.name);
          await guard();
          return (source.removal as Each<ToyCandidate>).each(candidate, guard);
        },
      },
    });
  const halfOwned = () => new ToyService(candidates(10, index => ({ protectedBy: index < 5 ? 'OWNED' : undefined })));

  test('asks once before each removal, and keeps what is protected', async () => {
    const service = halfOwned();
    const { outcome } = await sweepAll(service, config({ maxRemovals: 10 }), { change: inTurn() });
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { planned: 10, removed: 5, keptBy: { OWNED: 5 } } });
    expect(asked(service, 'Protection item-0007')).toHaveLength(1);
  });

  test('asks before the removals only where the rules alone would remove too many', async () => {
    const service = halfOwned();
    const { outcome } = await sweepAll(service, config({ maxRemovals: 5 }), { change: inTurn() });
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { planned: 5, removed: 5, keptBy: { OWNED: 5 } } });
    const refused = halfOwned();
    const { outcome: other } = await sweepAll(refused, config({ maxRemovals: 4 }), { change: inTurn() });
    expect(other).toMatchObject({ status: 'REFUSED', counts: { planned: 5, removed: 0 } });
  });

  test('tells in a dry run what would go, without what is protected', async () => {
    const service = halfOwned();
    const { outcome } = await sweepAll(service, config({ dryRun: true }), { change: inTurn() });
    expect(outcome.counts).toMatchObject({ wouldRemove: 5, keptBy: { OWNED: 5 } });
  });

  test('takes no turn in vain while what protections need is not read', async () => {
    const service = new ToyService(candidates(3));
    const turns: string[] = [];
    let isFinished = false;
    const { outcome } = await sweepAll(service, config({}), {
      change: source => ({
        ...inTurn(turns)(source),
        protection: async candidate => {
          if (!isFinished) throw new OutOfTime('not read');
          return source.protection(candidate);
        },
        preparation: {
          get isDue() {
            return !isFinished;
          },
          get isFinished() {
            return isFinished;
          },
          run: async () => void (isFinished = true),
          state: () => undefined,
          reset: () => {},
        },
      }),
    });
    expect(outcome.counts.removed).toBe(3);
    expect(turns.sort()).toEqual(['item-0000', 'item-0001', 'item-0002']);
  });
});

describe('a removal', () => {
  /** Ends the removal of item-0000 so, and removes the others. */
  const first =
    (end: () => unknown) =>
    (source: Source): Source => ({
      ...source,
      removal: {
        each: async (candidate, guard) =>
          candidate.name === 'item-0000'
            ? (end() as 'removed')
            : (source.removal as Each<ToyCandidate>).each(candidate, guard),
      },
    });
  const thrown = (error: Error) => () => {
    throw error;
  };

  test('that is refused ends the sweep', async () => {
    const change = first(thrown(new SweepRefused('not here')));
    const { outcome } = await sweepAll(new ToyService(candidates(2)), config({}), { change });
    expect(outcome).toMatchObject({ status: 'REFUSED', message: 'not here', counts: { failed: 0 } });
  });

  test('that has no time is made in the next slice, and has not failed', async () => {
    let slices = 0;
    const change = (source: Source) => (slices++ === 0 ? first(thrown(new OutOfTime('late')))(source) : source);
    const service = new ToyService(candidates(2));
    const { outcome, cursors } = await sweepAll(service, config({}), { change });
    expect(cursors).toHaveLength(1);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 2, failed: 0 } });
  });

  test('that fails is told by the first of the listing', async () => {
    const service = new ToyService(candidates(6));
    service.before = (operation, name) => {
      if (operation === 'Remove' && name !== 'item-0003') throw new Error('in use');
    };
    const { outcome } = await sweepAll(service, config({}));
    expect(outcome.counts).toMatchObject({ removed: 1, failed: 5, firstFailure: 'item-0000: Remove: in use' });
  });

  test.each(['before it', 'in its turn'])(
    'is not made once the operation is over %s, and has not failed',
    async when => {
      const clock = new VirtualClock();
      const service = new ToyService(candidates(3));
      const { source, paces } = service.slice(clock);
      let isOver = when === 'before it';
      const records = new Lines();
      const slice = runSlice(
        {
          config: config({}),
          source: {
            ...source,
            removal: {
              each: async (candidate, guard) => {
                isOver = true;
                await guard();
                return (source.removal as Each<ToyCandidate>).each(candidate, guard);
              },
            },
          },
        },
        undefined,
        {
          paces,
          now: () => clock.now(),
          records,
          again: false,
          confirm: async () => {
            if (isOver) throw new OperationOver('rolled back');
          },
        },
      );
      await expect(clock.run(slice)).rejects.toThrow('rolled back');
      expect(service.removed).toEqual([]);
      expect(records.lines.filter(line => line.startsWith('failed'))).toEqual([]);
    },
  );
});
