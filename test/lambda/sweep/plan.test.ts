import fc from 'fast-check';
import { type SweepConfig, type SweepRulesConfig } from '../../../contract/sweep';
import { Plan, type RankKey, Ranking, orderBy, selection } from '../../../lambda/sweep/plan';
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

test('what has no creation time has no rank by creation: it stays, and takes no place among the latest', async () => {
  const candidates = [{ name: 'z' }, { name: 'old', createdAt: 1 }, { name: 'new', createdAt: 2 }];
  expect(Object.fromEntries(await planned(config({ keepLatest: 1 }), candidates))).toEqual({
    z: 'keep AGE_UNKNOWN',
    old: 'remove BEYOND_LATEST',
    new: 'keep AMONG_LATEST',
  });
});

test('without rules, everything that is selected goes', async () => {
  expect([...(await planned(config({}), [{ name: 'a' }])).values()]).toEqual(['remove SELECTED']);
});

test('a candidate of unknown age has no place among the latest, and stays, unless its name ranks', async () => {
  const listed = [{ name: 'z' }, { name: '2', createdAt: 2 }, { name: '1', createdAt: 1 }];
  const byCreation = await planned(config({ keepLatest: 1 }), listed);
  expect([...byCreation.values()]).toEqual(['keep AGE_UNKNOWN', 'keep AMONG_LATEST', 'remove BEYOND_LATEST']);
  const bySemVer = await planned(config({ keepLatest: 1 }, { order: 'SEMVER' }), [{ name: '1' }]);
  expect(bySemVer.get('1')).toBe('keep AMONG_LATEST');
});

test('removes as much as it likes, unless it is told how much, or to plan only', () => {
  expect(new Plan(config({}), NOW)).toMatchObject({ maxRemovals: Infinity, dryRun: false });
  const told = { maxRemovals: 3, dryRun: true };
  expect(new Plan(config(told), NOW)).toMatchObject(told);
});

test.each([
  ['SEMVER', { name: 'nightly' }, { ranks: true, compares: false }],
  ['SEMVER', { name: '1.0' }, { ranks: true, compares: true }],
  ['CREATION', { name: '1.0' }, { ranks: false, compares: undefined }],
  ['CREATION', { name: '1.0', createdAt: 1 }, { ranks: true, compares: undefined }],
] as const)('by %s, %j: %j', (order, candidate, { ranks, compares }) => {
  const plan = new Plan(config({ keepLatest: 1, exclude: ['x*'] }, { order }), NOW);
  expect(plan.ranks(candidate)).toBe(ranks);
  expect(plan.ranks({ name: 'x', createdAt: 1 })).toBe(false);
  expect(plan.comparable(candidate)).toBe(compares);
});

test('a candidate that is listed twice takes one place among the latest', async () => {
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

describe('a selection', () => {
  const reason = (rules: SweepRulesConfig, name: string, status?: string, statuses?: string[]) =>
    selection({ rules, statuses })({ name, status });

  test.each<[string, SweepRulesConfig, string, string | undefined]>([
    ['everything without patterns', {}, '1.0.0', undefined],
    ['nothing with no pattern in the list', { include: [] }, '1.0.0', 'NOT_INCLUDED'],
    ['everything where no pattern excludes', { exclude: [] }, '1.0.0', undefined],
    ['a name that a pattern includes', { include: ['2.*'] }, '2.0.0', undefined],
    ['no name that all patterns miss', { include: ['2.*', '3.*'] }, '1.0.0', 'NOT_INCLUDED'],
    ['no name that a pattern excludes', { exclude: ['*-lts'] }, '2.0.0-lts', 'EXCLUDED'],
    ['no name that is included and excluded', { include: ['2.*'], exclude: ['*-lts'] }, '2.0.0-lts', 'EXCLUDED'],
    ['one of several by braces', { include: ['{1,2}.*'] }, '2.1.0', undefined],
    ['names with a leading dot', { include: ['*'] }, '.hidden', undefined],
    ['names with slashes', { include: ['job-*'] }, 'job-1/thing/7', undefined],
    ['names that begin like a negation', { include: ['!a'] }, 'b', 'NOT_INCLUDED'],
  ])('selects %s', (_, rules, name, expected) => {
    expect(reason(rules, name)).toBe(expected);
  });

  test('selects by state', () => {
    expect(reason({}, 'a', 'DEPRECATED', ['DEPRECATED'])).toBeUndefined();
    expect(reason({}, 'a', 'DRAFT', ['DEPRECATED'])).toBe('STATUS');
    expect(reason({}, 'a', undefined, ['DEPRECATED'])).toBe('STATUS');
    expect(reason({}, 'a', 'DRAFT', [])).toBe('STATUS');
    expect(reason({}, 'a', 'DRAFT')).toBeUndefined();
  });
});

describe('an order', () => {
  const key = (name: string, createdAt?: number): RankKey => ({ name, createdAt });
  const sorted = (rule: 'SEMVER' | 'CREATION', keys: RankKey[]) =>
    [...keys].sort(orderBy(rule)).map(({ name }) => name);

  test('SemVer precedence beats creation', () => {
    const keys = [key('1.0.0', 9), key('1.10.0', 1), key('1.9.0', 5), key('1.10.0-rc.1', 8), key('1.10.0-rc.11', 2)];
    expect(sorted('SEMVER', keys)).toEqual(['1.10.0', '1.10.0-rc.11', '1.10.0-rc.1', '1.9.0', '1.0.0']);
  });

  test('names that are no versions come after, by creation', () => {
    expect(sorted('SEMVER', [key('nightly', 9), key('0.0.1', 1), key('1.2', 5), key('lts', 7)])).toEqual([
      '1.2',
      '0.0.1',
      'nightly',
      'lts',
    ]);
  });

  test('numbers with dots rank as numbers, of any length and with leading zeros, beside SemVer', () => {
    const names = [
      '2024.12.1',
      '2025.01.1',
      '2025.1.0',
      '3.0.1.0',
      '3.0.1',
      '2025.01.1.5',
      '3.0.1-rc.1',
      '2.1.9.9.9.10',
      '2.1.9.9.9.9',
      '2.1',
    ];
    const keys = names.map((name, index) => key(name, index));
    expect(sorted('SEMVER', keys)).toEqual([
      '2025.01.1.5',
      '2025.01.1',
      '2025.1.0',
      '2024.12.1',
      '3.0.1',
      '3.0.1.0',
      '3.0.1-rc.1',
      '2.1.9.9.9.10',
      '2.1.9.9.9.9',
      '2.1',
    ]);
  });

  test('build metadata has no precedence, so creation decides', () => {
    expect(sorted('SEMVER', [key('1.0.0+b', 1), key('1.0.0+a', 2)])).toEqual(['1.0.0+a', '1.0.0+b']);
  });

  test('creation ranks whatever the name, and the name where creation ties', () => {
    expect(sorted('CREATION', [key('9.0.0', 1), key('a', 2), key('b', 2)])).toEqual(['b', 'a', '9.0.0']);
  });

  test('what has no creation date ranks as the newest', () => {
    expect(sorted('CREATION', [key('a', 5), key('b'), key('c', 9)])).toEqual(['b', 'c', 'a']);
  });

  describe.each(['SEMVER', 'CREATION'] as const)('%s', rule => {
    const order = orderBy(rule);
    const keys = fc.record(
      {
        name: fc.oneof(
          fc.constantFrom(
            '1.0.0',
            '1.0.0-a',
            '1.0.0+x',
            '1.0.0+y',
            '2.0.0',
            'x',
            'y',
            '1',
            '1.0',
            '01.0.0.0',
            '1.0.0.1',
          ),
          fc.string(),
        ),
        createdAt: fc.integer({ min: 0, max: 3 }),
      },
      { requiredKeys: ['name'] },
    );

    test('is a total order', () => {
      fc.assert(
        fc.property(keys, keys, keys, (a, b, c) => {
          expect(Math.sign(order(a, b)) + Math.sign(order(b, a))).toBe(0);
          if (order(a, b) <= 0 && order(b, c) <= 0) expect(order(a, c)).toBeLessThanOrEqual(0);
          if (order(a, b) === 0) expect(a.name).toBe(b.name);
        }),
      );
    });
  });
});

describe('a ranking', () => {
  const ranking = (keepLatest: number) => new Ranking(keepLatest, orderBy('CREATION'));
  const candidate = (createdAt: number) => ({ name: `item-${createdAt}`, createdAt });
  const names = (entries: { name: string }[]) => entries.map(({ name }) => name).sort();

  test('keeps the latest of a stream and hands out what falls out', () => {
    const latest = ranking(3);
    const out = [5, 1, 4, 2, 3, 6].map(createdAt => latest.add(candidate(createdAt))?.name);
    expect(out).toEqual([undefined, undefined, undefined, 'item-1', 'item-2', 'item-3']);
    expect(names(latest.entries())).toEqual(['item-4', 'item-5', 'item-6']);
    expect(latest.threshold()).toEqual({ last: candidate(4) });
  });

  test('what has fallen out takes no memory: it falls out again when it is listed twice', () => {
    const latest = ranking(1);
    latest.add(candidate(1));
    expect(latest.add(candidate(2))).toEqual(candidate(1));
    expect(latest.add(candidate(1))).toEqual(candidate(1));
    expect(latest.add(candidate(2))).toBeUndefined();
  });

  test('has no threshold while there are fewer', () => {
    const latest = ranking(2);
    latest.add(candidate(1));
    expect(latest.threshold()).toEqual({});
  });

  test('goes on from the entries of another one', () => {
    const first = ranking(2);
    [3, 1, 2].forEach(createdAt => first.add(candidate(createdAt)));
    const entries = JSON.parse(JSON.stringify(first.entries())) as { name: string; createdAt: number }[];
    const second = new Ranking(2, orderBy('CREATION'), entries);
    expect(second.add(candidate(4))).toEqual(candidate(2));
    expect(second.threshold()).toEqual({ last: candidate(3) });
  });
});
