import fc from 'fast-check';
import {
  boolean,
  integer,
  list,
  map,
  oneOf,
  optional,
  problems,
  quote,
  string,
  struct,
  withDefault,
} from '../../contract/shape';

const sampleShape = struct({
  Name: string(),
  Force: optional(boolean),
  Count: optional(integer),
  Mode: optional(oneOf('A', 'B')),
  Attributes: optional(map(string())),
  Places: optional(list(struct({ Bucket: string(), Version: optional(string()) }))),
});

const decode = (raw: Record<string, unknown>) => sampleShape.decode(raw, '');

/** What CloudFormation does to properties on their way. */
function travelled(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(travelled);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item != null);
  return Object.fromEntries(kept.map(([key, item]) => [key, travelled(item)]));
}

test('what was written in the template comes out again, although CloudFormation turned it into strings', () => {
  const word = fc.string({ minLength: 1 });
  const sample = fc.record(
    {
      Name: word,
      Force: fc.boolean(),
      Count: fc.maxSafeInteger(),
      Mode: fc.constantFrom('A' as const, 'B' as const),
      Attributes: fc.dictionary(word, word),
      Places: fc.array(fc.record({ Bucket: word, Version: word }, { requiredKeys: ['Bucket'] })),
    },
    { requiredKeys: ['Name'] },
  );
  fc.assert(
    fc.property(sample, value => {
      expect(decode(travelled(value) as Record<string, unknown>)).toEqual(value);
      expect(decode(value as unknown as Record<string, unknown>)).toEqual(value);
    }),
  );
});

test('properties of another version of the library are passed over', () => {
  const raw = { Name: 'a', ServiceToken: 'arn:x', Later: { Than: ['this'] } };
  expect(decode(raw)).toEqual({ Name: 'a' });
});

test('null and the empty string are absent, as CloudFormation would have dropped them', () => {
  expect(decode({ Name: 'a', Force: null, Mode: '', Count: undefined })).toEqual({ Name: 'a' });
});

test('a value that may be empty comes back where CloudFormation dropped it', () => {
  const tag = struct({ Key: string(), Value: withDefault(string(), '') });
  expect(tag.decode({ Key: 'k' }, 'Tag')).toEqual({ Key: 'k', Value: '' });
  expect(tag.decode({ Key: 'k', Value: 'v' }, 'Tag')).toEqual({ Key: 'k', Value: 'v' });
});

test('a key that every object has is one like any other', () => {
  expect(decode({ Name: 'a', Attributes: { constructor: 'x' } }).Attributes).toEqual({ constructor: 'x' });
});

test.each<[object, string]>([
  [{}, 'property Name must be a string, got nothing'],
  [{ Name: ['x'] }, 'property Name must be a string, got a list'],
  [{ Name: 'a', Force: 'yes' }, 'property Force must be "true" or "false", got "yes"'],
  [{ Name: 'a', Count: '1.5' }, 'property Count must be a whole number, got "1.5"'],
  [{ Name: 'a', Count: '9007199254740993' }, 'property Count must be a whole number, got "9007199254740993"'],
  [{ Name: 'a', Count: '0x10' }, 'property Count must be a whole number, got "0x10"'],
  [{ Name: 'a', Count: ['1'] }, 'property Count must be a whole number, got a list'],
  [{ Name: 'a', Mode: 'C' }, 'property Mode must be one of A, B, got "C"'],
  [{ Name: 'a', Attributes: ['x'] }, 'property Attributes must be a map, got a list'],
  [{ Name: 'a', Attributes: { k: {} } }, 'property Attributes.k must be a string, got a structure'],
  [{ Name: 'a', Places: 'x' }, 'property Places must be a list, got "x"'],
  [{ Name: 'a', Places: [{ Bucket: 'b' }, {}] }, 'property Places[1].Bucket must be a string, got nothing'],
  [{ Name: 'a', Places: ['x'] }, 'property Places[0] must be a structure, got "x"'],
])('an error names the property, what was expected and what was got: %j', (raw, message) => {
  expect(() => decode(raw as Record<string, unknown>)).toThrow(new Error(message));
});

const short = (what: string) => string({ what, min: 1, max: 3 });
const ruled = struct({
  Name: short('a name'),
  Note: optional(short('a note')),
  Pairs: optional(
    map(short('a value'), { key: short('a key'), entry: 'pair' }).also(pairs =>
      Object.keys(pairs).length > 1 ? `one pair is enough, got ${Object.keys(pairs).length}` : undefined,
    ),
  ),
  Items: optional(list(short('an item'))),
}).also(({ Note, Items }) => (Note && Items ? 'Note and Items exclude each other' : undefined));

test('every rule that a value breaks is named, in the order of its fields', () => {
  const value = { Name: 'long', Note: 'ok', Pairs: { a: '', long: 'b' }, Items: ['ok', 'long'] };
  expect(problems(ruled, value)).toEqual([
    'a name must have 1 to 3 characters, got 4 ("long")',
    'a value must have 1 to 3 characters, got 0 (""), in pair "a"',
    'a key must have 1 to 3 characters, got 4 ("long"), in pair "long"',
    'one pair is enough, got 2',
    'an item must have 1 to 3 characters, got 4 ("long")',
    'Note and Items exclude each other',
  ]);
  expect(problems(ruled, { Name: 'a' })).toEqual([]);
});

test('what cannot be known yet is not judged, nor counted among what is', () => {
  const unless = (value: unknown) => typeof value === 'string' && value.startsWith('${Token');
  const token = '${Token[x]}';
  const value = { Name: token, Note: token, Pairs: { [token]: 'a', b: token, c: 'c' }, Items: [token, 'long'] };
  expect(problems(ruled, value, { unless })).toEqual([
    'an item must have 1 to 3 characters, got 4 ("long")',
    'Note and Items exclude each other',
  ]);
});

test('numbers and booleans are strings where strings are wanted', () => {
  expect([7, true].map(value => string().decode(value, 'Name'))).toEqual(['7', 'true']);
});

test('what is absent is left out', () => {
  expect(decode({ Name: 'a' })).toStrictEqual({ Name: 'a' });
});

test.each([null, undefined])('%p is no structure', nothing => {
  expect(() => sampleShape.decode(nothing, 'P')).toThrow('property P must be a structure, got nothing');
});

test('a rule without words for its characters shows its pattern', () => {
  const lower = string({ what: 'a word', min: 0, max: 3, pattern: /^[a-z]*$/ });
  expect(problems(lower, 'A')).toEqual(['a word must only contain /^[a-z]*$/, got "A"']);
  expect(problems(lower, 'abc')).toEqual([]);
});

test('a value of a message is shortened where it is long', () => {
  expect(quote('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
  expect(quote('x'.repeat(81))).toBe(`"${'x'.repeat(77)}..."`);
});
