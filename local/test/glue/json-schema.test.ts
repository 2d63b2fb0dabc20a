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
  ['words that draft 04 does not know', draft('04', { contains: 1, const: 1, if: 1, then: 1, propertyNames: 1 })],
  ['words that draft 06 does not know', draft('06', { id: 5, if: 'a', else: 3 })],
  ['the id of draft 04 in draft 07', draft('07', { id: 'order' })],
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
  ['a $ref of draft 04 that is not text', draft('04', { $ref: 5 })],
  ['a condition of draft 07 that is not a schema', draft('07', { if: 1 })],
  ['a broken pattern of properties', draft('07', { patternProperties: { '(a': { type: 'string' } } })],
  ['a list', []],
  ['text', 'object'],
])('%s is refused', (_, schema) => {
  expect(errorOf(schema)).toEqual(expect.any(String));
});

// each verdict is the one of java.util.regex (Java 17).
const VALID = String.raw`\p{Digit} \p{L} \P{Lower} \pL \p{IsAlphabetic} \p{IsLatin} \p{InGreek} \p{script=Han} \p{gc=Lu} \p{block=Greek}
  \p{javaLowerCase} ^\cC$ (?<name>a)\k<name> a{2} a{2,} a{2,3} } ] []a] [a-z&&[^b]] \d{2,}+ a*+ a++ (?i)a (?ix-s:a) (?>a) (?=a) (?<=a)
  (?<!a+) \Qa.b\E \Q( [\Qa]\E] \h\R\X \_ \- \@ \/ \u0041 \x41 \x{41} \0101 (a)\1 \e\a\f\t \z\Z\A\G \b{g} \B [\w-z] [[:alpha:]] \++ [{] \{`;
const BROKEN = String.raw`\p{Letter} \p{digit} \p{javaNothing} \p{IsNothing} \p \p{} \c (?<na_me>a) (?<1a>a) (?<n>a)(?<n>b) \k<x> a{,3} a{2,1}
  a{ { [ [a [] [^] [z-a] a** +a *a ? (a a) (?q)a (?P<n>a) \y \u{41} \u00 \x4 \08 \i \E x{1,99999999999}`;

test.each(VALID.split(/\s+/))('the pattern %s is valid', text => {
  expect(errorOf(pattern(text))).toBeUndefined();
});

test.each(BROKEN.split(/\s+/))('the pattern %s is refused', text => {
  expect(errorOf(pattern(text))).toEqual(expect.any(String));
});
