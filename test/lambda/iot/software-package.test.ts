import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { type Reply, Stack } from './stack';

const PACKAGE = SoftwarePackageResourceType.PACKAGE;

let aws: LocalAws;
let stack: Stack;

beforeEach(async () => {
  aws = await LocalAws.start();
  stack = new Stack(aws);
});
afterEach(() => aws.stop());

const named = (PackageName = 'brake-ecu', more: object = {}) => ({ PackageName, ...more });
const destroyed = { Removal: 'DELETE' };
const held = (name = 'brake-ecu') => aws.iot.describe(name);
const succeeded = (reply: Reply): Reply => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply;
};
const created = async (properties: object = named(), logicalId = 'P', by = stack) =>
  succeeded(await by.create(PACKAGE, logicalId, properties)).PhysicalResourceId;

describe('Create', () => {
  test('takes one call, and answers every attribute', async () => {
    const calls = await stack.callsOf(async () => {
      const reply = await stack.create(PACKAGE, 'P', named('brake-ecu', { Description: 'd' }));
      expect(reply.Data).toEqual({
        PackageArn: 'arn:aws:iot:us-east-1:111111111111:package/brake-ecu',
        PackageName: 'brake-ecu',
      });
    });
    expect(calls).toEqual(['CreatePackage']);
    expect(held()).toMatchObject({ description: 'd', tags: { [ARTIFACT_TAGS.stack]: stack.stackId } });
  });

  test('refuses a package that exists, and adopts it when told to', async () => {
    await aws.iot.createPackage('brake-ecu', { description: 'by hand' });
    const reply = await stack.create(PACKAGE, 'P', named());
    expect(reply.Reason).toContain('software package brake-ecu exists already and belongs to no stack');
    await created(named('brake-ecu', { AdoptExisting: 'true' }));
    expect(held()).toMatchObject({ description: 'by hand', tags: { [ARTIFACT_TAGS.stack]: stack.stackId } });
  });

  test('cut off after it took effect and delivered again ends in the same state', async () => {
    aws.faults.inject({ service: 'iot', operation: 'CreatePackage', trouble: { cut: 'after' } });
    expect((await stack.create(PACKAGE, 'P', named())).Status).toBe('FAILED');
    await created();
  });

  test('says what the service answers when the account’s quota is used up', async () => {
    aws.iot.behavior.maxPackages = 0;
    expect((await stack.create(PACKAGE, 'P', named())).Reason).toContain('ServiceQuotaExceededException');
  });
});

describe('Update', () => {
  test('of nothing makes no write call', async () => {
    const id = await created();
    const calls = await stack.callsOf(() =>
      stack.update(PACKAGE, 'P', { id, properties: named('brake-ecu', { Salt: '2' }) }),
    );
    expect(calls).toEqual(['GetPackage', 'ListTagsForResource']);
  });

  test('changes the description and the tags in place', async () => {
    const before = named('brake-ecu', { Description: 'a', Tags: [{ Key: 'x', Value: '1' }] });
    const id = await created(before);
    const after = named('brake-ecu', { Description: 'b', Tags: [{ Key: 'y', Value: '1' }] });
    expect(succeeded(await stack.update(PACKAGE, 'P', { id, properties: after, old: before })).PhysicalResourceId).toBe(
      id,
    );
    expect(held()).toMatchObject({ description: 'b', tags: { y: '1' } });
    expect(held()?.tags).not.toHaveProperty('x');
  });

  test('cannot clear a description, and says that it stays', async () => {
    const before = named('brake-ecu', { Description: 'a' });
    const id = await created(before);
    succeeded(await stack.update(PACKAGE, 'P', { id, properties: named(), old: before }));
    expect(held()?.description).toBe('a');
    expect(stack.logs).toContainEqual(expect.objectContaining({ level: 'WARN', stays: ['description'] }));
  });

  test('a new name replaces; the clean-up removes the old package alone', async () => {
    const old = await created(named('old', destroyed));
    const { PhysicalResourceId: id } = succeeded(
      await stack.update(PACKAGE, 'P', { id: old, properties: named('new', destroyed) }),
    );
    expect(id).not.toBe(old);
    succeeded(await stack.delete(PACKAGE, 'P', old, named('old', destroyed)));
    expect(aws.iot.packages).toEqual(['new']);
  });
});

test('a failed replacement gives back what it has adopted', async () => {
  const old = await created(named('old'));
  await aws.iot.createPackage('brake-ecu');
  const before = held();
  aws.faults.inject({ service: 'iot', operation: 'UpdatePackage', trouble: { cut: 'before' } });
  const adopting = named('brake-ecu', { AdoptExisting: 'true', Description: 'ours' });
  const reply = await stack.update(PACKAGE, 'P', { id: old, properties: adopting, old: named('old') });
  expect(reply).toMatchObject({ Status: 'FAILED', PhysicalResourceId: old });
  expect(held()).toEqual(before);
});

describe('Delete', () => {
  test('leaves the package to nobody by default; the same stack name and logical id may have it again', async () => {
    const id = await created();
    succeeded(await stack.during('DELETE_IN_PROGRESS', () => stack.delete(PACKAGE, 'P', id, named())));
    expect(held()?.tags).not.toHaveProperty([ARTIFACT_TAGS.owner]);
    await created(named(), 'P', new Stack(aws, stack.name, 'another-life'));
  });

  test('removes an empty package where the template says so', async () => {
    const id = await created(named('brake-ecu', destroyed));
    aws.iot.behavior.staleReads = 2;
    succeeded(await stack.delete(PACKAGE, 'P', id, named('brake-ecu', destroyed)));
    expect(aws.iot.packages).toEqual([]);
    succeeded(await stack.delete(PACKAGE, 'P', id, named('brake-ecu', destroyed)));
  });

  test('refuses while versions remain, by name, reading every page', async () => {
    const id = await created(named('brake-ecu', destroyed));
    for (let n = 0; n < 101; n++) await aws.iot.createVersion('brake-ecu', `${n}.0.0`);
    const reply = await stack.delete(PACKAGE, 'P', id, named('brake-ecu', destroyed));
    expect(reply.Status).toBe('FAILED');
    expect(reply.Reason).toMatch(
      /brake-ecu still has versions that this stack does not remove: \S+, .* and 91 more; delete them/,
    );
    expect(Object.keys(held()?.versions ?? {})).toHaveLength(101);
  });

  test('in a rollback removes what was created, under RETAIN too', async () => {
    const id = await created();
    await stack.during('ROLLBACK_IN_PROGRESS', async () => succeeded(await stack.delete(PACKAGE, 'P', id, named())));
    expect(aws.iot.packages).toEqual([]);
  });

  test('in a rollback leaves a package that has got versions meanwhile, and succeeds', async () => {
    const id = await created();
    await aws.iot.createVersion('brake-ecu', '1.0.0');
    await stack.during('ROLLBACK_IN_PROGRESS', async () => succeeded(await stack.delete(PACKAGE, 'P', id, named())));
    expect(held()?.tags).not.toHaveProperty([ARTIFACT_TAGS.owner]);
    expect(stack.logs).toContainEqual(expect.objectContaining({ Refused: 1 }));
  });

  test('in a rollback gives an adopted package back untouched', async () => {
    await aws.iot.createPackage('brake-ecu', { tags: { by: 'hand' } });
    const before = held();
    const properties = named('brake-ecu', { ...destroyed, AdoptExisting: 'true' });
    const id = await created(properties);
    await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(PACKAGE, 'P', id, properties));
    expect(held()).toEqual(before);
  });

  test('touches nothing that another stack has', async () => {
    const id = await created(named('brake-ecu', destroyed));
    await created(named('brake-ecu', { AdoptExisting: 'true' }), 'P', new Stack(aws, 'other'));
    succeeded(await stack.delete(PACKAGE, 'P', id, named('brake-ecu', destroyed)));
    expect(aws.iot.packages).toEqual(['brake-ecu']);
  });
});
