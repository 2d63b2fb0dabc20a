import {
  DefaultPackageVersionShape,
  JobIdShape,
  NamespaceIdShape,
  PackageNameInIndexShape,
  PackageShape,
  type PackageVersionAction,
  PackageVersionShape,
  type PackageVersionStatus,
  ThingNameShape,
  pathBetween,
} from '../../contract/iot';
import { MAX_USER_TAGS_ON_PACKAGE, MAX_USER_TAGS_ON_VERSION, TAG_PREFIX } from '../../contract/ownership';
import { type Infer, problems } from '../../contract/shape';

const tag = (Key: string, Value = '') => ({ Key, Value });
const tags = (count: number) => Array.from({ length: count }, (_, index) => tag(`k${index}`));

type Package = Partial<Infer<typeof PackageShape>>;
type Version = Partial<Infer<typeof PackageVersionShape>>;
const ofPackage = (more: Package) => problems(PackageShape, { PackageName: 'brake-ecu', ...more });
const ofVersion = (more: Version) =>
  problems(PackageVersionShape, { PackageName: 'brake-ecu', VersionName: '1.0.0', ...more });

test.each<Package>([
  { PackageName: 'x'.repeat(128) },
  { PackageName: 'a-B_9.c' },
  { PackageName: '...' },
  { PackageName: 'a..' },
  { Description: 'é'.repeat(512) },
  { Tags: tags(MAX_USER_TAGS_ON_PACKAGE) },
  { Tags: [tag('é 1_.:/=+-@', 'x'.repeat(256)), tag('k'.repeat(128)), tag('not-aws:k')] },
])('a package %j follows the rules', more => {
  expect(ofPackage(more)).toEqual([]);
});

test.each<[Package, RegExp]>([
  [{ PackageName: '' }, /^the name of a software package must have 1 to 128 characters, got 0/],
  [{ PackageName: 'x'.repeat(129) }, /got 129/],
  [{ PackageName: 'a b' }, /must only contain letters, digits, "-", "_" and ".", got "a b"/],
  [{ PackageName: '.' }, /must not be "." or "..", got "."$/],
  [{ PackageName: '..' }, /must not be "." or "..", got ".."$/],
  [{ Description: 'é'.repeat(513) }, /a description must have at most 1024 bytes, got 1026: shorten it/],
  [{ Description: 'x'.repeat(1025) }, /a description must have 1 to 1024 characters, got 1025/],
  [{ Description: 'a\nb' }, /must only contain printable characters/],
  [{ Tags: tags(MAX_USER_TAGS_ON_PACKAGE + 1) }, /the artifact must have at most \d+ tags .*, got/],
  [{ Tags: [tag('')] }, /a tag key must have 1 to 128 characters/],
  [{ Tags: [tag('k'.repeat(129))] }, /a tag key must have 1 to 128 characters, got 129/],
  [{ Tags: [tag('a!')] }, /a tag key must only contain/],
  [{ Tags: [tag('k', 'a!')] }, /a tag value must only contain/],
  [{ Tags: [tag('k', 'x'.repeat(257))] }, /a tag value must have 0 to 256 characters, got 257/],
  [{ Tags: [tag('AWS:k')] }, /must not start with "aws:", got "AWS:k"/],
  [{ Tags: [tag(`${TAG_PREFIX}owner`)] }, /are reserved for this library/],
])('a package %j is refused', (more, problem) => {
  expect(ofPackage(more)).toEqual([expect.stringMatching(problem)]);
});

test.each<Version>([
  { VersionName: 'x'.repeat(64) },
  { Recipe: 'x'.repeat(3072) },
  { Recipe: 'a\nb' },
  { Attributes: { 'a:B_9-': 'é'.repeat(1497) } },
  { Tags: tags(MAX_USER_TAGS_ON_VERSION) },
  { WaitForSbomValidation: true, Sbom: { Bucket: 'b', Key: 'k' } },
  { WaitForSbomValidation: false },
])('a version %j follows the rules', more => {
  expect(ofVersion(more)).toEqual([]);
});

test.each<[Version, RegExp]>([
  [{ VersionName: 'x'.repeat(65) }, /^the name of a package version must have 1 to 64 characters, got 65 \(.*\)$/],
  [{ VersionName: '1.0.0+5' }, /got "1.0.0\+5"; AWS IoT has no SemVer build metadata: write "-" instead of "\+"/],
  [{ Recipe: 'x'.repeat(3073) }, /a recipe must have at most 3072 characters, got 3073: move constants/],
  [{ Recipe: '' }, /a recipe must have 1 to 3072 characters/],
  [{ Attributes: { 'a:B_9-': 'é'.repeat(1498) } }, /must have at most 3000 bytes together, keys and values, got 3002/],
  [{ Attributes: { 'a.b': 'c' } }, /the key of an attribute must only contain .*, got "a.b", in attribute "a.b"/],
  [{ Attributes: { a: 'b\tc' } }, /the value of an attribute must only contain/],
  [{ Attributes: { a: '' } }, /the value of an attribute must have 1 to 3000 characters/],
  [{ Tags: tags(MAX_USER_TAGS_ON_VERSION + 1) }, /the artifact must have at most \d+ tags/],
  [{ WaitForSbomValidation: true }, /waitForSbomValidation needs an SBOM, got none/],
])('a version %j is refused', (more, problem) => {
  expect(ofVersion(more)).toEqual([expect.stringMatching(problem)]);
});

test('a handler reads what CloudFormation sends of each', () => {
  const common = { PackageName: 'p', AdoptExisting: 'true', Salt: '1', Removal: 'RETAIN' };
  const read = { ...common, AdoptExisting: true };
  expect(PackageShape.decode({ ...common, Description: 'd', Tags: [{ Key: 'k' }] }, '')).toEqual({
    ...read,
    Description: 'd',
    Tags: [tag('k')],
  });
  expect(DefaultPackageVersionShape.decode({ ...common, VersionName: '1' }, '')).toEqual({ ...read, VersionName: '1' });
  const version = {
    ...common,
    VersionName: '1',
    Description: 'd',
    Recipe: 'r',
    Attributes: { a: 'b' },
    Status: 'PUBLISHED',
    Tags: [tag('k')],
    Sbom: { Bucket: 'b', Key: 's' },
  };
  const places = { WaitForSbomValidation: 'true', ProtectInActiveJobs: 'false' };
  const Artifact = { Bucket: 'b', Key: 'k', Version: 'v', ResolveVersion: 'true' };
  expect(PackageVersionShape.decode({ ...version, ...places, Artifact }, '')).toEqual({
    ...version,
    AdoptExisting: true,
    WaitForSbomValidation: true,
    ProtectInActiveJobs: false,
    Artifact: { ...Artifact, ResolveVersion: true },
  });
});

test.each<[PackageVersionStatus, PackageVersionStatus, PackageVersionAction[] | undefined]>([
  ['DRAFT', 'DRAFT', []],
  ['DRAFT', 'PUBLISHED', ['PUBLISH']],
  ['DRAFT', 'DEPRECATED', ['PUBLISH', 'DEPRECATE']],
  ['PUBLISHED', 'DRAFT', undefined],
  ['PUBLISHED', 'PUBLISHED', []],
  ['PUBLISHED', 'DEPRECATED', ['DEPRECATE']],
  ['DEPRECATED', 'DRAFT', undefined],
  ['DEPRECATED', 'PUBLISHED', ['PUBLISH']],
  ['DEPRECATED', 'DEPRECATED', []],
])('from %s to %s: %j', (from, to, actions) => {
  expect(pathBetween(from, to)).toEqual(actions);
});

test.each([
  ['job', JobIdShape, ['a-B_9', 'x'.repeat(64)], ['', 'a:b', 'x'.repeat(65)]],
  ['thing', ThingNameShape, ['a-B_9:', 'x'.repeat(128)], ['', 'a.b', 'x'.repeat(129)]],
  ['namespace', NamespaceIdShape, ['a-B_9', 'x'.repeat(2048)], ['', 'a:b', 'x'.repeat(2049)]],
  ['package in the fleet index', PackageNameInIndexShape, ['a-B_9'], ['a.b']],
])('the name of a %s has a length and letters', (_what, shape, good, bad) => {
  expect(good.flatMap(name => problems(shape, name))).toEqual([]);
  expect(bad.filter(name => problems(shape, name).length === 0)).toEqual([]);
});
