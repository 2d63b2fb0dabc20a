import { type SweepRulesConfig, checkRequestsPerSecond, checkRules } from '../../contract/sweep';

test.each<[SweepRulesConfig, RegExp]>([
  [{ keepLatest: -1 }, /keepLatest must be a whole number from 0 to 250, got -1/],
  [{ keepLatest: 1.5 }, /got 1.5/],
  [{ keepLatest: 251 }, /got 251/],
  [{ minAgeSeconds: -1 }, /minAge must be at least 0 seconds, got -1/],
  [{ minAgeSeconds: Number.NaN }, /minAge/],
  [{ minAgeSeconds: Number.POSITIVE_INFINITY }, /minAge/],
  [{ keepLatest: 1, maxRemovals: 0 }, /maxRemovals must be a whole number of at least 1, got 0/],
  [{ keepLatest: 1, maxRemovals: 1.5 }, /got 1.5/],
  [{ keepLatest: 1, include: ['a', '!b'] }, /must not be negated, got "!b": write "b" in exclude/],
  [{ keepLatest: 1, exclude: ['!b'] }, /must not be negated, got "!b": write "b" in include/],
  [{ keepLatest: 1, exclude: ['^2\\.'] }, /is a glob and no regular expression, got "\^2.+": write it like "2\.\*"/],
  [{ keepLatest: 1, include: ['2.*$'] }, /a pattern of include is a glob and no regular expression/],
  [{ keepLatest: 1, include: [] }, /include must have at least one pattern, got none: leave include out for all names/],
  [{ keepLatest: 1, include: [''] }, /a pattern of include must have 1 to 256 characters, got ""/],
  [{ keepLatest: 1, exclude: ['x'.repeat(257)] }, /a pattern of exclude/],
  [{ keepLatest: 1, exclude: Array<string>(51).fill('a') }, /exclude must have at most 50 patterns, got 51/],
  [{}, /a retention must keep something/],
  [{ keepLatest: 0, minAgeSeconds: 0 }, /a retention must keep something/],
])('refuses %j for a retention', (rules, problem) => {
  expect(checkRules(rules, 'retention')).toMatch(problem);
});

test.each<SweepRulesConfig>([
  { keepLatest: 1 },
  { minAgeSeconds: 1 },
  { keepLatest: 250, include: ['2.*'] },
  { keepLatest: 0, minAgeSeconds: 1, maxRemovals: 1 },
  { keepLatest: 1, minAgeSeconds: 0, exclude: ['not!', 'x'.repeat(256), ...Array<string>(48).fill('a')] },
])('accepts %j for a retention', rules => {
  expect(checkRules(rules, 'retention')).toBeUndefined();
});

test('a cleanup need not keep anything', () => {
  expect(checkRules({}, 'cleanup')).toBeUndefined();
});

test.each([0, -1, 1001, Number.NaN])('refuses %d requests a second', value => {
  expect(checkRequestsPerSecond(value)).toMatch(/requestsPerSecond must be above 0 and at most 1000/);
});

test.each([0.1, 8, 1000])('accepts %d requests a second', value => {
  expect(checkRequestsPerSecond(value)).toBeUndefined();
});
