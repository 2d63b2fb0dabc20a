import {
  NO_CHANGE,
  type TagChange,
  changed,
  isChange,
  mergeChanges,
  present,
} from '../../../lambda/runtime/tag-change';

test.each<[string, TagChange, boolean]>([
  ['a set tag', { set: { a: '1' }, remove: [] }, true],
  ['a removed tag', { set: {}, remove: ['a'] }, true],
  ['a tidied tag', { set: {}, remove: [], tidy: ['a'] }, true],
  ['nothing', { set: {}, remove: [], tidy: [] }, false],
  ['nothing at all', NO_CHANGE, false],
])('%s: whether it is written', (_what, change, is) => expect(isChange(change)).toBe(is));

test('of two changes the later one sets a tag, and both remove and tidy', () => {
  const first = { set: { a: '1', b: '1' }, remove: ['c'], tidy: ['d'] };
  const second = { set: { a: '2' }, remove: ['e'] };
  expect(mergeChanges(first, second)).toEqual({ set: { a: '2', b: '1' }, remove: ['c', 'e'], tidy: ['d'] });
  expect(mergeChanges(NO_CHANGE, NO_CHANGE)).toEqual({ set: {}, remove: [], tidy: [] });
});

test('what is set and removed is gone, and the tags of before stay as they are', () => {
  const before = { a: '1', b: '1', c: '1' };
  expect(changed(before, { set: { a: '2', d: '2' }, remove: ['b', 'd'] })).toEqual({ a: '2', c: '1' });
  expect(before).toEqual({ a: '1', b: '1', c: '1' });
  expect(present(before, 'c', 'x', 'a')).toEqual(['c', 'a']);
});
