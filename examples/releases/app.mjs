// @ts-check
// Releases from CI: `npx cdk deploy --app "node examples/releases/app.mjs" -c release=1.7.0 -c objectVersion=...`.
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  DefaultPackageVersion,
  PackageArtifact,
  PackageVersionRetention,
  PackageVersionStatus,
  SoftwarePackage,
} from 'cdk-versioned-artifacts';

const app = new App();
const release = app.node.getContext('release');
const objectVersion = app.node.getContext('objectVersion');
const stack = new Stack(app, 'EngineEcu');
const files = Bucket.fromBucketName(stack, 'Files', 'firmware-releases');

const firmware = new SoftwarePackage(stack, 'Firmware', { packageName: 'engine-ecu' });
const version = firmware.addVersion(`V${release}`, {
  versionName: release,
  artifact: PackageArtifact.fromBucket(files, `engine-ecu-${release}.bin`, objectVersion),
  status: PackageVersionStatus.PUBLISHED,
});
new DefaultPackageVersion(stack, 'Default', { version });
new PackageVersionRetention(stack, 'Keep', { softwarePackage: firmware, rules: { keepLatest: 5 } });
