import { App, Stack, Tags } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import {
  DefaultPackageVersion,
  JobRecipe,
  PackageArtifact,
  PackageVersionStatus,
  SoftwarePackage,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { type Resource, resources } from './app';

function declare(context?: Record<string, unknown>): Record<string, Resource> {
  const stack = new Stack(new App({ context }), 'Stack');
  const bucket = Bucket.fromBucketName(stack, 'Bucket', 'firmware');
  const firmware = new SoftwarePackage(stack, 'Firmware', {
    packageName: 'brake-ecu',
    description: 'Brake controller firmware',
  });
  const version = firmware.addVersion('V2', {
    versionName: '2.0.0',
    attributes: { signing: 'ed25519' },
    artifact: PackageArtifact.fromBucket(bucket, 'fw-2.0.0.bin', 'x1'),
    recipe: JobRecipe.fromObject({ version: '1.0' }),
    status: PackageVersionStatus.PUBLISHED,
  });
  firmware.addVersion('V1', { versionName: '1.0.0', removal: VersionRemoval.DEPRECATE });
  new DefaultPackageVersion(stack, 'Default', { version });
  Tags.of(stack).add('team', 'chassis');

  const all = resources(stack);
  for (const { Type, Properties } of Object.values(all)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    // these differ with the handlers' code and with the version of aws-cdk-lib.
    Properties.Code.S3Key = '<hash>.zip';
    Properties.Runtime = '<newest>';
  }
  return all;
}

test('the template of a package with two versions and a default', () => {
  const all = declare();

  expect(Object.values(all).filter(({ Type }) => Type.startsWith('Custom::'))).toMatchSnapshot('artifacts');
  expect(Object.values(all).filter(({ Type }) => !Type.startsWith('Custom::'))).toMatchSnapshot('provider');
});

test('feature flags change nothing', () => {
  expect(declare(flags)).toEqual(declare());
});
