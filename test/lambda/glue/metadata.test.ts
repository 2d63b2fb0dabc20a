import {
  type HeldPair,
  type MetadataChange,
  diffMetadata,
  pairsFrom,
  restoreMetadata,
} from '../../../lambda/glue/metadata';

const held = (key: string, value: string): HeldPair => ({ key, value, putAt: 0 });

interface Case {
  readonly wanted: Record<string, string>;
  readonly have: readonly HeldPair[];
  readonly previous: Record<string, string>;
}

const a = [held('a', '1')];

test.each<[string, Case, MetadataChange]>([
  ['nothing that is there already', { wanted: { a: '1' }, have: a, previous: { a: '1' } }, { remove: [], put: [] }],
  [
    'nothing that is there among others',
    { wanted: { a: '1' }, have: [...a, held('b', '1')], previous: {} },
    { remove: [], put: [] },
  ],
  ['what is new', { wanted: { a: '1' }, have: [held('b', '1')], previous: {} }, { remove: [], put: [['a', '1']] }],
  ['what differs', { wanted: { a: '2' }, have: a, previous: { a: '1' } }, { remove: [['a', '1']], put: [['a', '2']] }],
  ['what is wanted no more', { wanted: {}, have: a, previous: { a: '1' } }, { remove: [['a', '1']], put: [] }],
  ['nothing that the template has not set', { wanted: {}, have: a, previous: {} }, { remove: [], put: [] }],
  ['nothing that a hand has changed', { wanted: {}, have: a, previous: { a: '2' } }, { remove: [], put: [] }],
])('metadata: %s', (_what, { wanted, have, previous }, change) => {
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

test.each<[string, Case, MetadataChange]>([
  ['what the event has added', { wanted: {}, have: a, previous: { a: '1' } }, { remove: [['a', '1']], put: [] }],
  [
    'what the event has changed',
    { wanted: { a: '0' }, have: a, previous: { a: '1' } },
    { remove: [['a', '1']], put: [['a', '0']] },
  ],
  ['what the event has removed', { wanted: { a: '0' }, have: [], previous: {} }, { remove: [], put: [['a', '0']] }],
  ['nothing that a hand has changed', { wanted: { a: '0' }, have: a, previous: { a: '2' } }, { remove: [], put: [] }],
  [
    'what a hand has changed beside it',
    { wanted: { a: '0' }, have: [...a, held('b', '1')], previous: { a: '1', b: '2' } },
    { remove: [['a', '1']], put: [['a', '0']] },
  ],
])('metadata are restored: %s', (_what, { wanted, have, previous }, change) => {
  expect(restoreMetadata(wanted, have, previous)).toEqual(change);
});
