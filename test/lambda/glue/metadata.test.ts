import { type HeldPair, diffMetadata, pairsFrom } from '../../../lambda/glue/metadata';

const held = (key: string, value: string): HeldPair => ({ key, value, putAt: 0 });

test.each<[string, Record<string, string>, HeldPair[], Record<string, string>, object]>([
  ['nothing that is there already', { a: '1' }, [held('a', '1')], { a: '1' }, { remove: [], put: [] }],
  ['what is new', { a: '1' }, [held('b', '1')], {}, { remove: [], put: [['a', '1']] }],
  ['what differs', { a: '2' }, [held('a', '1')], { a: '1' }, { remove: [['a', '1']], put: [['a', '2']] }],
  ['what is wanted no more', {}, [held('a', '1')], { a: '1' }, { remove: [['a', '1']], put: [] }],
  ['nothing that the template has not set', {}, [held('a', '1')], {}, { remove: [], put: [] }],
  ['nothing that somebody has removed', {}, [held('a', '2')], { a: '1' }, { remove: [], put: [] }],
])('metadata: %s', (_what, wanted, have, previous, change) => {
  expect(diffMetadata(wanted, have, previous)).toEqual(change);
});

test('pairs are listed with all values of a key, the newest first', () => {
  const CreatedTime = '2026-11-28T07:00:05Z';
  const putAt = Date.parse(CreatedTime);
  const info = {
    MetadataValue: '2',
    CreatedTime,
    OtherMetadataValueList: [{ MetadataValue: '1', CreatedTime }, { CreatedTime }],
  };
  expect(
    pairsFrom([
      ['a', info],
      ['b', {}],
      ['c', { MetadataValue: '3', CreatedTime }],
    ]),
  ).toEqual([
    { key: 'a', value: '2', putAt },
    { key: 'a', value: '1', putAt },
    { key: 'c', value: '3', putAt },
  ]);
});
