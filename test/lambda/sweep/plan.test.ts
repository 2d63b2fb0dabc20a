import fc from 'fast-check';
import { type SweepConfig, type SweepRulesConfig } from '../../../contract/sweep';
import { orderBy } from '../../../lambda/sweep/order';
import { Plan } from '../../../lambda/sweep/plan';
import { type Candidate } from '../../../lambda/sweep/source';

const NOW = 1000_000;
const config = (rules: SweepRulesConfig, more: Partial<SweepConfig> = {}): SweepConfig => ({
  name: 'test',
  rules,
  requestsPerSecond: 8,
  ...more,
});

/** The whole plan of a listing: what becomes of each name. */
async function planned(
  sweep: SweepConfig,
  candidates: readonly Candidate[],
  protections: ReadonlySet<string> = new Set(),
): Promise<Map<string, string>> {
  const plan = new Plan(sweep, NOW);
  const threshold = await plan.rank(candidates);
  return new Map(
    candidates.map(candidate => {
      const { action, reason } = plan.decide(
        candidate,
        threshold,
        protections.has(candidate.name) ? ['PROTECTED'] : [],
      );
      return [candidate.name, `${action} ${reason}`];
    }),
  );
}

const seconds = (ago: number) => NOW - ago * 1000;

test('decides about each candidate and says why', async () => {
  const sweep = config(
    { keepLatest: 2, minAgeSeconds: 100, include: ['?.*'], exclude: ['*-lts'] },
    { order: 'SEMVER', statuses: ['DEPRECATED', 'PUBLISHED'] },
  );
  const at = (ago: number) => ({ createdAt: seconds(ago), status: 'PUBLISHED' });
  const result = await planned(
    sweep,
    [
      { name: '1.0.0', ...at(500) },
      { name: '1.1.0-lts', ...at(400) },
      { name: '1.2.0', ...at(300) },
      { name: '1.3.0', ...at(250), status: 'DRAFT' },
      { name: '1.4.0', ...at(50) },
      { name: '1.5.0' },
      { name: '1.6.0', ...at(150) },
      { name: 'nightly', ...at(600) },
      { name: '2.0.0', ...at(200) },
    ].map(candidate => ({ status: 'PUBLISHED', ...candidate })),
    new Set(['1.2.0', '2.0.0']),
  );
  expect(Object.fromEntries(result)).toEqual({
    '1.0.0': 'remove BEYOND_LATEST',
    '1.1.0-lts': 'keep EXCLUDED',
    '1.2.0': 'keep PROTECTED',
    '1.3.0': 'keep STATUS',
    '1.4.0': 'keep TOO_YOUNG',
    '1.5.0': 'keep AGE_UNKNOWN',
    '1.6.0': 'keep AMONG_LATEST',
    nightly: 'keep NOT_INCLUDED',
    '2.0.0': 'keep AMONG_LATEST',
  });
});

test('counts protected ones among the latest, so that the newest of all stay', async () => {
  const candidates = ['a', 'b', 'c'].map((name, index) => ({ name, createdAt: index }));
  const result = await planned(config({ keepLatest: 1 }), candidates, new Set(['c']));
  expect(Object.fromEntries(result)).toEqual({
    a: 'remove BEYOND_LATEST',
    b: 'remove BEYOND_LATEST',
    c: 'keep AMONG_LATEST',
  });
});

test('an age counts from what the candidate says, to the second', async () => {
  const sweep = config({ minAgeSeconds: 100 });
  const result = await planned(sweep, [
    { name: 'old', createdAt: seconds(100) },
    { name: 'young', createdAt: seconds(99.999) },
    { name: 'old-and-touched', createdAt: seconds(900), agedFrom: seconds(10) },
  ]);
  expect([...result.values()]).toEqual(['remove OLD_ENOUGH', 'keep TOO_YOUNG', 'keep TOO_YOUNG']);
});

test('without rules, everything that is selected goes', async () => {
  expect([...(await planned(config({}), [{ name: 'a' }])).values()]).toEqual(['remove SELECTED']);
});

test('a thing that is listed twice takes one place among the latest', async () => {
  const candidates = ['c', 'c', 'b', 'a'].map(name => ({ name, createdAt: name.charCodeAt(0) }));
  const result = await planned(config({ keepLatest: 2 }), candidates);
  expect(result.get('b')).toBe('keep AMONG_LATEST');
  expect(result.get('a')).toBe('remove BEYOND_LATEST');
});

describe('whatever the rules and the listing', () => {
  const STATES = ['DRAFT', 'PUBLISHED', 'DEPRECATED'];
  const candidate = fc.record(
    {
      name: fc.oneof(
        fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map(parts => parts.join('.')),
        fc.tuple(fc.nat(3), fc.nat(3)).map(([major, pre]) => `${major}.0.0-${pre}`),
        fc.string({ minLength: 1, maxLength: 3 }),
      ),
      createdAt: fc.integer({ min: seconds(20), max: NOW }),
      agedFrom: fc.integer({ min: seconds(20), max: NOW }),
      status: fc.constantFrom(...STATES),
    },
    { requiredKeys: ['name', 'status'] },
  );
  const listing = fc.uniqueArray(candidate, { selector: ({ name }) => name, maxLength: 40 });
  const sweeps = fc
    .record({
      rules: fc.record(
        {
          keepLatest: fc.nat(12),
          minAgeSeconds: fc.nat(20),
          include: fc.subarray(['1.*', '2.*', '*.0.0*', '?']),
          exclude: fc.subarray(['*-1', '3.*', '*a*']),
        },
        { requiredKeys: [] },
      ),
      order: fc.constantFrom('SEMVER' as const, 'CREATION' as const),
      statuses: fc.option(fc.subarray(STATES), { nil: undefined }),
    })
    .map(({ rules, ...more }) => config(rules, more));
  const guarded = fc.array(fc.nat(40), { maxLength: 8 });
  const setOf = (candidates: readonly Candidate[], indices: readonly number[]) =>
    new Set(indices.flatMap(index => candidates.at(index)?.name ?? []));
  const removals = (plan: Map<string, string>) =>
    new Set([...plan].flatMap(([name, what]) => (what.startsWith('remove') ? [name] : [])));

  test('at least keepLatest of what matches stay, and they are the newest', async () => {
    await fc.assert(
      fc.asyncProperty(sweeps, listing, guarded, async (sweep, candidates, indices) => {
        const { rules, order } = sweep;
        const gone = removals(await planned(sweep, candidates, setOf(candidates, indices)));
        const plan = new Plan(sweep, NOW);
        const newest = candidates.filter(one => plan.ranks(one)).sort(orderBy(order!));
        for (const one of newest.slice(0, rules.keepLatest ?? 0)) expect(gone).not.toContain(one.name);
      }),
    );
  });

  test('a protected one is never removed', async () => {
    await fc.assert(
      fc.asyncProperty(sweeps, listing, guarded, async (sweep, candidates, indices) => {
        const protections = setOf(candidates, indices);
        const gone = removals(await planned(sweep, candidates, protections));
        expect([...gone].filter(name => protections.has(name))).toEqual([]);
      }),
    );
  });

  test('the order of the listing does not matter', async () => {
    const shuffled = listing.chain(candidates =>
      fc.tuple(fc.constant(candidates), fc.shuffledSubarray(candidates, { minLength: candidates.length })),
    );
    await fc.assert(
      fc.asyncProperty(sweeps, shuffled, async (sweep, [candidates, others]) => {
        const sort = (plan: Map<string, string>) => [...plan].sort();
        expect(sort(await planned(sweep, others))).toEqual(sort(await planned(sweep, candidates)));
      }),
    );
  });

  test('a stricter keepLatest, minAge, statuses, exclude or protection removes nothing more', async () => {
    const tighter = fc.record({
      latest: fc.nat(5),
      age: fc.nat(10),
      exclude: fc.subarray(['0.*', '?', '*-2']),
      statuses: fc.subarray(STATES),
      more: guarded,
    });
    await fc.assert(
      fc.asyncProperty(sweeps, listing, guarded, tighter, async (sweep, candidates, indices, by) => {
        const before = removals(await planned(sweep, candidates, setOf(candidates, indices)));
        const { rules } = sweep;
        const one = async (changed: SweepConfig, guards: readonly number[] = indices) =>
          [...removals(await planned(changed, candidates, setOf(candidates, guards)))].filter(
            name => !before.has(name),
          );
        expect(await one({ ...sweep, rules: { ...rules, keepLatest: (rules.keepLatest ?? 0) + by.latest } })).toEqual(
          [],
        );
        expect(
          await one({ ...sweep, rules: { ...rules, minAgeSeconds: (rules.minAgeSeconds ?? 0) + by.age } }),
        ).toEqual([]);
        expect(await one(sweep, [...indices, ...by.more])).toEqual([]);
        // what is matched no more leaves its place among the latest to another one.
        const exclude = [...(rules.exclude ?? []), ...by.exclude];
        expect(await one({ ...sweep, rules: { ...rules, exclude } })).toEqual([]);
        const statuses = (sweep.statuses ?? STATES).filter(status => by.statuses.includes(status));
        expect(await one({ ...sweep, statuses })).toEqual([]);
      }),
    );
  });
});
