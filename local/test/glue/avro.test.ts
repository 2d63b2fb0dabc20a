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
])('%s is taken, as by Java', (_, schema) => {
  expect(syntaxError('AVRO', JSON.stringify(schema))).toBeUndefined();
});

test.each<[string, object]>([
  ['text as the default of a double', record({}, { name: 'a', type: 'double', default: 'many' })],
  ['NaN as the default of an int', record({}, { name: 'a', type: 'int', default: 'NaN' })],
  ['a hyphen in a name', record({ name: 'my-record' })],
  ['a digit before a name', record({ name: '1R' })],
  ['a digit of another script before a name', record({ name: '١R' })],
  ['two fields of one name in another script', record({}, { name: 'ä', type: 'int' }, { name: 'ä', type: 'int' })],
])('%s is refused, as by Java', (_, schema) => {
  expect(syntaxError('AVRO', JSON.stringify(schema))).toEqual(expect.any(String));
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
  expect(syntaxError('AVRO', JSON.stringify(schema))).toMatch(/no name|aliases/);
});

test.each(['AVRO', 'JSON'] as const)('%s definitions are compared without losing digits', format => {
  const of = (number: string) => canonical(format, `{"maximum": ${number}, "a": "9007199254740993"}`);
  expect(of('9007199254740992')).not.toBe(of('9007199254740993'));
  expect(of('9007199254740993')).toBe(canonical(format, '{"a":"9007199254740993","maximum":9007199254740993}'));
  expect(of('100')).toBe(of('1e2'));
});
