import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { DEFAULT_POINTER_TAGS as KEYS, TAG_PREFIX } from '../../../contract/ownership';
import { type Reply, Stack } from './stack';

const DEFAULT = SoftwarePackageResourceType.DEFAULT_VERSION;
const PACKAGE = 'brake-ecu';

let aws: LocalAws;
let stack: Stack;

beforeEach(async () => {
  aws = await LocalAws.start();
  await aws.iot.createPackage(PACKAGE);
  for (const name of ['1.0.0', '2.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
  stack = new Stack(aws);
});
afterEach(() => aws.stop());

const to = (VersionName: string, more: object = {}) => ({ PackageName: PACKAGE, VersionName, ...more });
const pointer = () => aws.iot.describe(PACKAGE)?.defaultVersionName;
const memory = () => Object.keys(aws.iot.describe(PACKAGE)?.tags ?? {}).filter(key => key.startsWith(TAG_PREFIX));
const byHand = (defaultVersionName: string) =>
  aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName });
const succeeded = (reply: Reply): Reply => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply;
};
const designated = async (version: string, logicalId = 'D', by = stack, more: object = {}) =>
  succeeded(await by.create(DEFAULT, logicalId, to(version, more))).PhysicalResourceId;

describe('Create', () => {
  test('designates, and remembers by whom', async () => {
    const id = await designated('1.0.0');
    expect(pointer()).toBe('1.0.0');
    expect(aws.iot.describe(PACKAGE)?.tags).toMatchObject({ [KEYS.version]: '1.0.0', [KEYS.stack]: stack.stackId });
    expect(id).toMatch(/^brake-ecu\/\$default@[0-9a-f]{16}$/);
  });

  test.each([
    ['TagResource', 'before'],
    ['TagResource', 'after'],
    ['UpdatePackage', 'before'],
    ['UpdatePackage', 'after'],
  ] as const)(
    'cut off at %s (%s it took effect) and delivered again ends in the same state',
    async (operation, cut) => {
      aws.faults.inject({ service: 'iot', operation, trouble: { cut } });
      expect((await stack.create(DEFAULT, 'D', to('1.0.0'))).Status).toBe('FAILED');
      await designated('1.0.0');
      expect(pointer()).toBe('1.0.0');
    },
  );

  test('refuses a pointer that somebody’s hand has set, naming it; adopts it when told to', async () => {
    await byHand('1.0.0');
    const reply = await stack.create(DEFAULT, 'D', to('2.0.0'));
    expect(reply.Reason).toContain(
      'a default version of software package brake-ecu (1.0.0) exists already and belongs to no stack',
    );
    expect(pointer()).toBe('1.0.0');
    await designated('2.0.0', 'D', stack, { AdoptExisting: 'true' });
    expect(pointer()).toBe('2.0.0');
  });

  test('refuses another stack’s pointer, and the Delete that follows leaves it alone', async () => {
    const other = new Stack(aws, 'other');
    await designated('1.0.0', 'D', other);
    const reply = await stack.create(DEFAULT, 'D', to('2.0.0'));
    expect(reply.Reason).toContain(other.stackId);
    succeeded(await stack.delete(DEFAULT, 'D', reply.PhysicalResourceId, to('2.0.0')));
    expect(pointer()).toBe('1.0.0');
  });

  test('says why a draft cannot be the default', async () => {
    await aws.iot.createVersion(PACKAGE, '3.0.0');
    const reply = await stack.create(DEFAULT, 'D', to('3.0.0'));
    expect(reply.Reason).toMatch(
      /version 3\.0\.0 cannot be the default of software package brake-ecu: .*create it, or give it status PUBLISHED/,
    );
  });
});

describe('Update', () => {
  test('moves the pointer', async () => {
    const id = await designated('1.0.0');
    expect(succeeded(await stack.update(DEFAULT, 'D', { id, properties: to('2.0.0') })).PhysicalResourceId).toBe(id);
    expect(pointer()).toBe('2.0.0');
  });

  test('of nothing makes no write call', async () => {
    const id = await designated('1.0.0');
    const calls = await stack.callsOf(() => stack.update(DEFAULT, 'D', { id, properties: to('1.0.0', { Salt: '2' }) }));
    expect(calls).toEqual(['GetPackage', 'ListTagsForResource']);
  });

  test('with a new salt undoes what somebody’s hand has moved', async () => {
    const id = await designated('1.0.0');
    await byHand('2.0.0');
    succeeded(await stack.update(DEFAULT, 'D', { id, properties: to('1.0.0', { Salt: '2' }) }));
    expect(pointer()).toBe('1.0.0');
  });

  test('in a rollback to a version that is gone leaves the pointer, and succeeds', async () => {
    const id = await designated('1.0.0');
    succeeded(await stack.update(DEFAULT, 'D', { id, properties: to('2.0.0') }));
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
    await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () => {
      succeeded(await stack.update(DEFAULT, 'D', { id, properties: to('1.0.0') }));
    });
    expect(pointer()).toBe('2.0.0');
  });
});

describe('Update that moves to another package', () => {
  const elsewhere = (more: object = {}) => ({ PackageName: 'engine-ecu', VersionName: '1.0.0', ...more });
  const engine = () => aws.iot.describe('engine-ecu');
  beforeEach(() => aws.iot.createPackage('engine-ecu'));

  test('designates there; the clean-up takes back what was designated here', async () => {
    const old = await designated('1.0.0');
    await aws.iot.createVersion('engine-ecu', '1.0.0', { status: 'PUBLISHED' });
    const { PhysicalResourceId: id } = succeeded(
      await stack.update(DEFAULT, 'D', { id: old, properties: elsewhere(), old: to('1.0.0') }),
    );
    expect(id).not.toBe(old);
    succeeded(await stack.delete(DEFAULT, 'D', old, to('1.0.0')));
    expect(pointer()).toBeUndefined();
    expect(engine()?.defaultVersionName).toBe('1.0.0');
  });

  test.each([
    ['without a default', {}],
    ['with one of its own', { isDefault: true }],
  ])('and fails leaves nothing on that package, %s', async (_what, more) => {
    const old = await designated('1.0.0');
    await aws.iot.createVersion('engine-ecu', '0.9.0', { status: 'PUBLISHED', ...more });
    await aws.iot.createVersion('engine-ecu', '1.0.0');
    const before = engine();
    const reply = await stack.update(DEFAULT, 'D', {
      id: old,
      properties: elsewhere({ AdoptExisting: 'true' }),
      old: to('1.0.0'),
    });
    expect(reply).toMatchObject({ Status: 'FAILED', PhysicalResourceId: old });
    expect(engine()).toEqual(before);
  });
});

describe('Delete', () => {
  test('takes the designation back, and forgets', async () => {
    const id = await designated('1.0.0');
    succeeded(await stack.delete(DEFAULT, 'D', id, to('1.0.0')));
    expect(pointer()).toBeUndefined();
    expect(memory()).toEqual([]);
  });

  test('leaves a pointer that somebody’s hand has moved', async () => {
    const id = await designated('1.0.0');
    await byHand('2.0.0');
    succeeded(await stack.delete(DEFAULT, 'D', id, to('1.0.0')));
    expect(pointer()).toBe('2.0.0');
    expect(memory()).toEqual([]);
  });

  test('under RETAIN leaves the pointer to nobody; the same stack name and logical id may have it again', async () => {
    const retained = to('1.0.0', { Removal: 'RETAIN' });
    const id = await designated('1.0.0');
    succeeded(await stack.during('DELETE_IN_PROGRESS', () => stack.delete(DEFAULT, 'D', id, retained)));
    expect(pointer()).toBe('1.0.0');
    expect(memory()).toEqual([KEYS.releasedBy]);
    expect((await new Stack(aws, 'other').create(DEFAULT, 'D', to('2.0.0'))).Status).toBe('FAILED');
    await designated('2.0.0', 'D', new Stack(aws, stack.name, 'another-life'));
    expect(pointer()).toBe('2.0.0');
  });

  test('in a rollback takes the designation back, under RETAIN too', async () => {
    const id = await designated('1.0.0');
    const retained = to('1.0.0', { Removal: 'RETAIN' });
    await stack.during('ROLLBACK_IN_PROGRESS', async () => succeeded(await stack.delete(DEFAULT, 'D', id, retained)));
    expect(pointer()).toBeUndefined();
    expect(memory()).toEqual([]);
  });

  test('of a missing package is a success', async () => {
    succeeded(
      await stack.delete(DEFAULT, 'D', 'gone/$default@0123456789abcdef', { PackageName: 'gone', VersionName: '1' }),
    );
  });

  test('in a rollback restores the pointer that was adopted', async () => {
    await byHand('1.0.0');
    const id = await designated('2.0.0', 'D', stack, { AdoptExisting: 'true' });
    await stack.during('ROLLBACK_IN_PROGRESS', async () =>
      succeeded(await stack.delete(DEFAULT, 'D', id, to('2.0.0'))),
    );
    expect(pointer()).toBe('1.0.0');
    expect(memory()).toEqual([]);
  });
});

describe('a rename within the stack', () => {
  let old: string;
  let id: string;
  beforeEach(async () => {
    old = await designated('1.0.0', 'Old');
    id = await designated('2.0.0', 'New');
  });

  test('that succeeds: the former owner’s Delete leaves the pointer', async () => {
    succeeded(await stack.delete(DEFAULT, 'Old', old, to('1.0.0')));
    expect(pointer()).toBe('2.0.0');
    succeeded(await stack.delete(DEFAULT, 'New', id, to('2.0.0')));
    expect(pointer()).toBeUndefined();
    expect(memory()).toEqual([]);
  });

  test('that fails: the pointer is back where it was, and the former owner’s again', async () => {
    await stack.during('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', () =>
      stack.delete(DEFAULT, 'New', id, to('2.0.0')),
    );
    expect(pointer()).toBe('1.0.0');
    succeeded(await stack.delete(DEFAULT, 'Old', old, to('1.0.0')));
    expect(pointer()).toBeUndefined();
    expect(memory()).toEqual([]);
  });

  test.each(['UpdatePackage', 'TagResource', 'UntagResource'])(
    'that fails, and is cut off after %s, ends the same when delivered again',
    async operation => {
      aws.faults.inject({ service: 'iot', operation, trouble: { cut: 'after' } });
      const undo = () =>
        stack.during('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', () =>
          stack.delete(DEFAULT, 'New', id, to('2.0.0')),
        );
      expect((await undo()).Status).toBe('FAILED');
      succeeded(await undo());
      expect(pointer()).toBe('1.0.0');
      succeeded(await stack.delete(DEFAULT, 'Old', old, to('1.0.0')));
      expect(pointer()).toBeUndefined();
    },
  );
});
