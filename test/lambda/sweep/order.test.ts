import fc from 'fast-check';
import { type RankKey, orderBy } from '../../../lambda/sweep/order';

const key = (name: string, createdAt?: number): RankKey => ({ name, createdAt });
const sorted = (rule: 'SEMVER' | 'CREATION', keys: RankKey[]) => [...keys].sort(orderBy(rule)).map(({ name }) => name);

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
  const names = ['2024.12.1', '2025.01.1', '2025.1.0', '3.0.1.0', '3.0.1', '2.1', '2025.01.1.5', '3.0.1-rc.1'];
  const keys = names.map((name, index) => key(name, index));
  expect(sorted('SEMVER', keys)).toEqual([
    '2025.01.1.5',
    '2025.01.1',
    '2025.1.0',
    '2024.12.1',
    '3.0.1',
    '3.0.1.0',
    '3.0.1-rc.1',
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
        fc.constantFrom('1.0.0', '1.0.0-a', '1.0.0+x', '1.0.0+y', '2.0.0', 'x', 'y', '1', '1.0', '01.0.0.0', '1.0.0.1'),
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
