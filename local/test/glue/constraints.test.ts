import { ServiceError, type World } from '../../src/core/service';
import { Glue } from '../../src/services/glue/service';
import { FIRST, SCHEMA } from './harness';

const world = { arn: () => 'arn', clock: { now: () => 0 } } as unknown as World;

const version = { SchemaId: SCHEMA, SchemaVersionNumber: { VersionNumber: 1 } };
const MetadataKeyValue = { MetadataKey: 'k', MetadataValue: 'v' };

/** Inputs that satisfy every constraint; what else a call wants does not matter here. */
const VALID: Record<string, Record<string, unknown>> = {
  CreateRegistry: { RegistryName: 'r' },
  GetRegistry: { RegistryId: { RegistryName: 'r' } },
  UpdateRegistry: { RegistryId: { RegistryName: 'r' }, Description: '' },
  DeleteRegistry: { RegistryId: { RegistryName: 'r' } },
  ListRegistries: {},
  CreateSchema: { SchemaName: 's', DataFormat: 'AVRO', Compatibility: 'NONE', SchemaDefinition: FIRST },
  GetSchema: { SchemaId: SCHEMA },
  UpdateSchema: { SchemaId: SCHEMA },
  DeleteSchema: { SchemaId: SCHEMA },
  ListSchemas: {},
  RegisterSchemaVersion: { SchemaId: SCHEMA, SchemaDefinition: FIRST },
  GetSchemaVersion: version,
  GetSchemaByDefinition: { SchemaId: SCHEMA, SchemaDefinition: FIRST },
  ListSchemaVersions: { SchemaId: SCHEMA },
  DeleteSchemaVersions: { SchemaId: SCHEMA, Versions: '1' },
  GetSchemaVersionsDiff: {
    SchemaId: SCHEMA,
    FirstSchemaVersionNumber: {},
    SecondSchemaVersionNumber: {},
    SchemaDiffType: 'SYNTAX_DIFF',
  },
  CheckSchemaVersionValidity: { DataFormat: 'AVRO', SchemaDefinition: FIRST },
  PutSchemaVersionMetadata: { ...version, MetadataKeyValue },
  RemoveSchemaVersionMetadata: { ...version, MetadataKeyValue },
  QuerySchemaVersionMetadata: version,
  TagResource: { ResourceArn: 'arn:aws:glue:x', TagsToAdd: {} },
  UntagResource: { ResourceArn: 'arn:aws:glue:x', TagsToRemove: [] },
  GetTags: { ResourceArn: 'arn:aws:glue:x' },
};

interface MemberRule {
  readonly member: string;
  readonly operations: readonly string[];
  readonly good: readonly unknown[];
  readonly bad: readonly (readonly [value: unknown, constraint: string])[];
}

const named = (pattern: RegExp) => Object.keys(VALID).filter(name => pattern.test(name));
const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
const NAME = 'satisfy regular expression pattern: [a-zA-Z0-9\\-_$#.]+';
const METADATA = 'satisfy regular expression pattern: [a-zA-Z0-9+-=._./@]+';
const PAIR = (MetadataKey: string, MetadataValue: string) => ({ MetadataKey, MetadataValue });
const VERSION_ID = '01234567-89ab-cdef-0123-456789abcdef';

const NAMES: MemberRule['bad'] = [
  ['', 'have length greater than or equal to 1'],
  ['x'.repeat(256), 'have length less than or equal to 255'],
  ['a b', NAME],
  ['a/b', NAME],
  ['ä', NAME],
  [7, 'be a string'],
];

const RULES: readonly MemberRule[] = [
  {
    member: 'RegistryName',
    operations: ['CreateRegistry'],
    good: ['a', 'A-z_$#.9', 'x'.repeat(255)],
    bad: [...NAMES, [null, 'not be null']],
  },
  {
    member: 'SchemaName',
    operations: ['CreateSchema'],
    good: ['a', 'A-z_$#.9', 'x'.repeat(255)],
    bad: [...NAMES, [null, 'not be null']],
  },
  {
    member: 'RegistryId',
    operations: named(/(Get|Update|Delete)Registry|ListSchemas/),
    good: [{ RegistryName: 'r' }, { RegistryArn: 'arn:aws-us-gov:glue:x' }],
    bad: [
      ...NAMES.map(([value, constraint]) => [{ RegistryName: value }, constraint] as const),
      [{ RegistryArn: 'arn:aws:iot:x' }, 'satisfy regular expression pattern: arn:aws'],
      ['r', 'be a structure'],
    ],
  },
  { member: 'RegistryId', operations: named(/(Get|Update|Delete)Registry/), good: [], bad: [[null, 'not be null']] },
  {
    member: 'SchemaId',
    operations: named(/Schema(?!$|s$)|(Get|Update|Delete)Schema$/).filter(name => !/^Check/.test(name)),
    good: [SCHEMA, { SchemaArn: 'arn:aws-iso-b:glue:x' }],
    bad: [
      [{ SchemaName: 'a/b' }, NAME],
      [{ RegistryName: 'a/b' }, NAME],
      [{ SchemaArn: 'arn' }, 'satisfy regular expression pattern: arn:aws'],
    ],
  },
  {
    member: 'SchemaId',
    operations: named(/(Get|Update|Delete)Schema$|Register|ByDefinition|Versions/),
    good: [],
    bad: [[null, 'not be null']],
  },
  {
    member: 'DataFormat',
    operations: ['CreateSchema', 'CheckSchemaVersionValidity'],
    good: ['AVRO', 'JSON', 'PROTOBUF'],
    bad: [
      ['XML', 'satisfy enum value set: [AVRO, JSON, PROTOBUF]'],
      [null, 'not be null'],
    ],
  },
  {
    member: 'Compatibility',
    operations: ['CreateSchema', 'UpdateSchema'],
    good: ['NONE', 'DISABLED', 'BACKWARD', 'BACKWARD_ALL', 'FORWARD', 'FORWARD_ALL', 'FULL', 'FULL_ALL'],
    bad: [['BACKWARDS_FULL', 'satisfy enum value set']],
  },
  {
    member: 'Description',
    operations: ['CreateRegistry', 'UpdateRegistry', 'CreateSchema', 'UpdateSchema'],
    good: ['', 'two\nlines\tand ☃ 😀', 'x'.repeat(2048)],
    bad: [
      ['x'.repeat(2049), 'have length less than or equal to 2048'],
      ['\u0000', 'satisfy regular expression pattern'],
    ],
  },
  { member: 'Description', operations: ['UpdateRegistry'], good: [], bad: [[null, 'not be null']] },
  {
    member: 'SchemaDefinition',
    operations: named(/^CreateSchema$|Register|ByDefinition|^Check/),
    good: [FIRST, `\n${FIRST}\n`, FIRST.padEnd(170_000)],
    bad: [
      ['', 'have length greater than or equal to 1'],
      [' \n ', 'satisfy regular expression pattern'],
      ['x'.repeat(170_001), 'have length less than or equal to 170000'],
    ],
  },
  {
    member: 'SchemaDefinition',
    operations: named(/Register|ByDefinition|^Check/),
    good: [],
    bad: [[null, 'not be null']],
  },
  {
    member: 'SchemaVersionId',
    operations: named(/^GetSchemaVersion$|Metadata/),
    good: [VERSION_ID],
    bad: [
      [VERSION_ID.toUpperCase(), 'satisfy regular expression pattern'],
      [VERSION_ID.slice(1), 'have length greater than or equal to 36'],
      [`${VERSION_ID}0`, 'have length less than or equal to 36'],
    ],
  },
  ...['SchemaVersionNumber', 'FirstSchemaVersionNumber', 'SecondSchemaVersionNumber'].map((member): MemberRule => ({
    member,
    operations: member.startsWith('Schema')
      ? named(/^(Get|Put)SchemaVersion(?!sDiff)|UpdateSchema/)
      : ['GetSchemaVersionsDiff'],
    good: [{ LatestVersion: true }, { VersionNumber: 1 }, { VersionNumber: 100_000 }],
    bad: [
      [{ VersionNumber: 0 }, 'have value greater than or equal to 1'],
      [{ VersionNumber: 100_001 }, 'have value less than or equal to 100000'],
      [{ VersionNumber: 1.5 }, 'be a whole number'],
      [{ LatestVersion: 'yes' }, 'be a boolean'],
    ],
  })),
  {
    member: 'SchemaDiffType',
    operations: ['GetSchemaVersionsDiff'],
    good: ['SYNTAX_DIFF'],
    bad: [
      ['SEMANTIC_DIFF', 'satisfy enum value set: [SYNTAX_DIFF]'],
      [null, 'not be null'],
    ],
  },
  {
    member: 'Versions',
    operations: ['DeleteSchemaVersions'],
    good: ['1', '10-20'],
    bad: [
      ['1,2', 'satisfy regular expression pattern: [1-9][0-9]*|[1-9][0-9]*-[1-9][0-9]*'],
      ['', 'have length greater than or equal to 1'],
      [null, 'not be null'],
    ],
  },
  {
    member: 'MetadataKeyValue',
    operations: named(/(Put|Remove).*Metadata/),
    good: [PAIR('k'.repeat(128), 'v'.repeat(256)), PAIR('a:b;c,d<e=f@g/h+i-j', '.')],
    bad: [
      [PAIR('', 'v'), 'have length greater than or equal to 1'],
      [PAIR('k', ''), 'have length greater than or equal to 1'],
      [PAIR('k'.repeat(129), 'v'), 'have length less than or equal to 128'],
      [PAIR('k', 'v'.repeat(257)), 'have length less than or equal to 256'],
      [PAIR('a b', 'v'), METADATA],
      [PAIR('k', 'a_b#'), METADATA],
      [null, 'not be null'],
    ],
  },
  {
    member: 'MetadataList',
    operations: ['QuerySchemaVersionMetadata'],
    good: [[], [{ MetadataKey: 'k' }], [{ MetadataValue: 'v' }]],
    bad: [[[PAIR('a b', 'v')], METADATA]],
  },
  {
    member: 'MaxResults',
    operations: named(/^List/),
    good: [1, 100],
    bad: [
      [0, 'have value greater than or equal to 1'],
      [101, 'have value less than or equal to 100'],
    ],
  },
  {
    member: 'MaxResults',
    operations: ['QuerySchemaVersionMetadata'],
    good: [1, 50],
    bad: [
      [0, 'have value greater than or equal to 1'],
      [51, 'have value less than or equal to 50'],
    ],
  },
  {
    member: 'Tags',
    operations: ['CreateRegistry', 'CreateSchema'],
    good: [{}, { k: '' }, tags(50), { ['k'.repeat(128)]: 'v'.repeat(256) }],
    bad: [
      [tags(51), 'have length less than or equal to 50'],
      [{ '': 'v' }, 'have length greater than or equal to 1'],
      [{ ['k'.repeat(129)]: 'v' }, 'have length less than or equal to 128'],
      [{ k: 'v'.repeat(257) }, 'have length less than or equal to 256'],
    ],
  },
  {
    member: 'TagsToAdd',
    operations: ['TagResource'],
    good: [tags(50)],
    bad: [
      [tags(51), 'have length less than or equal to 50'],
      [null, 'not be null'],
    ],
  },
  {
    member: 'TagsToRemove',
    operations: ['UntagResource'],
    good: [['k']],
    bad: [
      [[''], 'have length greater than or equal to 1'],
      [null, 'not be null'],
    ],
  },
  {
    member: 'ResourceArn',
    operations: named(/Tag/),
    good: ['arn:aws:glue:us-east-1:111111111111:schema/r/s'],
    bad: [
      ['arn:aws:iot:x', 'satisfy regular expression pattern: arn:aws'],
      [null, 'not be null'],
    ],
  },
];

async function failure(operation: string, input: object): Promise<ServiceError | undefined> {
  try {
    await new Glue(world).byHand(operation, input);
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return error;
  }
}

const cases = RULES.flatMap(rule => rule.operations.map(operation => ({ ...rule, operation })));

describe.each(cases)('$operation, $member', ({ operation, member, good, bad }) => {
  if (bad.length > 0) {
    test.each(bad)('refuses %j: must %s', async (value, constraint) => {
      const error = await failure(operation, { ...VALID[operation], [member]: value });

      expect(error).toMatchObject({ code: 'InvalidInputException', status: 400 });
      expect(error!.message).toContain(`'${member}`);
      expect(error!.message).toContain(`Member must ${constraint}`);
    });
  }

  if (good.length > 0) {
    test.each(good.map(value => [value]))('takes %j', async value => {
      const error = await failure(operation, { ...VALID[operation], [member]: value });

      expect(error?.message ?? '').not.toContain('validation error');
    });
  }
});

test('every operation is here', () => {
  expect(Object.keys(VALID).sort()).toEqual(Object.keys(new Glue(world).operations).sort());
});
