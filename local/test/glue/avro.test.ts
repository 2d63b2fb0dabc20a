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
