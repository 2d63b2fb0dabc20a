import { type SweepRulesConfig } from '../../../contract/sweep';
import { type SweepCursor } from '../../../lambda/sweep/cursor';
import { runSlice } from '../../../lambda/sweep/slices';
import { type End, type Failed, SweepRefused, type SweepSource } from '../../../lambda/sweep/source';
import { VirtualClock } from '../../../testing/clock';
import { type ToyCandidate, ToyService, candidates } from '../../../testing/sweep/listing';
import { Lines } from '../../../testing/sweep/records';

/** Runs a sweep whose source removes the candidates of a page with one call; returns what each call was about. */
async function sweepAll(
  service: ToyService,
  rules: SweepRulesConfig,
  {
    slice = Infinity,
    stays = '',
    end = { failed: new Error('refused') } as End | Failed,
    hasTimeToDecide = (_slices: number): boolean => true,
  } = {},
) {
  const clock = new VirtualClock();
  const records = new Lines();
  const calls: string[][] = [];
  let cursor: SweepCursor | undefined;
  for (let slices = 1; slices < 100; slices++) {
    const { source, paces } = service.slice(clock, slice, cursor?.learned);
    const many: SweepSource<ToyCandidate> = {
      ...source,
      removal: {
        hasTimeToDecide: () => hasTimeToDecide(slices),
        many: async (chosen, { report }) => {
          calls.push(chosen.map(({ name }) => name));
          for (const candidate of chosen) {
            if (candidate.name === stays) report(candidate, end);
            else {
              service.candidates = service.candidates.filter(({ name }) => name !== candidate.name);
              report(candidate, 'removed');
            }
          }
        },
      },
    };
    const config = { name: 'test', rules, requestsPerSecond: 100 };
    const sweep = { config, source: many };
    const result = await clock.run(runSlice(sweep, cursor, { paces, now: () => clock.now(), records, again: false }));
    if (result.done) return { outcome: result.outcome, calls, records, slices };
    cursor = JSON.parse(JSON.stringify(result.cursor)) as SweepCursor;
  }
  throw new Error('the sweep does not come to an end');
}

test('a page is removed with one call, and each of its candidates is counted and recorded', async () => {
  const service = new ToyService(candidates(8, index => ({ protectedBy: index === 4 ? 'OWNED' : undefined })));
  service.pageSize = 10;
  const { outcome, calls, records } = await sweepAll(service, { keepLatest: 1 });
  expect(calls).toEqual([[0, 1, 2, 3, 5, 6].map(index => `item-000${index}`)]);
  expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 6, kept: 2 } });
  expect(records.lines.filter(line => line.startsWith('removed'))).toHaveLength(6);
});

test('nothing is called where nothing goes', async () => {
  expect(await sweepAll(new ToyService(candidates(2)), { keepLatest: 2 })).toMatchObject({ calls: [] });
});

test('a dry run calls nothing and tells what would go', async () => {
  const { calls, outcome } = await sweepAll(new ToyService(candidates(3)), { keepLatest: 1, dryRun: true });
  expect(calls).toEqual([]);
  expect(outcome.counts).toMatchObject({ removed: 0, wouldRemove: 2 });
});

test('a removal that fails fails the sweep, and no other removal', async () => {
  const service = new ToyService(candidates(4));
  service.pageSize = 10;
  const { outcome } = await sweepAll(service, { keepLatest: 1 }, { stays: 'item-0001' });
  expect(outcome).toMatchObject({ status: 'FAILED', counts: { removed: 2, failed: 1 } });
  expect(service.names()).toEqual(['item-0001', 'item-0003']);
});

test('what is decided when the time for deciding ends is removed, and the next slice goes on', async () => {
  const service = new ToyService(candidates(60));
  service.pageSize = 100;
  const { outcome, calls, slices } = await sweepAll(service, { minAgeSeconds: 1 }, { slice: 400 });
  expect(service.names()).toEqual([]);
  expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 60 } });
  expect(slices).toBeGreaterThan(1);
  expect(calls[0].length).toBeLessThan(60);
});

test('candidates that appear after the plan do not exceed maxRemovals', async () => {
  const service = new ToyService(candidates(5));
  service.pageSize = 10;
  let listings = 0;
  service.before = operation => {
    if (operation === 'List' && ++listings === 2) service.candidates = candidates(9);
  };
  const { outcome } = await sweepAll(service, { minAgeSeconds: 1, maxRemovals: 5 });
  expect(outcome.counts).toMatchObject({ removed: 5, keptBy: { MAX_REMOVALS: 4 } });
});

test('one page is removed after the other', async () => {
  const service = new ToyService(candidates(7));
  const { outcome, calls, slices } = await sweepAll(service, { minAgeSeconds: 1 });
  expect(calls.map(({ length }) => length)).toEqual([3, 3, 1]);
  expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 7 } });
  expect(slices).toBe(1);
});

test('nothing is decided where the time is for what is decided', async () => {
  const service = new ToyService(candidates(3));
  const { outcome, calls, slices } = await sweepAll(
    service,
    { minAgeSeconds: 1 },
    { hasTimeToDecide: slice => slice > 1 },
  );
  expect(calls).toEqual([['item-0000', 'item-0001', 'item-0002']]);
  expect([outcome.status, slices]).toEqual(['SUCCEEDED', 2]);
});

test.each([
  ['failed', { failed: new Error('refused') }, { removed: 2, keptBy: { MAX_REMOVALS: 1 } }],
  ['found it gone', 'gone' as const, { removed: 2 }],
  ['kept it', { kept: 'OWNED' }, { removed: 2, keptBy: { MAX_REMOVALS: 1 } }],
])('the place of a removal that %s is free again', async (_, end, counts) => {
  const service = new ToyService(candidates(2));
  service.pageSize = 1;
  let listings = 0;
  service.before = operation => {
    if (operation === 'List' && ++listings === 3) service.candidates = candidates(3);
  };
  const { outcome } = await sweepAll(service, { minAgeSeconds: 1, maxRemovals: 2 }, { stays: 'item-0000', end });
  expect(service.names()).toEqual(['item-0000']);
  // the one that failed has a second turn, after the others.
  expect(outcome.counts).toMatchObject(counts);
});

test.each(['List', 'Protection'])('a refusal that %s ends with is not taken for the end of the time', async at => {
  const service = new ToyService(candidates(3));
  service.before = operation => {
    if (operation === at) throw new SweepRefused(`${at} is refused`);
  };
  const { outcome } = await sweepAll(service, { minAgeSeconds: 1 });
  expect(outcome).toMatchObject({ status: 'REFUSED', message: `${at} is refused` });
  expect(service.names()).toHaveLength(3);
});

describe('before candidates are removed together', () => {
  /** How often the run confirms that it can go on, and what it removes of two. */
  async function confirmed(rules: SweepRulesConfig, goes = true) {
    const clock = new VirtualClock();
    const service = new ToyService(candidates(2));
    const { source, paces } = service.slice(clock);
    let times = 0;
    const many: SweepSource<ToyCandidate>['removal'] = {
      hasTimeToDecide: () => true,
      many: async (chosen, { protection, report }) => {
        service.candidates = [{ ...service.candidates[0], protectedBy: 'OWNED' }, service.candidates[1]];
        for (const candidate of service.candidates.slice(0, chosen.length)) {
          const reason = await protection(candidate);
          report(chosen[service.candidates.indexOf(candidate)], reason === undefined ? 'removed' : { kept: reason });
        }
        service.candidates = service.candidates.slice(0, 1);
      },
    };
    const slice = runSlice(
      { config: { name: 'test', rules, requestsPerSecond: 100 }, source: { ...source, removal: many } },
      undefined,
      {
        paces,
        now: () => clock.now(),
        records: new Lines(),
        again: false,
        confirm: async () => {
          times++;
          if (!goes) throw new SweepRefused('it is over');
        },
      },
    );
    return { result: await clock.run(slice), times, left: service.names() };
  }

  test('the run confirms that it can go on: once, and in the turn of each, which may be protected by then', async () => {
    const { result, times } = await confirmed({ minAgeSeconds: 1 });
    expect(result).toMatchObject({ outcome: { counts: { removed: 1, keptBy: { OWNED: 1 } } } });
    expect(times).toBe(3);
  });

  test('nothing is removed where it can not', async () => {
    const { result, times, left } = await confirmed({ minAgeSeconds: 1 }, false);
    expect(result).toMatchObject({ outcome: { status: 'REFUSED', counts: { removed: 0 } } });
    expect([times, left.length]).toEqual([1, 2]);
  });

  test('nothing is confirmed where nothing goes', async () => {
    expect(await confirmed({ keepLatest: 2 })).toMatchObject({ times: 0 });
  });
});
