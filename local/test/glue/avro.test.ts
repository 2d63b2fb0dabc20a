import { canonical, syntaxError } from '../../src/services/glue/formats';

const withDefault = (type: string, value: string) =>
  `{"type":"record","name":"Order","fields":[{"name":"until","type":"${type}","default":${value}}]}`;

test.each(['9007199254740990', '9007199254740991', '32503679999999000', '9223372036854775807', '-9223372036854775808'])(
  'a long has the default %s',
  value => {
    expect(syntaxError('AVRO', withDefault('long', value))).toBeUndefined();
  },
);

test.each([
  ['long', '9223372036854775808'],
  ['long', '-9223372036854775809'],
  ['int', '9007199254740993'],
])('%s does not have the default %s', (type, value) => {
  expect(syntaxError('AVRO', withDefault(type, value))).toEqual(expect.any(String));
});

const record = (more: object, ...fields: object[]) => ({ type: 'record', name: 'R', ...more, fields });

const fixed = { type: 'fixed', name: 'F', namespace: '', size: 2 };
const letters = { type: 'enum', name: 'Letters', symbols: ['A'] };
const inner = { type: 'record', name: 'Inner', fields: [{ name: 'größe', type: 'int' }] };
const withOwnDefault = { type: 'record', name: 'Own', fields: [{ name: 'b', type: ['bytes', 'null'], default: 'ÿ' }] };

test.each<[string, object]>([
  ['NaN as the default of a double', record({}, { name: 'a', type: 'double', default: 'NaN' })],
  ['an infinite default of a float', record({}, { name: 'a', type: 'float', default: '-Infinity' })],
  ['a number as text for a double', record({}, { name: 'a', type: 'double', default: '1.5e3' })],
  ['a hyphen in the namespace', record({ namespace: 'com.my-team' })],
  [
    'a hyphen in the namespace of a reference',
    record({ name: 'com.my-team.R' }, { name: 'next', type: ['null', 'com.my-team.R'] }),
  ],
  ['letters of other scripts', record({ name: 'Größe' }, { name: '大小', type: 'int', aliases: ['größe'] })],
  ['a symbol with letters of another script', { type: 'enum', name: 'E', symbols: ['klein', 'groß'] }],
  ['empty unions', record({}, { name: 'u', type: [] }, { name: 'v', type: [] })],
  ['an empty enum', { type: 'enum', name: 'E', symbols: [] }],
  ['an empty part of a namespace', record({ namespace: 'com..acme' })],
  [
    'a name without a namespace in one with it',
    record({ namespace: 'a' }, { name: 'f', type: fixed }, { name: 'g', type: 'F' }),
  ],
  [
    'a default of a record, with letters of other scripts',
    record({}, { name: 'a', type: inner, default: { größe: 1 } }),
  ],
  ['a default that a record’s own default completes', record({}, { name: 'a', type: withOwnDefault, default: {} })],
  ['a symbol that the enum does not have as a field’s default', record({}, { name: 'a', type: letters, default: 'Z' })],
  [
    'a type in an object',
    record({}, { name: 'a', type: { type: 'long' } }, { name: 'b', type: ['null', { type: 'R' }] }),
  ],
  ['an error', { type: 'error', name: 'E', fields: [] }],
])('%s is taken, as by Java', (_, schema) => {
  expect(syntaxError('AVRO', JSON.stringify(schema))).toBeUndefined();
});

test.each<[string, object | string]>([
  ['text as the default of a double', record({}, { name: 'a', type: 'double', default: 'many' })],
  ['NaN as the default of an int', record({}, { name: 'a', type: 'int', default: 'NaN' })],
  ['a hyphen in a name', record({ name: 'my-record' })],
  ['a digit before a name', record({ name: '1R' })],
  ['a digit of another script before a name', record({ name: '١R' })],
  ['a letter of more than 16 bits', record({ name: '𝒜' })],
  [
    'a part of an int as its default',
    '{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":1.0}]}',
  ],
  ['null as the default of an empty record', record({}, { name: 'a', type: { ...inner, fields: [] }, default: null })],
  ['a default of the record that it is in', record({}, { name: 'a', type: 'R', default: {} })],
  ['the default of an empty union', record({}, { name: 'a', type: [], default: null })],
  ['a default of the second type of a union', record({}, { name: 'a', type: ['null', 'int'], default: 1 })],
  ['a union in a union', ['null', []]],
  ['two records of one name in a union', ['null', record({}), record({})]],
  ['a default that is no symbol of the enum', { type: 'enum', name: 'E', symbols: ['A'], default: 'B' }],
  ['a symbol that is none', { type: 'enum', name: 'E', symbols: [null] }],
  ['a symbol twice', { type: 'enum', name: 'E', symbols: ['A', 'A'] }],
  ['an alias that is none', record({ aliases: [3] })],
  ['a record with the name of a type', record({ name: 'string' })],
  ['a record without fields', { type: 'record', name: 'R' }],
  ['a field without a type', record({}, { name: 'a' })],
  ['an order that is none', record({}, { name: 'a', type: 'int', order: 'up' })],
  ['a size as text', { type: 'fixed', name: 'F', size: '2' }],
  ['a size below 0', { type: 'fixed', name: 'F', size: -1 }],
  ['a type in an object in an object', { type: 'array', items: { type: { type: 'int' } } }],
  ['a number', 3 as unknown as object],
  ['two fields of one name in another script', record({}, { name: 'ä', type: 'int' }, { name: 'ä', type: 'int' })],
])('%s is refused, as by Java', (_, schema) => {
  const definition = typeof schema === 'string' ? schema : JSON.stringify(schema);
  expect(syntaxError('AVRO', definition)).toEqual(expect.any(String));
});

test.each<[string, object]>([
  ['a record without a name', { type: 'record', fields: [] }],
  [
    'an enum without a name in a field',
    { type: 'record', name: 'A', fields: [{ name: 'e', type: { type: 'enum', symbols: ['X'] } }] },
  ],
  ['a record without a name in a list', { type: 'array', items: { type: 'record', fields: [] } }],
  ['aliases as text', { type: 'record', name: 'A', aliases: 'B', fields: [] }],
  ['aliases of a field as text', { type: 'record', name: 'A', fields: [{ name: 'a', aliases: 'b', type: 'int' }] }],
])('%s is refused', (_, schema) => {
  expect(syntaxError('AVRO', JSON.stringify(schema))).toMatch(/no name|name is missing|aliases/);
});

test.each(['AVRO', 'JSON'] as const)('%s definitions are compared without losing digits', format => {
  const of = (number: string) => canonical(format, `{"maximum": ${number}, "a": "9007199254740993"}`);
  expect(of('9007199254740992')).not.toBe(of('9007199254740993'));
  expect(of('9007199254740993')).toBe(canonical(format, '{"a":"9007199254740993","maximum":9007199254740993}'));
  expect(of('100')).toBe(of('1e2'));
});
