import { MAX_USER_METADATA, SchemaVersionShape, definitionText, fittingDefinition } from '../../contract/glue';
import { METADATA_KEY_PREFIX } from '../../contract/ownership';
import { type Infer, problems } from '../../contract/shape';

type Version = Partial<Infer<typeof SchemaVersionShape>>;
const at = { RegistryName: 'default-registry', SchemaName: 'orders' };
const object = { Bucket: 'b', Key: 'k' };
const of = (more: Version) => problems(SchemaVersionShape, { ...at, Definition: '{}', ...more });
const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

test.each<Version>([
  { RegistryName: 'a-B_9$#.', SchemaName: 'x'.repeat(255) },
  { Definition: 'x'.repeat(170_000) },
  { Definition: ' x ' },
  { Definition: undefined, DefinitionObject: object },
  { Metadata: pairs(MAX_USER_METADATA) },
  { Metadata: { 'a-B_9+,.:;<=/@': 'x'.repeat(256), ['k'.repeat(128)]: 'v' } },
  { Removal: 'DELETE' },
  { Removal: 'RETAIN' },
])('a schema version %j follows the rules', more => {
  expect(of(more)).toEqual([]);
});

test.each<[Version, RegExp]>([
  [{ SchemaName: 'x'.repeat(256) }, /the name of a schema must have 1 to 255 characters, got 256/],
  [{ RegistryName: 'a b' }, /the name of a registry must only contain/],
  [{ Definition: 'x'.repeat(170_001) }, /must have at most 170,000 characters, got 170001/],
  [{ Definition: ' \n' }, /a schema definition must not be blank/],
  [{ Definition: undefined }, /exactly one of Definition and DefinitionObject must be set, got neither/],
  [{ DefinitionObject: object }, /exactly one of Definition and DefinitionObject must be set, got both/],
  [{ Metadata: pairs(MAX_USER_METADATA + 1) }, /must have at most 8 pairs of metadata .*, got 9/],
  [{ Metadata: { 'a b': 'v' } }, /a metadata key must only contain/],
  [{ Metadata: { ['k'.repeat(129)]: 'v' } }, /a metadata key must have 1 to 128 characters/],
  [{ Metadata: { k: 'é' } }, /a metadata value must only contain/],
  [{ Metadata: { k: 'x'.repeat(257) } }, /a metadata value must have 1 to 256 characters/],
  [{ Metadata: { [`${METADATA_KEY_PREFIX}owner`]: 'v' } }, /are reserved for this library/],
  [{ Removal: 'DEPRECATE' }, /the schema registry has no deprecated state/],
])('a schema version %j is refused', (more, problem) => {
  expect(of(more)).toEqual([expect.stringMatching(problem)]);
});

test('a handler reads what CloudFormation sends', () => {
  const sent = {
    ...at,
    DefinitionObject: object,
    Metadata: { k: 'v' },
    Removal: 'DELETE',
    SchemaArn: 'arn',
    Salt: '1',
  };
  expect(SchemaVersionShape.decode({ ...sent, AdoptExisting: 'true' }, '')).toEqual({ ...sent, AdoptExisting: true });
});

test('a definition in bytes is UTF-8, and loses its BOM', () => {
  expect(definitionText(Buffer.from('\uFEFF"é"'), 'a file')).toBe('"é"');
  expect(() => definitionText(Buffer.from([0xff, 0xfe]), 'a file')).toThrow(
    'a schema definition must be UTF-8, got other bytes in a file',
  );
});

const long = ' '.repeat(170_000);

test.each([
  ['that fits stays as it is', `{ "a": 1 }${' '.repeat(169_990)}`, undefined],
  ['that is too long loses what is between its parts', `{\r\n\t"a": 1 }${long}`, '{"a":1}'],
  ['keeps the spaces of its strings, and their quotes', `["a \\" b  c\\\\", "d" ]${long}`, '["a \\" b  c\\\\","d"]'],
  ['keeps digits and duplicate keys', `{ "a": 9007199254740993, "a": 1.0 }${long}`, '{"a":9007199254740993,"a":1.0}'],
  ['that is no JSON stays as it is', `syntax = "proto3";${long}`, undefined],
])('a definition %s', (_what, text, fitting = text) => {
  expect(fittingDefinition(text)).toBe(fitting);
});
