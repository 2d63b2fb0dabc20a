import { type SweepRulesConfig } from '../../../contract/sweep';
import { selection } from '../../../lambda/sweep/select';

const reason = (rules: SweepRulesConfig, name: string, status?: string, statuses?: string[]) =>
  selection({ rules, statuses })({ name, status });

test.each<[string, SweepRulesConfig, string, string | undefined]>([
  ['everything without patterns', {}, '1.0.0', undefined],
  ['everything with no pattern in the list', { include: [] }, '1.0.0', undefined],
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
