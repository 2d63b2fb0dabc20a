import { RemovalPolicy } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { DefaultPackageVersion, PackageVersionStatus, SoftwarePackage, VersionRemoval } from 'cdk-versioned-artifacts';
import { Fleet } from './fleet';

// CloudFormation updates the provider's policy before it deletes what has left the template.
let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.start();
});
afterEach(() => fleet.stop());

const names = () => fleet.aws.iot.packages;

/** A package of the stack's own with a default version. */
const own =
  (packageName: string, id = 'Firmware') =>
  (scope: Construct) => {
    const softwarePackage = new SoftwarePackage(scope, id, { packageName, removalPolicy: RemovalPolicy.DESTROY });
    const version = softwarePackage.addVersion('V1', {
      versionName: '1.0.0',
      status: PackageVersionStatus.PUBLISHED,
      removal: VersionRemoval.DELETE,
    });
    new DefaultPackageVersion(scope, `${id}Default`, { version });
  };

/** A default version of somebody else's package. */
const imported = (packageName: string) => (scope: Construct) => {
  const softwarePackage = SoftwarePackage.fromPackageName(scope, 'Imported', packageName);
  const version = softwarePackage.addVersion('V1', {
    versionName: '1.0.0',
    status: PackageVersionStatus.PUBLISHED,
    removal: VersionRemoval.DELETE,
  });
  new DefaultPackageVersion(scope, 'Default', { version });
};

test('a package with another name replaces the old one, which goes with its versions', async () => {
  await fleet.deploy(own('brake-ecu'));

  expect(await fleet.deploy(own('engine-ecu'))).toMatchObject({ status: 'UPDATE_COMPLETE' });
  expect(names()).toEqual(['engine-ecu']);
  expect(fleet.log).not.toContain('not authorized');
});

test('a package that leaves a stack goes with its versions, and others stay', async () => {
  await fleet.deploy(scope => [own('brake-ecu')(scope), own('engine-ecu', 'Engine')(scope)]);

  expect(await fleet.deploy(own('brake-ecu'))).toMatchObject({ status: 'UPDATE_COMPLETE' });
  expect(names()).toEqual(['brake-ecu']);
});

test('a package of a failed deployment goes with its versions', async () => {
  await fleet.deploy(own('brake-ecu'));
  const both = (scope: Construct) => [own('brake-ecu')(scope), own('engine-ecu', 'Engine')(scope)];

  expect(await fleet.deploy(both, { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
  expect(names()).toEqual(['brake-ecu']);
});

test("versions of somebody else's package go when the stack turns to another one", async () => {
  for (const packageName of ['brake-ecu', 'engine-ecu']) await fleet.aws.iot.createPackage(packageName);
  await fleet.deploy(imported('brake-ecu'));

  expect(await fleet.deploy(imported('engine-ecu'))).toMatchObject({ status: 'UPDATE_COMPLETE' });
  expect(fleet.aws.iot.describe('brake-ecu')).toMatchObject({ versions: {} });
  expect(fleet.aws.iot.describe('brake-ecu')?.defaultVersionName).toBeUndefined();
  expect(fleet.aws.iot.describe('engine-ecu')).toMatchObject({ defaultVersionName: '1.0.0' });
});

test('the only version of a stack that is to be deleted goes when its deployment fails, and when it leaves the template', async () => {
  await fleet.aws.iot.createPackage('brake-ecu');
  const release =
    (...versions: [string, VersionRemoval][]) =>
    (scope: Construct) => {
      const softwarePackage = SoftwarePackage.fromPackageName(scope, 'Imported', 'brake-ecu');
      for (const [versionName, removal] of versions) softwarePackage.addVersion(versionName, { versionName, removal });
    };
  const [stays, goes] = [
    release(['1.0.0', VersionRemoval.RETAIN]),
    release(['1.0.0', VersionRemoval.RETAIN], ['2.0.0', VersionRemoval.DELETE]),
  ];
  const held = () => Object.keys(fleet.aws.iot.describe('brake-ecu')!.versions);
  await fleet.deploy(stays);

  expect(await fleet.deploy(goes, { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
  expect(held()).toEqual(['1.0.0']);
  await fleet.deploy(goes);
  expect(await fleet.deploy(stays)).toMatchObject({ status: 'UPDATE_COMPLETE' });
  expect(held()).toEqual(['1.0.0']);
  expect(fleet.log).not.toContain('not authorized');
});
