import { syntaxError } from '../../src/services/glue/formats';

const draft = (number: string, more: object = {}) => ({
  $schema: `http://json-schema.org/draft-${number}/schema#`,
  ...more,
});
const pattern = (text: string) => draft('07', { type: 'string', pattern: text });
const errorOf = (schema: unknown) => syntaxError('JSON', JSON.stringify(schema));

test.each<[string, unknown]>([
  ['draft 04', draft('04', { properties: { n: { minimum: 0, exclusiveMinimum: true } } })],
  ['draft 06', draft('06', { properties: { n: { const: 1, exclusiveMinimum: 0 } } })],
  ['draft 07', draft('07', { if: { type: 'string' }, then: { minLength: 1 } })],
  ['a draft by https and without #', { $schema: 'https://json-schema.org/draft-07/schema', type: 'object' }],
  ['draft 04 by https', { $schema: 'https://json-schema.org/draft-04/schema', type: 'object' }],
  ['no draft', { type: 'object' }],
  ['true', true],
  ['a $ref inside', draft('07', { definitions: { a: {} }, properties: { x: { $ref: '#/definitions/a' } } })],
  ['a recursive $ref', draft('07', { properties: { next: { $ref: '#' } } })],
  ['formats and keywords that nobody knows', draft('07', { format: 'isbn', 'x-owner': 'team' })],
  ['a pattern', pattern('^[A-Z]{2}-\\d+$')],
  ['a pattern that only Java reads', pattern('^(?i)abc\\p{Alpha}++(?s:.)\\Z')],
])('%s is valid', (_, schema) => {
  expect(errorOf(schema)).toBeUndefined();
});

test.each<[string, unknown]>([
  ['draft 04 with the syntax of 06', draft('04', { properties: { n: { exclusiveMinimum: 0 } } })],
  ['draft 06 with the syntax of 04', draft('06', { properties: { n: { minimum: 0, exclusiveMinimum: true } } })],
  ['a $ref to nowhere', draft('07', { properties: { x: { $ref: '#/definitions/missing' } } })],
  ['a remote $ref', draft('07', { properties: { x: { $ref: 'https://example.com/address.json' } } })],
  ['a broken pattern', pattern('([a-z')],
  ['a type that is none', draft('07', { type: 'strng' })],
  ['a required member twice', draft('07', { required: ['a', 'a'] })],
  ['a list', []],
  ['text', 'object'],
])('%s is refused', (_, schema) => {
  expect(errorOf(schema)).toEqual(expect.any(String));
});
