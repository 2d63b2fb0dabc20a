import { NestedStack, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { throttling } from 'cdk-versioned-artifacts-local';
import { type Construct } from 'constructs';
import {
  DefaultPackageVersion,
  PackageSbom,
  PackageVersionStatus,
  SoftwarePackage,
  type SoftwarePackageVersion,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { sampled } from '../../testing/sample';
import { Fleet } from './fleet';
import { createJob } from './sweep-fleet';

const PACKAGE = 'brake-ecu';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.start();
});
afterEach(() => fleet.stop());

const release =
  (...names: string[]) =>
  (scope: Construct, packageName = PACKAGE): void => {
    const softwarePackage = new SoftwarePackage(scope, 'Firmware', {
      packageName,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const versions = names.map(versionName =>
      softwarePackage.addVersion(`V${versionName}`, {
        versionName,
        status: PackageVersionStatus.PUBLISHED,
        removal: VersionRemoval.DELETE,
      }),
    );
    new DefaultPackageVersion(scope, 'Default', { version: versions[versions.length - 1] as SoftwarePackageVersion });
  };
const held = () => fleet.aws.iot.describe(PACKAGE);

type Moment = readonly [operation: string, kill: 'before' | 'after'];

describe('a function that is killed', () => {
  const deploying: readonly Moment[] = [
    ['CreatePackage', 'before'],
    ['CreatePackage', 'after'],
    ['CreatePackageVersion', 'before'],
    ['CreatePackageVersion', 'after'],
    ['UpdatePackageVersion', 'before'],
    ['UpdatePackageVersion', 'after'],
    ['GetPackageVersion', 'after'],
    ['TagResource', 'before'],
    ['TagResource', 'after'],
    ['UpdatePackage', 'before'],
    ['UpdatePackage', 'after'],
  ];
  test.each(sampled(deploying, 3))(
    'at %s (%s it took effect) is run again, and the deployment succeeds',
    async (operation, kill) => {
      const fault = fleet.aws.faults.inject({ service: 'iot', operation, trouble: { kill } });
      expect(await fleet.deploy(release('1.0.0'))).toMatchObject({ status: 'CREATE_COMPLETE' });
      expect(fault.hits).toBe(1);
      expect(held()).toMatchObject({ defaultVersionName: '1.0.0', versions: { '1.0.0': { status: 'PUBLISHED' } } });
    },
  );

  const deleting: readonly Moment[] = [
    ['DeletePackageVersion', 'before'],
    ['DeletePackageVersion', 'after'],
    ['UntagResource', 'after'],
    ['DeletePackage', 'after'],
  ];
  test.each(sampled(deleting, 3))(
    'at %s (%s it took effect) is run again, and the stack goes',
    async (operation, kill) => {
      await fleet.deploy(release('1.0.0'));
      const fault = fleet.aws.faults.inject({ service: 'iot', operation, trouble: { kill } });
      expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
      expect(fault.hits).toBe(1);
      expect(fleet.aws.iot.packages).toEqual([]);
    },
  );
});

test('throttled calls are repeated until they are admitted', async () => {
  const fault = fleet.aws.faults.inject({
    service: 'iot',
    operation: 'CreatePackageVersion',
    trouble: { error: throttling() },
    times: 4,
  });
  expect(await fleet.deploy(release('1.0.0', '2.0.0'))).toMatchObject({ status: 'CREATE_COMPLETE' });
  expect(fault.hits).toBe(4);
});

test('twenty versions at ten calls a second for each operation are all shipped', async () => {
  for (const operation of ['CreatePackageVersion', 'UpdatePackageVersion', 'GetPackageVersion']) {
    fleet.aws.throttle({ service: 'iot', operation, perSecond: 10 });
  }
  const names = Array.from({ length: 20 }, (_, n) => `${n}.0.0`);
  expect(await fleet.deploy(release(...names))).toMatchObject({ status: 'CREATE_COMPLETE' });
  expect(Object.keys(held()?.versions ?? {})).toHaveLength(20);
}, 60_000);

test('a whole life needs every permission of the role, and no other', async () => {
  // what a version that is to be deleted is held against.
  fleet.aws.iot.devices.add(['car-1']);
  await createJob(fleet.aws, 'ota', ['car-1']);
  const bucket = 'software-bills';
  await fleet.aws.call('s3', 'CreateBucket', { Bucket: bucket });
  await fleet.aws.call('s3', 'PutObject', { Bucket: bucket, Key: 'sbom.zip', Body: Buffer.from('zip') });
  fleet.aws.iot.behavior.lookUpObjects = false;
  const life =
    (withSbom: string, ...names: string[]) =>
    (stack: Stack) => {
      const softwarePackage = new SoftwarePackage(stack, 'Firmware', {
        packageName: PACKAGE,
        removalPolicy: RemovalPolicy.DESTROY,
      });
      const sbom = PackageSbom.fromBucket(Bucket.fromBucketName(stack, 'Bills', bucket), 'sbom.zip', 'v1');
      const versions = names.map(versionName =>
        softwarePackage.addVersion(`V${versionName}`, {
          versionName,
          status: PackageVersionStatus.PUBLISHED,
          removal: versionName === '3.0.0' ? VersionRemoval.RETAIN : VersionRemoval.DELETE,
          ...(withSbom === versionName && { sbom, waitForSbomValidation: true }),
        }),
      );
      new DefaultPackageVersion(stack, 'Default', { version: versions[versions.length - 1] });
    };
  await fleet.deploy(life('1.0.0', '1.0.0', '2.0.0'));
  await fleet.deploy(life('2.0.0', '2.0.0', '1.0.0'));
  fleet.aws.iot.behavior.sbomValidation = () => [{ fileName: 'a.json', validationResult: 'FAILED' }];
  expect(await fleet.deploy(life('3.0.0', '2.0.0', '1.0.0', '3.0.0'))).toMatchObject({
    status: 'UPDATE_ROLLBACK_COMPLETE',
  });
  const [{ Arn }] = [...fleet.aws.iam.roles.values()];
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  const calls = fleet.aws.calls.filter({ principal: Arn as `arn:${string}` });
  expect(calls.filter(({ status }) => status === 403)).toEqual([]);
  expect(fleet.aws.iam.unusedStatements(Arn)).toEqual([]);
});

test('in a nested stack, the rollback of the root is the nested stack’s as well', async () => {
  const nested =
    (...names: string[]) =>
    (stack: Stack) =>
      release(...names)(new NestedStack(stack, 'Nested'));
  expect(await fleet.deploy(nested('1.0.0'))).toMatchObject({ status: 'CREATE_COMPLETE' });
  expect(await fleet.deploy(nested('2.0.0'), { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
  expect(held()).toMatchObject({ defaultVersionName: '1.0.0', versions: { '1.0.0': { status: 'PUBLISHED' } } });
  expect(Object.keys(held()?.versions ?? {})).toEqual(['1.0.0']);
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  expect(fleet.aws.iot.packages).toEqual([]);
});
