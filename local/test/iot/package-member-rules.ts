import { type MemberRule, PRINTABLE, named, tags } from './member-rules';

const TOKEN = 'x'.repeat(36);
const s3 = (s3Location: unknown) => ({ s3Location });
const NAME = 'satisfy regular expression pattern: [a-zA-Z0-9\\-_.]+';

export const PACKAGE_RULES: readonly MemberRule[] = [
  {
    member: 'packageName',
    operations: named(/^(?!ListPackages$).*Package(?!Config)|Sbom/),
    good: ['a', 'A-z_0.9', 'x'.repeat(128)],
    bad: [
      ['', 'have length greater than or equal to 1'],
      ['x'.repeat(129), 'have length less than or equal to 128'],
      ['a b', NAME],
      ['a/b', NAME],
      ['a:b', NAME],
      ['ä', NAME],
      ['a\n', NAME],
      [null, 'not be null'],
      [7, 'be a string'],
    ],
  },
  {
    member: 'versionName',
    operations: named(/^(?!List.*Versions).*Version$|Sbom/),
    good: ['1', '1.2.3-rc.1', 'x'.repeat(64)],
    bad: [
      ['', 'have length greater than or equal to 1'],
      ['x'.repeat(65), 'have length less than or equal to 64'],
      ['1.2.3+build', NAME],
      [null, 'not be null'],
    ],
  },
  {
    member: 'description',
    operations: named(/^(Create|Update)Package(Version)?$/),
    good: ['x', 'Ünï çödé ☃', 'x'.repeat(1024), 'ü'.repeat(512)],
    bad: [
      ['', PRINTABLE],
      ['two\nlines', PRINTABLE],
      ['x'.repeat(1025), 'have length less than or equal to 1024'],
      ['ü'.repeat(513), 'have length less than or equal to 1024'],
    ],
  },
  {
    member: 'clientToken',
    operations: named(/^(Create|Update|Delete)Package|ssociateSbom/),
    good: [TOKEN, 'x'.repeat(64), '01234567-89ab-cdef-0123-456789abcdef'],
    bad: [
      ['x'.repeat(35), 'have length greater than or equal to 36'],
      ['x'.repeat(65), 'have length less than or equal to 64'],
      [`${'x'.repeat(36)} `, 'satisfy regular expression pattern: \\S{36,64}'],
    ],
  },
  {
    member: 'tags',
    operations: named(/^CreatePackage/),
    good: [{ a: '' }, { 'team / Ä_.:=+-@': 'x'.repeat(256) }, { ['k'.repeat(128)]: 'v' }, tags(50)],
    bad: [
      [{}, 'have length greater than or equal to 1'],
      [tags(51), 'have length less than or equal to 50'],
      [{ '': 'v' }, 'have length greater than or equal to 1'],
      [{ ['k'.repeat(129)]: 'v' }, 'have length less than or equal to 128'],
      [{ 'a#b': 'v' }, 'satisfy regular expression pattern'],
      [{ a: 'x'.repeat(257) }, 'have length less than or equal to 256'],
      [['a'], 'be a map'],
    ],
  },
  {
    member: 'attributes',
    operations: named(/^(Create|Update)PackageVersion$/),
    good: [{}, { 'a:b_c-9': 'v w' }],
    bad: [
      [{ 'a.b': 'v' }, 'satisfy regular expression pattern: [a-zA-Z0-9:_-]+'],
      [{ '': 'v' }, 'have length greater than or equal to 1'],
      [{ a: '' }, 'have length greater than or equal to 1'],
      [{ a: 'x\ty' }, PRINTABLE],
    ],
  },
  {
    member: 'recipe',
    operations: named(/^(Create|Update)PackageVersion$/),
    good: ['', '{\n}', 'x'.repeat(3072)],
    bad: [['x'.repeat(3073), 'have length less than or equal to 3072']],
  },
  {
    member: 'artifact',
    operations: named(/^(Create|Update)PackageVersion$/),
    good: [{}],
    bad: [
      [s3({ bucket: '', key: 'k' }), 'have length greater than or equal to 1'],
      [s3({ bucket: 'b', key: '' }), 'have length greater than or equal to 1'],
      ['s3://b/k', 'be a structure'],
    ],
  },
  {
    member: 'sbom',
    operations: ['AssociateSbomWithPackageVersion'],
    good: [s3({ bucket: 'b', key: 'k', version: 'v' })],
    bad: [
      [null, 'not be null'],
      [s3({ bucket: '', key: 'k' }), 'have length greater than or equal to 1'],
    ],
  },
  {
    member: 'action',
    operations: ['UpdatePackageVersion'],
    good: ['PUBLISH', 'DEPRECATE'],
    bad: [
      ['UNPUBLISH', 'satisfy enum value set: [PUBLISH, DEPRECATE]'],
      ['publish', 'satisfy enum value set: [PUBLISH, DEPRECATE]'],
    ],
  },
  {
    member: 'defaultVersionName',
    operations: ['UpdatePackage'],
    good: ['1.0.0'],
    bad: [
      ['$default', NAME],
      ['', 'have length greater than or equal to 1'],
    ],
  },
  {
    member: 'unsetDefaultVersion',
    operations: ['UpdatePackage'],
    good: [true, false, 'true'],
    bad: [['yes', 'be a boolean']],
  },
  {
    member: 'maxResults',
    operations: named(/^List(Pack|Sbom)/),
    good: [1, 100, '1', '100'],
    bad: [
      [0, 'have value greater than or equal to 1'],
      ['101', 'have value less than or equal to 100'],
      ['many', 'be a whole number'],
      [1.5, 'be a whole number'],
    ],
  },
  {
    member: 'status',
    operations: ['ListPackageVersions'],
    good: ['DRAFT', 'PUBLISHED', 'DEPRECATED'],
    bad: [['DELETED', 'satisfy enum value set: [DRAFT, PUBLISHED, DEPRECATED]']],
  },
  {
    member: 'validationResult',
    operations: ['ListSbomValidationResults'],
    good: ['FAILED', 'SUCCEEDED'],
    bad: [['IN_PROGRESS', 'satisfy enum value set: [FAILED, SUCCEEDED]']],
  },
  {
    member: 'versionUpdateByJobsConfig',
    operations: ['UpdatePackageConfiguration'],
    good: [{ enabled: true, roleArn: 'x'.repeat(20) }, { roleArn: 'x'.repeat(2048) }],
    bad: [
      [{ roleArn: 'x'.repeat(19) }, 'have length greater than or equal to 20'],
      [{ roleArn: 'x'.repeat(2049) }, 'have length less than or equal to 2048'],
    ],
  },
  {
    member: 'resourceArn',
    operations: named(/tag/i),
    good: ['arn'],
    bad: [[null, 'not be null']],
  },
  {
    member: 'tags',
    operations: ['TagResource'],
    good: [[{ Key: 'a' }], [{ Key: 'a', Value: '' }]],
    bad: [
      [null, 'not be null'],
      [[{ Value: 'v' }], 'not be null'],
      [[{ Key: '' }], 'have length greater than or equal to 1'],
      [[{ Key: 'k', Value: 'x'.repeat(257) }], 'have length less than or equal to 256'],
      [{ a: 'v' }, 'be a list'],
    ],
  },
  {
    member: 'tagKeys',
    operations: ['UntagResource'],
    good: [['a']],
    bad: [
      [null, 'not be null'],
      [['a#'], 'satisfy regular expression pattern'],
    ],
  },
  {
    member: 'thingIndexingConfiguration',
    operations: ['UpdateIndexingConfiguration'],
    good: [{ thingIndexingMode: 'REGISTRY', filter: { namedShadowNames: ['$package'] } }],
    bad: [
      [{}, 'not be null'],
      [{ thingIndexingMode: 'ON' }, 'satisfy enum value set: [OFF, REGISTRY, REGISTRY_AND_SHADOW]'],
      [{ thingIndexingMode: 'OFF', filter: { namedShadowNames: ['a b'] } }, 'satisfy regular expression pattern'],
      [{ thingIndexingMode: 'OFF', customFields: [{ type: 'Date' }] }, 'satisfy enum value set'],
    ],
  },
];
