import { documented } from './report';

test('the table of all faults adds up, and has each operation once', () => {
  const rows = documented();
  const [all] = rows.filter(({ type }) => type === 'all');
  const each = rows.filter(row => row !== all);
  const sum = (of: 'calls' | 'points' | 'survivors') => each.reduce((total, row) => total + row[of], 0);
  expect(all).toMatchObject({ calls: sum('calls'), points: sum('points'), survivors: sum('survivors') });
  const names = each.map(({ type, operation }) => `${type} ${operation}`);
  expect(new Set(names).size).toBe(names.length);
});
