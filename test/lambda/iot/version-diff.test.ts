import { type SoftwarePackageVersionProperties } from '../../../contract/iot';
import { type HeldVersion } from '../../../lambda/iot/gateway';
import {
  type VersionDiff,
  contentOf,
  diffVersion,
  isDiff,
  sameLocation,
  writtenBy,
} from '../../../lambda/iot/version-diff';

const wanted = (more: Partial<SoftwarePackageVersionProperties> = {}): SoftwarePackageVersionProperties => ({
  PackageName: 'brake-ecu',
  VersionName: '1.0.0',
  ...more,
});
const held = (more: Partial<HeldVersion> = {}): HeldVersion => ({ $metadata: {}, status: 'DRAFT', ...more });
const nothing: VersionDiff = { content: {}, actions: [], sbom: undefined, impossible: [], leftovers: [] };

const s3 = { Bucket: 'b', Key: 'k', Version: 'v1' };
const heldS3 = { s3Location: { bucket: 'b', key: 'k', version: 'v1' } };

describe('what differs is sent, and nothing else', () => {
  const full = wanted({
    Description: 'd',
    Attributes: { a: '1' },
    Artifact: s3,
    Recipe: '{}',
    Sbom: s3,
    Status: 'PUBLISHED',
  });
  const fullHeld = held({
    status: 'PUBLISHED',
    description: 'd',
    attributes: { a: '1' },
    artifact: heldS3,
    recipe: '{}',
    sbom: heldS3,
  });

  test.each<[string, SoftwarePackageVersionProperties, HeldVersion, Partial<VersionDiff>]>([
    ['nothing where all is equal', full, fullHeld, {}],
    ['nothing for an empty draft', wanted(), held(), {}],
    ['a description', { ...full, Description: 'new' }, fullHeld, { content: { description: 'new' } }],
    ['a recipe, though published', { ...full, Recipe: '{"a":1}' }, fullHeld, { content: { recipe: '{"a":1}' } }],
    [
      'another SBOM',
      { ...full, Sbom: { ...s3, Version: 'v2' } },
      fullHeld,
      { sbom: { associate: { ...s3, Version: 'v2' } } },
    ],
    ['an SBOM where there was none', full, { ...fullHeld, sbom: undefined }, { sbom: { associate: s3 } }],
    ['no SBOM any more', { ...full, Sbom: undefined }, fullHeld, { sbom: 'disassociate' }],
    [
      'attributes of a draft',
      wanted({ Attributes: { a: '2' } }),
      held({ attributes: { a: '1' } }),
      { content: { attributes: { a: '2' } } },
    ],
    ['no attributes any more, of a draft', wanted(), held({ attributes: { a: '1' } }), { content: { attributes: {} } }],
    [
      'the artifact of a draft',
      wanted({ Artifact: { Bucket: 'b', Key: 'new' } }),
      held({ artifact: heldS3 }),
      { content: { artifact: { s3Location: { bucket: 'b', key: 'new', version: undefined } } } },
    ],
    [
      'nothing for an artifact whose version is left open',
      wanted({ Artifact: { Bucket: 'b', Key: 'k' } }),
      held({ artifact: heldS3 }),
      {},
    ],
    ['the step to published', wanted({ Status: 'PUBLISHED' }), held(), { actions: ['PUBLISH'] }],
    ['both steps to deprecated', wanted({ Status: 'DEPRECATED' }), held(), { actions: ['PUBLISH', 'DEPRECATE'] }],
    [
      'the way back from deprecated',
      wanted({ Status: 'PUBLISHED' }),
      held({ status: 'DEPRECATED' }),
      { actions: ['PUBLISH'] },
    ],
  ])('%s', (_what, want, have, expected) => {
    expect(diffVersion(want, have, { adopted: false })).toEqual({ ...nothing, ...expected });
  });
});

describe('what publishing has frozen is impossible', () => {
  test.each<[string, Partial<SoftwarePackageVersionProperties>, Partial<HeldVersion>, string]>([
    ['other attributes, named without their values', { Attributes: { key: 'secret' } }, {}, 'attributes (key)'],
    [
      'several attributes, in order',
      { Attributes: { z: '1', a: '1', same: '1' } },
      { attributes: { m: '1', same: '1' } },
      'attributes (a, m, z)',
    ],
    [
      'another artifact',
      { Artifact: { ...s3, Version: 'v2' } },
      { artifact: heldS3 },
      'artifact (s3://b/k?versionId=v1 to s3://b/k?versionId=v2)',
    ],
    [
      'an artifact of another object, though its version is looked up',
      { Artifact: { ...s3, Key: 'new', ResolveVersion: true } },
      { artifact: heldS3 },
      'artifact (s3://b/k?versionId=v1 to s3://b/new?versionId=v1)',
    ],
    ['an artifact where there was none', { Artifact: s3 }, {}, 'artifact (none to s3://b/k?versionId=v1)'],
    ['no artifact any more', {}, { artifact: heldS3 }, 'artifact (removed)'],
    ['draft again', { Status: 'DRAFT' }, {}, 'status (PUBLISHED to DRAFT)'],
  ])('%s', (_what, want, have, expected) => {
    const diff = diffVersion(wanted({ Status: 'PUBLISHED', ...want }), held({ status: 'PUBLISHED', ...have }), {
      adopted: false,
    });
    expect(diff).toEqual({ ...nothing, impossible: [expected] });
  });
});

test('what the service cannot clear is said to stay', () => {
  const diff = diffVersion(wanted(), held({ description: 'd', recipe: '{}', artifact: heldS3 }), { adopted: false });
  expect(diff).toEqual({ ...nothing, leftovers: ['description', 'recipe', 'artifact (removed)'] });
});

test('of an adopted version, what the template leaves open stays', () => {
  const have = held({
    status: 'DEPRECATED',
    description: 'd',
    recipe: '{}',
    attributes: { a: '1' },
    artifact: heldS3,
    sbom: heldS3,
  });
  expect(diffVersion(wanted(), have, { adopted: true })).toEqual(nothing);
  const previous = wanted({ Status: 'DEPRECATED', Description: 'd', Sbom: s3 });
  const leftovers = ['description', 'sbom', 'status'];
  expect(diffVersion(wanted(), have, { adopted: true, previous })).toEqual({ ...nothing, leftovers });
});

test('the same bytes uploaded again are no change of a published artifact whose version is looked up', () => {
  const again = wanted({ Status: 'PUBLISHED', Artifact: { ...s3, Version: 'v2', ResolveVersion: true } });
  const have = held({ status: 'PUBLISHED', artifact: heldS3 });
  expect(diffVersion(again, have, { adopted: false })).toEqual(nothing);
});

test.each<[string, VersionDiff, boolean]>([
  ['nothing', nothing, false],
  ['what is impossible or stays', { ...nothing, impossible: ['status'], leftovers: ['recipe'] }, false],
  ['content', { ...nothing, content: { recipe: '{}' } }, true],
  ['a step', { ...nothing, actions: ['PUBLISH'] }, true],
  ['an SBOM', { ...nothing, sbom: 'disassociate' }, true],
])('whether there is something to write: %s', (_what, diff, expected) => {
  expect(isDiff(diff)).toBe(expected);
});

test('a version is created with what the template has, and nothing else', () => {
  expect(contentOf(wanted())).toEqual({});
  const full = { Description: 'd', Attributes: { a: '1' }, Artifact: s3, Recipe: '{}' };
  expect(contentOf(wanted(full))).toEqual({
    description: 'd',
    attributes: { a: '1' },
    artifact: heldS3,
    recipe: '{}',
  });
});

test.each([
  ['none', undefined, false],
  ['the same', heldS3.s3Location, true],
  ['another bucket', { ...heldS3.s3Location, bucket: 'other' }, false],
  ['another key', { ...heldS3.s3Location, key: 'other' }, false],
  ['another version', { ...heldS3.s3Location, version: 'other' }, false],
])('a place is %s', (_what, place, expected) => {
  expect(sameLocation(s3, place)).toBe(expected);
});

describe('of a change, what replaces something that an event has written is left:', () => {
  const event = wanted({ Description: 'event', Recipe: 'event', Attributes: { by: 'event' }, Artifact: s3 });
  const asWritten = held({ description: 'event', recipe: 'event', attributes: { by: 'event' }, artifact: heldS3 });
  const change = { description: 'a', recipe: 'a', attributes: { by: 'a' }, artifact: { s3Location: { bucket: 'a' } } };

  test.each<[string, HeldVersion, object]>([
    ['everything, if nobody has changed it since', asWritten, change],
    ['not the description', { ...asWritten, description: 'hand' }, { ...change, description: undefined }],
    ['not the recipe', { ...asWritten, recipe: 'hand' }, { ...change, recipe: undefined }],
    ['not the attributes', { ...asWritten, attributes: { by: 'hand' } }, { ...change, attributes: undefined }],
    ['not the artifact', { ...asWritten, artifact: undefined }, { ...change, artifact: undefined }],
  ])('%s', (_what, now, expected) => {
    expect({ ...writtenBy(event, now, change) }).toEqual(expected);
  });

  test('nothing that the change does not have', () => {
    expect(writtenBy(event, asWritten, {})).toStrictEqual({});
  });

  test('what the event left open, except an artifact', () => {
    expect(writtenBy(wanted(), held(), change)).toEqual({ ...change, artifact: undefined });
  });
});
