import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, OWNER_KEY } from '../../../contract/ownership';
import { actionsOf } from '../../src/plan/actions';
import { type Write } from '../../src/plan/journal';
import { type PlannedEvent } from '../../src/plan/rehearsal';

type Request = PlannedEvent['request'];

const ending = (writes: readonly Write[]) => ({ writes, physicalId: 'any', data: {}, lines: [] });

const actions = (writes: readonly Write[], request: Request = 'Update', type = 'Custom::IoTSoftwarePackageVersion') =>
  actionsOf({ request, type }, ending(writes));

const write = (operation: string, input: object = {}): Write => ({ operation, input: { ...input } });

const tag = (...keys: readonly string[]) => write('TagResource', { tags: keys.map(Key => ({ Key, Value: 'any' })) });

/** The record of a schema version. */
const record = (...fields: readonly string[]) => {
  const MetadataValue = [1, ...fields.map(field => `${field}=any`)].join('.');
  return write('PutSchemaVersionMetadata', { MetadataKeyValue: { MetadataKey: OWNER_KEY, MetadataValue } });
};

const { owner, releasedBy, formerOwner, adoptedFrom } = ARTIFACT_TAGS;

test.each<[string, Write, readonly string[]]>([
  ['a package', write('CreatePackage'), ['create']],
  ['a version', write('CreatePackageVersion'), ['create']],
  ['a schema version', write('RegisterSchemaVersion'), ['create']],
  ['a package that goes', write('DeletePackage'), ['delete']],
  ['a version that goes', write('DeletePackageVersion'), ['delete']],
  ['schema versions that go', write('DeleteSchemaVersions'), ['delete']],
  ['a service version that goes', write('DeleteServerVersion'), ['delete']],
  ['content', write('UpdatePackageVersion', { description: 'any' }), ['update']],
  ['PUBLISH', write('UpdatePackageVersion', { action: 'PUBLISH' }), ['publish']],
  ['DEPRECATE', write('UpdatePackageVersion', { action: 'DEPRECATE' }), ['deprecate']],
  ['a description', write('UpdatePackage', { description: 'any' }), ['update']],
  ['a default', write('UpdatePackage', { defaultVersionName: '1.0.0' }), ['move']],
  ['no default', write('UpdatePackage', { unsetDefaultVersion: true }), ['undesignate']],
  ['a bill of materials', write('AssociateSbomWithPackageVersion'), ['update']],
  ['no bill of materials', write('DisassociateSbomFromPackageVersion'), ['update']],
  ['a checkpoint', write('UpdateSchema'), ['unchanged']],
  ['a tag of the user’s', tag('team'), ['update']],
  ['tags of the user’s and own ones', tag('team', releasedBy.replace(/[^:]+$/, 'any')), ['update']],
  ['own tags that say nothing of the owner', tag(owner.replace(/owner$/, 'any')), ['unchanged']],
  ['an owner', tag(owner), ['unchanged']],
  ['an owner after another', tag(owner, formerOwner), ['take over']],
  ['an owner of what was there', tag(owner, adoptedFrom), ['adopt']],
  ['an owner of what was let go', tag(owner, adoptedFrom, releasedBy), ['reclaim']],
  ['a release', tag(releasedBy), ['give up']],
  ['the owner of a default', tag(DEFAULT_POINTER_TAGS.owner, DEFAULT_POINTER_TAGS.formerOwner), ['take over']],
  ['the release of a default', tag(DEFAULT_POINTER_TAGS.releasedBy), ['give up']],
  [
    'metadata of the user’s',
    write('PutSchemaVersionMetadata', { MetadataKeyValue: { MetadataKey: 'team', MetadataValue: 'any' } }),
    ['update'],
  ],
  ['the owner of a schema version', record('owner', 'stack'), ['unchanged']],
  ['an owner of a schema version after another', record('owner', 'stack', 'former'), ['take over']],
  ['the release of a schema version', record('released'), ['give up']],
  ['no owner', write('UntagResource', { tagKeys: ['team', owner] }), ['give up']],
  ['no owner of a default', write('UntagResource', { tagKeys: [DEFAULT_POINTER_TAGS.owner] }), ['give up']],
  ['no former owner', write('UntagResource', { tagKeys: [formerOwner] }), ['unchanged']],
  ['no tag of the user’s', write('UntagResource', { tagKeys: [formerOwner, 'team'] }), ['update']],
])('a write is told as what it does: %s', (_, each, expected) => {
  expect(actions([each])).toEqual(expected);
});

test('an owner that is there again at the end of its successor is given back to', () => {
  expect(actions([tag(owner, formerOwner)], 'Delete')).toEqual(['give back']);
});

test('each action is told once, in its order', () => {
  const publish = write('UpdatePackageVersion', { action: 'PUBLISH' });
  expect(actions([publish, tag('team'), publish])).toEqual(['publish', 'update']);
});

test('what is made needs no further update, and what is deleted no farewell', () => {
  expect(actions([write('CreatePackageVersion'), tag('team')])).toEqual(['create']);
  const farewell = [write('UpdatePackage', { unsetDefaultVersion: true }), tag(releasedBy)];
  expect(actions(farewell, 'Delete')).toEqual(['undesignate', 'give up']);
  expect(actions([...farewell, write('DeletePackageVersion')], 'Delete')).toEqual(['delete']);
});

test('where nothing is written, the request tells what happens', () => {
  expect(actions([])).toEqual(['unchanged']);
  expect(actions([], 'Delete')).toEqual(['leave']);
  expect(actions([], 'Create', 'Custom::WeChatCloudBaseServiceVersion')).toEqual(['verify']);
});
