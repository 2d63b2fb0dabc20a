import fc from 'fast-check';
import { type SweepConfig, SweepLimits, type SweepRulesConfig } from '../../../contract/sweep';
import { type SweepCursor } from '../../../lambda/sweep/cursor';
import { type SweepOutcome, runSlice } from '../../../lambda/sweep/slices';
import { type Each, SweepRefused, type SweepSource } from '../../../lambda/sweep/source';
import { VirtualClock } from '../../../testing/clock';
import { Service, type ToyCandidate, candidates } from '../../../testing/sweep/listing';
import { Lines } from '../../../testing/sweep/records';
import { throttling } from '../../../testing/token-bucket';

const config = (rules: SweepRulesConfig, more: Partial<SweepConfig> = {}): SweepConfig => ({
  name: 'test',
  rules,
  requestsPerSecond: 100,
  ...more,
});

interface Options {
  readonly clock?: VirtualClock;
  readonly records?: Lines;
  /** Milliseconds that a slice may work. */
  readonly slice?: number;
  readonly change?: (source: SweepSource<ToyCandidate>) => SweepSource<ToyCandidate>;
}

/** Runs a sweep to its end, in as many slices as it takes; cursors travel as JSON, as they do in a state machine. */
async function sweepAll(service: Service, sweep: SweepConfig, options: Options = {}) {
  const { clock = new VirtualClock(), records = new Lines(), slice, change = source => source } = options;
  const cursors: SweepCursor[] = [];
  for (;;) {
    const { source, paces } = service.slice(clock, slice, cursors.at(-1)?.learned);
    const result = await clock.run(
      runSlice({ config: sweep, source: change(source) }, cursors.at(-1), {
        paces,
        now: () => clock.now(),
        records,
        again: false,
      }),
    );
    if (result.done) return { outcome: result.outcome, cursors, records };
    cursors.push(JSON.parse(JSON.stringify(result.cursor)) as SweepCursor);
    if (cursors.length > 500) throw new Error('the sweep does not come to an end');
  }
}

/** What must be left: decided by hand, newest last. */
const newest = (all: readonly ToyCandidate[], keepLatest: number) =>
  all.filter((candidate, index) => index >= all.length - keepLatest || candidate.protectedBy).map(({ name }) => name);

describe('a sweep', () => {
  test('removes what the rules remove and counts the rest by reason', async () => {
    const all = candidates(20, index => ({ protectedBy: index % 5 === 0 ? 'OWNED' : undefined }));
    const service = new Service(all);
    const { outcome, records } = await sweepAll(service, config({ keepLatest: 3 }));
    expect(service.names()).toEqual(newest(all, 3));
    expect(outcome).toEqual({
      status: 'SUCCEEDED',
      counts: expect.objectContaining({ removed: 13, kept: 7, keptBy: { OWNED: 4, AMONG_LATEST: 3 }, failed: 0 }),
    });
    expect(records.metrics).toEqual({ Removed: 13, Kept: 7, Failed: 0, Throttled: 0, Refused: 0 });
  });

  test('names what it keeps once, however often a pass is repeated', async () => {
    const service = new Service(candidates(4));
    const { records } = await sweepAll(service, config({ keepLatest: 1 }));
    expect(records.lines.filter(line => line.startsWith('kept'))).toEqual(['kept item-0003 AMONG_LATEST']);
  });

  test('reads the listing once before it removes where keepLatest asks for it', async () => {
    const service = new Service(candidates(4));
    service.pageSize = 10;
    await sweepAll(service, config({ keepLatest: 4 }));
    expect(service.calls).toEqual(['List ', 'List ']);
  });

  test('reads it only to remove where no rule asks for more', async () => {
    const service = new Service(candidates(2));
    service.pageSize = 10;
    await sweepAll(service, config({ minAgeSeconds: 10 ** 10 }));
    expect(service.calls).toEqual(['List ']);
  });

  test('asks for protections only of what the rules would remove', async () => {
    const service = new Service(candidates(5));
    await sweepAll(service, config({ keepLatest: 4 }));
    expect(service.calls.filter(call => call.startsWith('Protection'))).toEqual(['Protection item-0000']);
  });

  test('keeps what it cannot read the protection of', async () => {
    const service = new Service(candidates(3));
    service.before = (operation, name) => {
      if (operation === 'Protection' && name === 'item-0001') throw new Error('denied');
    };
    const { outcome, records } = await sweepAll(service, config({}));
    expect(service.names()).toEqual(['item-0001']);
    expect(outcome.status).toBe('SUCCEEDED');
    expect(outcome.counts.keptBy).toEqual({ PROTECTION_UNREADABLE: 1 });
    expect(records.lines).toContain('unreadable item-0001');
  });

  test('goes on after a failed removal, and ends as failed', async () => {
    const service = new Service(candidates(7));
    service.before = (operation, name) => {
      if (operation === 'Remove' && name === 'item-0002') throw new Error('in use');
    };
    const { outcome, records } = await sweepAll(service, config({}));
    expect(service.names()).toEqual(['item-0002']);
    expect(outcome).toMatchObject({ status: 'FAILED', counts: { removed: 6, failed: 1 } });
    expect(records.lines).toContain('failed item-0002 in use');
    expect(records.metrics).toMatchObject({ Removed: 6, Failed: 1 });
  });

  test('a removal that works at the second try is no failure in the end', async () => {
    const service = new Service(candidates(2));
    let failed = false;
    service.before = (operation, name) => {
      if (operation !== 'Remove' || name !== 'item-0000' || failed) return;
      failed = true;
      throw new Error('in use');
    };
    const { outcome } = await sweepAll(service, config({}));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 2, failed: 0 } });
  });

  test('counts what was gone already and what turned out to stay', async () => {
    const service = new Service(candidates(2));
    const { outcome } = await sweepAll(service, config({}), {
      change: source => ({
        ...source,
        removal: { each: async ({ name }) => (name === 'item-0000' ? 'gone' : { kept: 'MOVED_ON' }) },
      }),
    });
    expect(outcome.counts).toMatchObject({ removed: 0, gone: 1, kept: 1, keptBy: { MOVED_ON: 1 } });
  });

  test('works on many candidates at a time, so that latency does not hold it up', async () => {
    const service = new Service(candidates(1000));
    service.pageSize = 100;
    service.latency = 300;
    const clock = new VirtualClock(0);
    await sweepAll(service, config({}, { requestsPerSecond: 10 }), {
      clock,
      change: source => ({ ...source, protection: async () => undefined }),
    });
    // the service's slice paces at 100 a second and starts at 10.
    expect(clock.now()).toBeLessThan(20_000);
  });
});

describe('maxRemovals', () => {
  test('refuses before the first removal and says by how much', async () => {
    const service = new Service(candidates(10));
    const { outcome, records } = await sweepAll(service, config({ keepLatest: 2, maxRemovals: 5 }));
    expect(service.removed).toEqual([]);
    expect(outcome).toMatchObject({ status: 'REFUSED', counts: { planned: 8, removed: 0 } });
    expect(outcome.message).toContain('the plan removes 8, which is 3 more than maxRemovals allows (5)');
    expect(records.metrics).toMatchObject({ Refused: 1, Removed: 0 });
  });

  test.each([8, 9])('of %d lets a plan of 8 pass', async maxRemovals => {
    const service = new Service(candidates(10));
    const { outcome } = await sweepAll(service, config({ keepLatest: 2, maxRemovals }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { planned: 8, removed: 8 } });
  });

  test('does not count what is protected', async () => {
    const service = new Service(candidates(10, index => ({ protectedBy: index < 5 ? 'OWNED' : undefined })));
    const { outcome } = await sweepAll(service, config({ maxRemovals: 5 }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { planned: 5, removed: 5 } });
  });

  test('holds for what appears after the plan was made', async () => {
    const service = new Service(candidates(4));
    service.before = operation => {
      if (operation === 'Remove' && service.candidates.length < 10) {
        service.candidates = [...service.candidates, ...candidates(20).slice(10)];
      }
    };
    const { outcome } = await sweepAll(service, config({ maxRemovals: 4 }));
    expect(service.removed).toHaveLength(4);
    expect(outcome.counts.keptBy).toHaveProperty('MAX_REMOVALS');
  });
});

describe('a dry run', () => {
  test('records what it would remove, and removes nothing', async () => {
    const service = new Service(candidates(4));
    const { outcome, records } = await sweepAll(service, config({ keepLatest: 2, dryRun: true }));
    expect(service.removed).toEqual([]);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 0, wouldRemove: 2, kept: 2 } });
    expect(records.lines).toContain('would remove item-0001 BEYOND_LATEST');
  });

  test('says that the sweep would be refused, after the records', async () => {
    const { outcome, records } = await sweepAll(new Service(candidates(4)), config({ maxRemovals: 2, dryRun: true }));
    expect(outcome).toMatchObject({ status: 'REFUSED', counts: { planned: 4, wouldRemove: 4 } });
    expect(records.lines.filter(line => line.startsWith('would remove'))).toHaveLength(4);
  });
});

describe('in slices', () => {
  const all = candidates(60, index => ({ protectedBy: index % 7 === 0 ? 'OWNED' : undefined }));
  const rules = { keepLatest: 5, maxRemovals: 50 };

  test('does the same as in one, and counts the same', async () => {
    const once = new Service(all);
    const { outcome: expected } = await sweepAll(once, config(rules));
    const service = new Service(all);
    const { outcome, cursors } = await sweepAll(service, config(rules), { slice: 700 });
    expect(cursors.length).toBeGreaterThan(5);
    expect(service.names()).toEqual(once.names());
    expect(outcome).toEqual(expected);
    expect(new Set(service.removed).size).toBe(service.removed.length);
  });

  test('a page that takes longer than a slice is worked on in several', async () => {
    const service = new Service(all);
    service.pageSize = 100;
    const { outcome, cursors } = await sweepAll(service, config({ keepLatest: 5 }), { slice: 1200 });
    expect(cursors.length).toBeGreaterThan(2);
    expect(service.names()).toEqual(newest(all, 5));
    expect(outcome.counts).toMatchObject({ kept: 13, keptBy: { OWNED: 8, AMONG_LATEST: 5 } });
  });

  test('a stale page token restarts the pass', async () => {
    const service = new Service(all);
    service.forgetsTokens = true;
    const { outcome, records } = await sweepAll(service, config({ keepLatest: 5 }), { slice: 3500 });
    expect(records.lines).toContain('restarted');
    expect(service.names()).toEqual(newest(all, 5));
    expect(outcome.counts).toMatchObject({ removed: 47, kept: 13 });
  });

  test('a restarted plan ranks anew what is there now', async () => {
    const service = new Service(candidates(30, index => ({ createdAt: 1000 - index })));
    service.forgetsTokens = true;
    let slices = 0;
    await sweepAll(service, config({ keepLatest: 1 }), {
      slice: 500,
      change: source => {
        // the newest one goes after the first slice, in which it was ranked.
        if (slices++ === 1) service.candidates = service.candidates.slice(1);
        if (slices === 3) service.forgetsTokens = false;
        return source;
      },
    });
    expect(service.names()).toEqual(['item-0001']);
  });

  test('gives up where page tokens never last', async () => {
    const service = new Service(candidates(50, () => ({ protectedBy: 'OWNED' })));
    service.forgetsTokens = true;
    await expect(sweepAll(service, config({}), { slice: 500 })).rejects.toThrow('forgotten');
  });

  test('repeats a removing pass until one removes nothing, where removals move the pages', async () => {
    const service = new Service(candidates(24));
    service.tokensBy = 'position';
    const { outcome } = await sweepAll(service, config({}));
    expect(service.names()).toEqual([]);
    expect(outcome.counts.removed).toBe(24);
  });

  test('repeats it three times at most', async () => {
    const service = new Service([]);
    let made = 0;
    const { outcome } = await sweepAll(service, config({}), {
      change: source => ({
        ...source,
        list: async () => ({ candidates: [{ name: `new-${made++}` }] }),
        removal: { each: async () => 'removed' },
      }),
    });
    expect(outcome.counts.removed).toBe(1 + SweepLimits.REPEATS);
  });

  test('hands what it learned of the quota to the next slice', async () => {
    const service = new Service(all);
    let calls = 0;
    service.before = operation => {
      if (operation === 'Remove' && calls++ === 3) throw throttling();
    };
    const { outcome, cursors } = await sweepAll(service, config({}), { slice: 1500 });
    expect(cursors.at(-1)?.learned).toHaveProperty('Remove');
    expect(outcome.counts.throttled).toBe(1);
  });

  test('a cursor with the most that keepLatest allows fits', async () => {
    const long = candidates(600, index => ({
      name: `${'n'.repeat(59)}${String(index).padStart(5, '0')}`,
      status: 'DEPRECATED',
    }));
    const service = new Service(long);
    service.pageSize = 100;
    const { cursors } = await sweepAll(service, config({ keepLatest: SweepLimits.MAX_KEEP_LATEST }), { slice: 300 });
    const bytes = Math.max(...cursors.map(cursor => JSON.stringify(cursor).length));
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(SweepLimits.CURSOR_BYTES);
  });

  test('a cursor beyond the limit is refused with what to do', async () => {
    const service = new Service(candidates(600, index => ({ name: `${1000 + index}-${'n'.repeat(400)}` })));
    service.pageSize = 100;
    await expect(sweepAll(service, config({ keepLatest: 250 }), { slice: 300 })).rejects.toThrow(/smaller keepLatest/);
  });

  test('removes nothing with a cursor that lost its threshold', async () => {
    const service = new Service(candidates(3));
    const clock = new VirtualClock();
    const { source, paces } = service.slice(clock);
    const { cursors } = await sweepAll(new Service(all), config({ keepLatest: 5 }), { slice: 3500 });
    const cursor = { ...cursors.at(-1)!, pageToken: undefined, threshold: undefined };
    const slice = runSlice({ config: config({ keepLatest: 1 }), source }, cursor, {
      paces,
      now: () => clock.now(),
      records: new Lines(),
      again: false,
    });
    await expect(clock.run(slice)).rejects.toThrow(/threshold/);
    expect(service.removed).toEqual([]);
  });
});

test('a source that refuses ends the sweep with its message, and counts what was done', async () => {
  const service = new Service(candidates(9));
  let asked = 0;
  const { outcome } = await sweepAll(service, config({}), {
    change: source => ({
      ...source,
      protection: async candidate => {
        if (asked++ === 6) throw new SweepRefused('named shadows are not indexed');
        return source.protection(candidate);
      },
    }),
  });
  expect(outcome).toMatchObject({ status: 'REFUSED', message: 'named shadows are not indexed' });
  expect(outcome.counts.removed).toBe(service.removed.length);
  expect(service.removed.length).toBeLessThan(9);
});

test('candidates with siblings are ranked among them', async () => {
  const groups = candidates(12, index => ({ status: `group-${index % 3}` }));
  const service = new Service(groups);
  const { outcome } = await sweepAll(service, config({ keepLatest: 2 }), {
    change: source => ({
      ...source,
      siblings: async function* ({ status }) {
        yield* service.candidates.filter(candidate => candidate.status === status);
      },
    }),
  });
  expect(service.names()).toEqual(groups.slice(6).map(({ name }) => name));
  expect(outcome.counts).toMatchObject({ removed: 6, kept: 6 });
});

describe('cut off at any call', () => {
  class Killed extends Error {}

  /** Kills every so many calls: the function dies, whatever it had not returned is lost, and the next one starts over. */
  async function sweepThroughKills(service: Service, sweep: SweepConfig, kills: readonly number[], slice: number) {
    const clock = new VirtualClock();
    const records = new Lines();
    const pending = [...kills];
    let cursor: SweepCursor | undefined;
    let outcome: SweepOutcome | undefined;
    let done = 0;
    let again = false;
    while (!outcome) {
      const { source, paces } = service.slice(clock, slice, cursor?.learned);
      let left = pending.shift() ?? Infinity;
      let killed = () => {};
      const death = new Promise<never>((_, reject) => (killed = () => reject(new Killed())));
      // the call may have reached the service or not; the function hears of nothing any more.
      const mortal =
        <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
          if (left <= 0) return new Promise<R>(() => {});
          if (--left > 0) return call(...args);
          if (done++ % 2 === 0) await call(...args).catch(() => {});
          killed();
          return new Promise<R>(() => {});
        };
      const mortalSource = {
        list: mortal(source.list),
        protection: mortal(source.protection),
        removal: { each: mortal((source.removal as Each<ToyCandidate>).each) },
      };
      const work = runSlice({ config: sweep, source: mortalSource }, cursor, {
        paces,
        now: () => clock.now(),
        records,
        again,
      });
      try {
        const result = await clock.run(Promise.race([work, death]));
        if (result.done) outcome = result.outcome;
        else cursor = JSON.parse(JSON.stringify(result.cursor)) as SweepCursor;
        again = false;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        again = true;
        // what was on its way to the service arrives before anybody tries again.
        await clock.run(clock.sleep(1000));
      }
    }
    return outcome;
  }

  test('ends where an undisturbed sweep ends, and removes nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(40),
        fc.record({ keepLatest: fc.nat(6), dryRun: fc.constant(false), maxRemovals: fc.constantFrom(undefined, 40) }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
        fc.integer({ min: 800, max: 5000 }),
        fc.constantFrom('name' as const, 'position' as const),
        fc.boolean(),
        async (count, rules, kills, slice, tokensBy, forgetsTokens) => {
          const all = candidates(count, index => ({ protectedBy: index % 6 === 1 ? 'OWNED' : undefined }));
          const service = new Service(all);
          Object.assign(service, { tokensBy, pageSize: 5 });
          service.forgetsTokens = forgetsTokens && slice > 4000;
          const outcome = await sweepThroughKills(service, config(rules), kills, slice);
          expect(service.names()).toEqual(newest(all, rules.keepLatest));
          expect(outcome.status).toBe('SUCCEEDED');
          expect(new Set(service.removed).size).toBe(service.removed.length);
          expect(outcome.counts.kept).toBe(service.names().length);
        },
      ),
      { numRuns: 150 },
    );
  });
});
