import fc from 'fast-check';
import type { CompatibilityCheck } from '../../src/services/glue/behavior';
import { type NewDefinition, isCompatible } from '../../src/services/glue/compatibility';
import { record } from './harness';

type Mode = NewDefinition['compatibility'];

const MODES = ['BACKWARD', 'FORWARD', 'FULL'] as const;

function may(definition: string, compatibility: Mode, ...existing: string[]): boolean {
  const available = existing.map((each, index) => ({ versionNumber: index + 1, definition: each }));
  return isCompatible({ dataFormat: 'AVRO', compatibility, definition, available }, () => {
    throw new Error('AVRO asks nobody');
  });
}

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const id = field('id', 'int');
const enumOf = (...symbols: string[]) => JSON.stringify({ type: 'enum', name: 'E', symbols });
const standing = (...symbols: string[]) => JSON.stringify({ type: 'enum', name: 'E', symbols, default: symbols[0] });
const fixedOf = (size: number) => JSON.stringify({ type: 'fixed', name: 'F', size });
const mapOf = (values: string) => ({ type: 'map', values });
const named = (name: string, more: object = {}) => JSON.stringify({ type: 'record', name, fields: [id], ...more });

describe.each<[change: string, before: string, after: string, modes: readonly (typeof MODES)[number][]]>([
  ['nothing', record(id), record(id), ['BACKWARD', 'FORWARD', 'FULL']],
  ['a field with a default more', record(id), record(id, field('x', 'int', { default: 0 })), MODES],
  ['a field without a default more', record(id), record(id, field('x', 'int')), ['FORWARD']],
  ['a field without a default less', record(id, field('x', 'int')), record(id), ['BACKWARD']],
  ['another type', record(id), record(field('id', 'string')), []],
  ['a wider number', record(id), record(field('id', 'long')), ['BACKWARD']],
  ['a narrower number', record(field('id', 'double')), record(field('id', 'float')), ['FORWARD']],
  ['bytes for a string', '"string"', '"bytes"', MODES],
  ['a union more', '"int"', '["null","int"]', ['BACKWARD']],
  ['a union less', '["null","int"]', '"int"', ['FORWARD']],
  ['a symbol more', enumOf('A'), enumOf('A', 'B'), ['BACKWARD']],
  ['a symbol less', enumOf('A', 'B'), enumOf('A'), ['FORWARD']],
  ['another name', named('Item'), named('Order'), []],
  ['another name that knows the old one', named('Item'), named('Order', { aliases: ['Item'] }), ['BACKWARD']],
  ['another namespace', named('Item'), named('Item', { namespace: 'com.example' }), MODES],
  ['a symbol more that a default stands for', enumOf('A'), standing('A', 'B'), ['BACKWARD']],
  ['a symbol less that a default stands for', enumOf('A', 'B'), standing('A'), MODES],
  ['a size of bytes', fixedOf(2), fixedOf(3), []],
  ['a map', record(field('m', mapOf('int'))), record(field('m', mapOf('long'))), ['BACKWARD']],
  ['a field of another name', record(field('a', 'int')), record(field('b', 'int', { aliases: ['a'] })), ['BACKWARD']],
  [
    'a field that has been two',
    record(field('a', 'int'), field('b', 'int')),
    record(field('b', 'int', { aliases: ['a'] })),
    [],
  ],
  ['a field of an enum with a default more', record(id), record(id, field('e', JSON.parse(standing('A')))), MODES],
  ['another type in a union', '["null","int"]', '["null","long"]', ['BACKWARD']],
  ['a type of a union of its own', '["null",{"type":"fixed","name":"F","size":2}]', '["null"]', ['FORWARD']],
  ['any type after an empty union', '[]', '"int"', ['BACKWARD']],
  [
    'a record that contains itself',
    record(id, field('next', ['null', 'Item'])),
    record(field('id', 'long'), field('next', ['null', 'Item'])),
    ['BACKWARD'],
  ],
  ['an empty union that stays', record(field('u', [])), record(field('u', [])), MODES],
  ['letters of other scripts', record(field('größe', 'int')), record(field('größe', 'long')), ['BACKWARD']],
  [
    'a field deep down',
    record(field('list', { type: 'array', items: { type: 'record', name: 'Line', fields: [id] } })),
    record(field('list', { type: 'array', items: { type: 'record', name: 'Line', fields: [field('id', 'string')] } })),
    [],
  ],
])('%s', (_, before, after, modes) => {
  test.each(MODES)('under %s', mode => {
    expect(may(after, mode, before)).toBe(modes.includes(mode));
    expect(may(after, `${mode}_ALL`, before)).toBe(modes.includes(mode));
  });

  test('is all the same to NONE, and never to DISABLED', () => {
    expect(may(after, 'NONE', before)).toBe(true);
    expect(may(after, 'DISABLED', before)).toBe(false);
  });
});

describe('of several versions', () => {
  const versions = [record(field('id', 'string')), record(id)];
  const next = record(id, field('x', 'int', { default: 0 }));

  test.each(MODES)('%s looks at the last alone', mode => {
    expect(may(next, mode, ...versions)).toBe(true);
    expect(may(next, mode, ...versions.slice().reverse())).toBe(false);
  });

  test.each(MODES)('%s_ALL looks at every one', mode => {
    expect(may(next, `${mode}_ALL`, ...versions)).toBe(false);
    expect(may(next, `${mode}_ALL`, versions[1], versions[1])).toBe(true);
  });
});

const types = fc.constantFrom('int', 'long', 'double', 'string', 'bytes', ['null', 'int'], {
  type: 'array',
  items: 'int',
});
const definitions = fc
  .uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), type: types }), { selector: ({ name }) => name })
  .map(fields => record(...fields));

test('FULL is BACKWARD and FORWARD together, and FORWARD is BACKWARD the other way round', () => {
  fc.assert(
    fc.property(definitions, definitions, (before, after) => {
      expect(may(after, 'FULL', before)).toBe(may(after, 'BACKWARD', before) && may(after, 'FORWARD', before));
      expect(may(after, 'FORWARD', before)).toBe(may(before, 'BACKWARD', after));
      expect(may(after, 'BACKWARD', after)).toBe(true);
    }),
  );
});

test('JSON is decided by the test', () => {
  const dataFormat = 'JSON';
  const asked: CompatibilityCheck[] = [];
  const existing = [1, 2].map(versionNumber => ({ versionNumber, definition: `${versionNumber}` }));
  const decide = (compatibility: Mode, { verdict }: { verdict: boolean }) =>
    isCompatible({ dataFormat, compatibility, definition: 'new', available: existing }, check => {
      asked.push(check);
      return verdict;
    });
  expect(decide('BACKWARD', { verdict: true })).toBe(true);
  expect(asked).toEqual([{ dataFormat, compatibility: 'BACKWARD', definition: 'new', existing: existing[1] }]);
  expect(decide('FULL_ALL', { verdict: true })).toBe(true);
  expect(asked).toHaveLength(3);
  expect(decide('FORWARD', { verdict: false })).toBe(false);
  expect(decide('NONE', { verdict: false })).toBe(true);
});
