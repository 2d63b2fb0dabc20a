import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import {
  DefaultPackageVersion,
  type ISoftwarePackage,
  PackageVersionStatus,
  SoftwarePackage,
  SoftwarePackageVersion,
  type SoftwarePackageVersionOptions,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { TAG_PREFIX } from '../../contract/ownership';
import { Fleet } from './fleet';

const PACKAGE = 'brake-ecu';
const { PUBLISHED, DRAFT } = PackageVersionStatus;

let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.start();
});
afterEach(() => fleet.stop());

const firmware = (stack: Stack, id = 'Firmware') =>
  new SoftwarePackage(stack, id, { packageName: PACKAGE, removalPolicy: RemovalPolicy.DESTROY });
const version = (
  softwarePackage: ISoftwarePackage & { stack: Stack },
  versionName: string,
  options: Partial<SoftwarePackageVersionOptions> & { id?: string } = {},
) => {
  const { id = `V${versionName}`, ...rest } = options;
  return new SoftwarePackageVersion(softwarePackage.stack, id, {
    softwarePackage,
    versionName,
    status: PUBLISHED,
    removal: VersionRemoval.DELETE,
    ...rest,
  });
};

const held = () => fleet.aws.iot.describe(PACKAGE);
const versions = () =>
  Object.fromEntries(Object.entries(held()?.versions ?? {}).map(([name, { status }]) => [name, status]));
const ownerOf = (name: string) => held()?.versions[name]?.tags[`${TAG_PREFIX}owner`];
const byHand = (operation: string, input: object) => fleet.aws.iot.byHand(operation, input);

describe('releases, one after the other', () => {
  test('1.0.0 is shipped and default, 2.0.0 takes its place, a destroyed stack leaves nothing', async () => {
    const release = (name: string) => (stack: Stack) => {
      const v = version(firmware(stack), name);
      new DefaultPackageVersion(stack, 'Default', { version: v });
    };
    expect(await fleet.deploy(release('1.0.0'))).toMatchObject({ status: 'CREATE_COMPLETE' });
    expect(held()).toMatchObject({ defaultVersionName: '1.0.0' });
    expect(await fleet.deploy(release('2.0.0'))).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect(held()).toMatchObject({ defaultVersionName: '2.0.0' });
    expect(versions()).toEqual({ '2.0.0': 'PUBLISHED' });
    expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(fleet.aws.iot.packages).toEqual([]);
  });

  test('a new versionName replaces the version; when the release fails, the old one is still there and default', async () => {
    const release = (name: string) => (stack: Stack) => {
      const v = version(firmware(stack), name, { id: 'V' });
      new DefaultPackageVersion(stack, 'Default', { version: v });
    };
    await fleet.deploy(release('1.0.0'));
    expect(await fleet.deploy(release('2.0.0'), { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(held()).toMatchObject({ defaultVersionName: '1.0.0' });
    expect(versions()).toEqual({ '1.0.0': 'PUBLISHED' });
    await fleet.deploy(release('2.0.0'));
    expect(versions()).toEqual({ '2.0.0': 'PUBLISHED' });
  });

  test('attributes of a published version cannot change: the release fails, says why, and rolls back', async () => {
    const release = (signing: string) => (stack: Stack) => {
      const v = version(firmware(stack), '1.0.0', { attributes: { signing } });
      new DefaultPackageVersion(stack, 'Default', { version: v });
    };
    await fleet.deploy(release('rsa'));
    const before = held();
    const outcome = await fleet.deploy(release('ed25519'));
    expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(outcome.failures.join()).toContain(
      'cannot change attributes (signing). Ship the change under a new versionName',
    );
    expect(held()).toEqual(before);
  });

  test('publish and fail: the version stays published, since nothing unpublishes, and the rollback succeeds', async () => {
    const release = (status: PackageVersionStatus) => (stack: Stack) =>
      void version(firmware(stack), '1.0.0', { status });
    await fleet.deploy(release(DRAFT));
    expect(await fleet.deploy(release(PUBLISHED), { fails: true })).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
    });
    expect(versions()).toEqual({ '1.0.0': 'PUBLISHED' });
    expect(fleet.log).toContain('the rollback cannot undo this: it stays');
    expect(await fleet.deploy(release(PUBLISHED))).toMatchObject({ status: 'UPDATE_COMPLETE' });
  });

  test.each([VersionRemoval.DELETE, VersionRemoval.DEPRECATE, VersionRemoval.RETAIN])(
    'a first deployment that fails leaves nothing under %s, and can be repeated',
    async removal => {
      const release = (stack: Stack) => {
        const v = version(firmware(stack), '1.0.0', { removal });
        new DefaultPackageVersion(stack, 'Default', { version: v });
      };
      expect(await fleet.deploy(release, { fails: true })).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
      expect(fleet.aws.iot.packages).toEqual([]);
      expect(await fleet.deploy(release)).toMatchObject({ status: 'CREATE_COMPLETE' });
      expect(held()).toMatchObject({ defaultVersionName: '1.0.0' });
    },
  );

  test('a retained version survives its stack, and the next life of the stack has it again', async () => {
    const release = (stack: Stack) =>
      void version(new SoftwarePackage(stack, 'Firmware', { packageName: PACKAGE }), '1.0.0', {
        removal: VersionRemoval.RETAIN,
      });
    await fleet.deploy(release);
    await fleet.destroy();
    expect(versions()).toEqual({ '1.0.0': 'PUBLISHED' });
    expect(ownerOf('1.0.0')).toBeUndefined();
    expect(await fleet.deploy(release)).toMatchObject({ status: 'CREATE_COMPLETE' });
    expect(ownerOf('1.0.0')).toBeDefined();
  });
});

describe('a construct that is renamed', () => {
  const release = (name: string) => (stack: Stack) => {
    const v = version(firmware(stack, `${name}Firmware`), '1.0.0', { id: `${name}Version` });
    new DefaultPackageVersion(stack, `${name}Default`, { version: v });
  };

  test('keeps its package, version and default', async () => {
    await fleet.deploy(release('Old'));
    const former = ownerOf('1.0.0');
    expect(await fleet.deploy(release('New'))).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect(held()).toMatchObject({ defaultVersionName: '1.0.0' });
    expect(ownerOf('1.0.0')).not.toBe(former);
    expect(JSON.stringify(held())).not.toContain('former-owner');
    await fleet.destroy();
    expect(fleet.aws.iot.packages).toEqual([]);
  });

  test('keeps them when the deployment fails, and the former owner can still remove them', async () => {
    await fleet.deploy(release('Old'));
    const before = held();
    expect(await fleet.deploy(release('New'), { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(held()).toEqual(before);
    await fleet.destroy();
    expect(fleet.aws.iot.packages).toEqual([]);
  });

  test('with another default: the pointer moves, and moves back when the deployment fails', async () => {
    const designate = (name: string, to: string) => (stack: Stack) => {
      const softwarePackage = firmware(stack);
      const all = ['1.0.0', '2.0.0'].map(each => version(softwarePackage, each));
      const chosen = all.find(each => each.node.id === `V${to}`) as SoftwarePackageVersion;
      new DefaultPackageVersion(stack, name, { version: chosen });
    };
    await fleet.deploy(designate('Old', '1.0.0'));
    const before = held();
    await fleet.deploy(designate('New', '2.0.0'), { fails: true });
    expect(held()).toEqual(before);
    await fleet.deploy(designate('New', '2.0.0'));
    expect(held()).toMatchObject({ defaultVersionName: '2.0.0' });
  });
});

describe('what somebody else has made', () => {
  const release = (how: { adoptExisting: boolean; removal?: VersionRemoval }) => (stack: Stack) =>
    void version(SoftwarePackage.fromPackageName(stack, 'Imported', PACKAGE) as never, '1.0.0', how);
  beforeEach(async () => {
    await fleet.aws.iot.createPackage(PACKAGE);
    await fleet.aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED', attributes: { a: '1' } });
  });

  test('is refused, and untouched by the failed deployment', async () => {
    const before = held();
    const outcome = await fleet.deploy(release({ adoptExisting: false }));
    expect(outcome.status).toBe('ROLLBACK_COMPLETE');
    expect(outcome.failures.join()).toContain('set adoptExisting: true to take it over');
    expect(held()).toEqual(before);
  });

  test('adopt and fail: it is given back untouched', async () => {
    const before = held();
    expect(await fleet.deploy(release({ adoptExisting: true }), { fails: true })).toMatchObject({
      status: 'ROLLBACK_COMPLETE',
    });
    expect(held()).toEqual(before);
  });

  test('adopt in an update and fail: the restored policy lets it be given back, published or deprecated as it was', async () => {
    // another stack's, deprecated.
    await byHand('UpdatePackageVersion', { packageName: PACKAGE, versionName: '1.0.0', action: 'DEPRECATE' });
    const arn = `arn:aws:iot:us-east-1:111111111111:package/${PACKAGE}`;
    const tags = [
      { Key: `${TAG_PREFIX}owner`, Value: '0123456789abcdef' },
      { Key: `${TAG_PREFIX}stack`, Value: 'arn:aws:cloudformation:us-east-1:111111111111:stack/Other/1' },
    ];
    await byHand('TagResource', { resourceArn: `${arn}/version/1.0.0`, tags });
    const others = (stack: Stack) => void new SoftwarePackage(stack, 'Engine', { packageName: 'engine-ecu' });
    await fleet.deploy(others);
    const before = held();

    const both = (stack: Stack) => {
      others(stack);
      release({ adoptExisting: true })(stack);
    };
    expect(await fleet.deploy(both, { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    const { tags: after, ...rest } = held()?.versions['1.0.0'] ?? {};
    const { tags: expected, ...former } = before?.versions['1.0.0'] ?? {};
    expect(rest).toEqual(former);
    expect(after).toMatchObject(expected ?? {});
  });

  test('once adopted it goes with the stack', async () => {
    expect(await fleet.deploy(release({ adoptExisting: true, removal: VersionRemoval.DELETE }))).toMatchObject({
      status: 'CREATE_COMPLETE',
    });
    await fleet.destroy();
    expect(versions()).toEqual({});
  });
});

describe('an operator’s hand on the default', () => {
  const release =
    (names: string[], salt?: string) =>
    (stack: Stack): void => {
      const softwarePackage = firmware(stack);
      const all = names.map(name => version(softwarePackage, name));
      new DefaultPackageVersion(stack, 'Default', { version: all[all.length - 1], salt });
    };
  beforeEach(async () => {
    await fleet.deploy(release(['1.0.0', '2.0.0']));
    await byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
  });

  test('keeps the version in the clean-up of a living stack, which logs the refusal', async () => {
    // the pointer is on 1.0.0 by hand, so removing 1.0.0 must not undesignate it.
    const outcome = await fleet.deploy(release(['2.0.0']));
    expect(outcome.status).toBe('UPDATE_COMPLETE');
    expect(held()).toMatchObject({ defaultVersionName: '1.0.0' });
    expect(versions()).toHaveProperty(['1.0.0']);
    expect(fleet.log).toContain('version 1.0.0 is the default of software package brake-ecu');
    expect(fleet.log).toContain('"Refused":1');
  });

  test('is undone by another salt', async () => {
    await fleet.deploy(release(['1.0.0', '2.0.0'], 'again'));
    expect(held()).toMatchObject({ defaultVersionName: '2.0.0' });
  });

  test('does not keep a stack from being destroyed', async () => {
    expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(fleet.aws.iot.packages).toEqual([]);
  });
});

test('a package with versions of others refuses to be destroyed, naming them', async () => {
  await fleet.deploy(stack => void version(firmware(stack), '1.0.0'));
  await fleet.aws.iot.createVersion(PACKAGE, '9.9.9');
  const outcome = await fleet.destroy();
  expect(outcome.status).toBe('DELETE_FAILED');
  expect(outcome.failures.join()).toContain('brake-ecu still has versions that this stack does not remove: 9.9.9');
  await byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '9.9.9' });
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
});
