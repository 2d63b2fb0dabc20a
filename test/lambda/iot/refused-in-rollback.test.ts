/** K7: what AWS IoT refuses in a rollback stays, is said and counted, and keeps nothing else from being undone. */
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import {
  PACKAGE,
  aws,
  cancel,
  held,
  pointer,
  published,
  refused,
  settled,
  shown,
  stack,
  succeeded,
  tagged,
  trouble,
} from './cancellations';

const LIMIT = trouble('LimitExceededException', 410);
const sbom = (Key: string) => ({ Bucket: 'artifacts', Key });

const [before, after] = [
  published('1.0.0', { Description: 'a', Sbom: sbom('a.zip'), ...tagged({ team: 'a' }) }),
  published('1.0.0', { Description: 'b', Sbom: sbom('b.zip'), ...tagged({ team: 'b' }), Status: 'DEPRECATED' }),
];

/** What an update has changed, and a rollback undoes. */
const shownOf = () => {
  const { description, sbom: bill, status, tags } = held()!;
  return { description, sbom: Object(bill).s3Location?.key, status, team: tags.team };
};
const AS_BEFORE = { description: 'a', sbom: 'a.zip', status: 'PUBLISHED', team: 'a' };
const AS_AFTER = { description: 'b', sbom: 'b.zip', status: 'DEPRECATED', team: 'b' };

/** An update that has changed a resource fails. */
const failed = async (type: string, [first, second]: readonly [object, object]) => {
  const id = succeeded(await stack.create(type, 'R', first));
  await settled();
  succeeded(await stack.update(type, 'R', { id, properties: second, old: first }));
  await cancel('R', 'UPDATE', id);
  return () => stack.update(type, 'R', { id, properties: first, old: second });
};

const counted = () => stack.logs.filter(line => 'Refused' in line).length;

beforeEach(() => {
  Object.assign(aws.iot.behavior, { lookUpObjects: false, sbomWithoutVersion: 'taken' });
});

describe('the reverse Update of a version', () => {
  test.each<[string, object, Partial<typeof AS_AFTER>]>([
    ['TagResource', LIMIT, { team: 'b' }],
    [
      'UpdatePackageVersion',
      { match: ({ description }: { description?: string }) => description },
      { description: 'b' },
    ],
    ['AssociateSbomWithPackageVersion', {}, { sbom: 'b.zip' }],
    ['UpdatePackageVersion', { match: ({ action }: { action?: string }) => action }, { status: 'DEPRECATED' }],
  ])('undoes what is left where %s is refused', async (operation, how, stays) => {
    const undo = await failed(Type.VERSION, [before, after]);
    expect(shownOf()).toEqual(AS_AFTER);
    refused(operation, how);
    succeeded(await undo());
    expect(shownOf()).toEqual({ ...AS_BEFORE, ...stays });
    expect(counted()).toBe(1);
  });

  test('of which the service says that it has failed goes on', async () => {
    const undo = await failed(Type.VERSION, [before, after]);
    aws.iot.behavior.errorReason = () => 'no luck';
    succeeded(await undo());
    expect(shownOf()).toEqual({ ...AS_BEFORE, description: 'b', status: 'DEPRECATED' });
    expect(stack.logs).toContainEqual(expect.objectContaining({ message: expect.stringContaining('no luck') }));
  });

  test('goes on without its SBOM where there is no room for it in time', async () => {
    const undo = await failed(Type.VERSION, [before, after]);
    aws.iot.behavior.maxSbomValidations = 0;
    succeeded(await undo());
    expect(shownOf()).toEqual({ ...AS_BEFORE, sbom: 'b.zip' });
  });

  test('in a deployment stops at what is refused', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'R', before));
    refused('AssociateSbomWithPackageVersion');
    const reply = await stack.update(Type.VERSION, 'R', { id, properties: after, old: before });
    expect(reply).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('no way') });
    expect(held()?.status).toBe('PUBLISHED');
  });
});

describe.each(['LimitExceededException', 'ResourceNotFoundException'])('%s for a tag', code => {
  const tagless = (how: object = {}) => refused('TagResource', { ...trouble(code, 410), ...how });

  test('does not keep a rollback from describing a package as before', async () => {
    const own = { PackageName: 'own', Removal: 'DELETE' };
    const undo = await failed(Type.PACKAGE, [
      { ...own, Description: 'a', ...tagged({ team: 'a' }) },
      { ...own, Description: 'b', ...tagged({ team: 'b' }) },
    ]);
    tagless();
    succeeded(await undo());
    expect(aws.iot.describe('own')).toMatchObject({ description: 'a', tags: { team: 'b' } });
  });

  test('does not keep a rollback from showing the former default', async () => {
    for (const name of ['0.1.0', '0.2.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    const undo = await failed(Type.DEFAULT_VERSION, [pointer('0.1.0'), pointer('0.2.0')]);
    tagless();
    succeeded(await undo());
    expect(shown()).toBe('0.1.0');
  });

  test('fails no rollback that gives back what an Update had adopted under the same id', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'R', published()));
    await settled();
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const adopting = published('1.0.0', { AdoptExisting: true });
    succeeded(await stack.update(Type.VERSION, 'R', { id, properties: adopting, old: published() }));
    await cancel('R', 'UPDATE', id);
    refused('UntagResource', trouble(code, 410));
    succeeded(await stack.update(Type.VERSION, 'R', { id, properties: published(), old: adopting }));
    expect(counted()).toBe(1);
  });

  test('fails no rollback that takes an adoption back, but a Delete', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const adopting = published('1.0.0', { AdoptExisting: true, Removal: 'RETAIN' });
    const id = succeeded(await stack.create(Type.VERSION, 'R', adopting));
    await settled();
    for (const operation of ['TagResource', 'UntagResource']) refused(operation, trouble(code, 410));
    stack.status = 'DELETE_IN_PROGRESS';
    const reply = await stack.delete(Type.VERSION, 'R', id, adopting);
    expect(reply).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(`^${code}: no way`) });
    stack.status = 'ROLLBACK_IN_PROGRESS';
    succeeded(await stack.delete(Type.VERSION, 'R', id, adopting));
  });
});

test('a Delete does not fail because of what is refused once', async () => {
  const kept = published('1.0.0', { Removal: 'RETAIN' });
  const id = succeeded(await stack.create(Type.VERSION, 'R', kept));
  await settled();
  stack.status = 'DELETE_IN_PROGRESS';
  refused('UntagResource', { times: 1 });
  succeeded(await stack.delete(Type.VERSION, 'R', id, kept));
  expect(Object.keys(held()?.tags ?? {})).toEqual([ARTIFACT_TAGS.releasedBy]);
});

test('what is made again in a rollback, and is refused, stays away', async () => {
  const [first, second] = [
    { PackageName: 'own', Description: 'a' },
    { PackageName: 'own', Description: 'b' },
  ];
  const undo = await failed(Type.PACKAGE, [first, second]);
  await aws.iot.byHand('DeletePackage', { packageName: 'own' });
  aws.iot.behavior.maxPackages = 1;
  succeeded(await undo());
  expect(aws.iot.packages).toEqual([PACKAGE]);
  expect(counted()).toBe(1);
  expect(held()?.tags ?? {}).not.toHaveProperty([ARTIFACT_TAGS.owner]);
});
