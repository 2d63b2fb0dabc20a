import { jsonPatch } from '../../src/services/glue/json-patch';

test.each<[string, unknown, unknown, unknown[]]>([
  ['nothing where both are the same', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ['a replacement', { a: 1, b: 2 }, { a: 1, b: null }, [{ op: 'replace', path: '/b', value: null }]],
  ['a replacement of all', '"a"', 7, [{ op: 'replace', path: '', value: 7 }]],
  ['a replacement of an array by an object', { a: [1] }, { a: {} }, [{ op: 'replace', path: '/a', value: {} }]],
  [
    'members that come and go',
    { a: 1 },
    { b: [] },
    [
      { op: 'remove', path: '/a' },
      { op: 'add', path: '/b', value: [] },
    ],
  ],
  [
    'the end of an array, from behind',
    [1, 2, 3],
    [4],
    [
      { op: 'remove', path: '/2' },
      { op: 'remove', path: '/1' },
      { op: 'replace', path: '/0', value: 4 },
    ],
  ],
  [
    'names with slashes and tildes',
    { 'a/b': { '~': 1 } },
    { 'a/b': { '~': 2 } },
    [{ op: 'replace', path: '/a~1b/~0', value: 2 }],
  ],
])('is %s', (_what, before, after, patch) => {
  expect(jsonPatch(before, after)).toEqual(patch);
});
