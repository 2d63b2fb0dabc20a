import fc from 'fast-check';
import { type SweepConfig, SweepLimits } from '../../../contract/sweep';
import { type SweepCursor } from '../../../lambda/sweep/cursor';
import { type SweepOutcome, runSlice } from '../../../lambda/sweep/slices';
import { type Each, StalePageToken } from '../../../lambda/sweep/source';
import { VirtualClock } from '../../../testing/clock';
import { type ToyCandidate, ToyService, candidates } from '../../../testing/sweep/listing';
import { Lines } from '../../../testing/sweep/records';
import { throttling } from '../../../testing/token-bucket';
import { config, newest, sweepAll } from './whole-sweep';

describe('in slices', () => {
  const all = candidates(60, index => ({ protectedBy: index % 7 === 0 ? 'OWNED' : undefined }));
  const rules = { keepLatest: 5, maxRemovals: 50 };

  test('does the same as in one, and counts the same', async () => {
    const once = new ToyService(all);
    const { outcome: expected, records: others } = await sweepAll(once, config(rules));
    const service = new ToyService(all);
    const { outcome, cursors, records } = await sweepAll(service, config(rules), { slice: 700 });
    expect(cursors.length).toBeGreaterThan(5);
    expect(service.names()).toEqual(once.names());
    expect(outcome).toEqual(expected);
    expect(records.metrics).toEqual(others.metrics);
    expect(records.lines.filter(line => /^(?:ended|refused)/.test(line))).toEqual(['ended SUCCEEDED']);
    expect(new Set(service.removed).size).toBe(service.removed.length);
  });

  test('a page that takes longer than a slice is worked on in several', async () => {
    const service = new ToyService(all);
    service.pageSize = 100;
    const { outcome, cursors } = await sweepAll(service, config({ keepLatest: 5 }), { slice: 1200 });
    expect(cursors.length).toBeGreaterThan(2);
    expect(service.names()).toEqual(newest(all, 5));
    expect(outcome.counts).toMatchObject({ kept: 13, keptBy: { OWNED: 8, AMONG_LATEST: 5 } });
  });

  test('a stale page token restarts the pass', async () => {
    const service = new ToyService(all);
    service.forgetsTokens = true;
    const { outcome, records } = await sweepAll(service, config({ keepLatest: 5 }), { slice: 3500 });
    expect(records.lines).toContain('restarted');
    expect(service.names()).toEqual(newest(all, 5));
    expect(outcome.counts).toMatchObject({ removed: 47, kept: 13 });
  });

  test('one that a removal meets does, too, and is no failure', async () => {
    const service = new ToyService(all);
    let isStale = true;
    service.before = (operation, name) => {
      if (operation !== 'Remove' || name !== 'item-0010' || !isStale) return;
      isStale = false;
      throw new StalePageToken('forgotten');
    };
    const { outcome, records } = await sweepAll(service, config({ keepLatest: 5 }));
    expect(records.lines).toContain('restarted');
    expect(records.lines.filter(line => line.startsWith('failed'))).toEqual([]);
    expect(service.names()).toEqual(newest(all, 5));
    expect(outcome.counts).toMatchObject({ removed: 47, kept: 13, failed: 0 });
  });

  test('a restarted plan ranks anew what is there now', async () => {
    const service = new ToyService(candidates(30, index => ({ createdAt: 1000 - index })));
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
    const service = new ToyService(candidates(50, () => ({ protectedBy: 'OWNED' })));
    service.forgetsTokens = true;
    await expect(sweepAll(service, config({}), { slice: 500 })).rejects.toThrow('forgotten');
  });

  test('repeats a removing pass until one removes nothing, where removals move the pages', async () => {
    const service = new ToyService(candidates(24));
    service.tokensBy = 'position';
    const { outcome } = await sweepAll(service, config({}));
    expect(service.names()).toEqual([]);
    expect(outcome.counts.removed).toBe(24);
  });

  test('repeats it three times at most', async () => {
    const service = new ToyService([]);
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
    const service = new ToyService(all);
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
    const service = new ToyService(long);
    service.pageSize = 100;
    const { cursors } = await sweepAll(service, config({ keepLatest: SweepLimits.MAX_KEEP_LATEST }), { slice: 300 });
    const bytes = Math.max(...cursors.map(cursor => JSON.stringify(cursor).length));
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(SweepLimits.CURSOR_BYTES);
  });

  test('a cursor beyond the limit is refused with what to do', async () => {
    const service = new ToyService(candidates(600, index => ({ name: `${1000 + index}-${'n'.repeat(400)}` })));
    service.pageSize = 100;
    await expect(sweepAll(service, config({ keepLatest: 250 }), { slice: 300 })).rejects.toThrow(/smaller keepLatest/);
  });

  test('removes nothing with a cursor that lost its threshold', async () => {
    const service = new ToyService(candidates(3));
    const clock = new VirtualClock();
    const { source, paces } = service.slice(clock);
    const { cursors } = await sweepAll(new ToyService(all), config({ keepLatest: 5 }), { slice: 3500 });
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

describe('cut off at any call', () => {
  class Killed extends Error {}

  /** Kills every so many calls: the function dies, whatever it had not returned is lost, and the next one starts over. */
  async function sweepThroughKills(service: ToyService, sweep: SweepConfig, kills: readonly number[], slice: number) {
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
        fc.record({
          count: fc.nat(40),
          tokensBy: fc.constantFrom('name' as const, 'position' as const),
          forgetsTokens: fc.boolean(),
        }),
        fc.record({ keepLatest: fc.nat(6), dryRun: fc.constant(false), maxRemovals: fc.constantFrom(undefined, 40) }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
        fc.integer({ min: 800, max: 5000 }),
        async ({ count, tokensBy, forgetsTokens }, rules, kills, slice) => {
          const all = candidates(count, index => ({ protectedBy: index % 6 === 1 ? 'OWNED' : undefined }));
          const service = new ToyService(all);
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
