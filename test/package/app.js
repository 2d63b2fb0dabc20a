// An app as a user of the npm package writes it. Prints its templates.
const { App, Stack } = require('aws-cdk-lib');
const {
  DefaultPackageVersion,
  PackageArtifact,
  PackageVersionStatus,
  SoftwarePackage,
} = require('cdk-versioned-artifacts');

const app = new App();
const stack = new Stack(app, 'Firmware');
const firmware = new SoftwarePackage(stack, 'Package', { packageName: 'brake-ecu' });
const version = firmware.addVersion('V1', {
  versionName: '1.0.0',
  artifact: PackageArtifact.fromAsset(__filename),
  status: PackageVersionStatus.PUBLISHED,
});
new DefaultPackageVersion(stack, 'DefaultVersion', { version });

console.log(JSON.stringify(app.synth().getStackByName('Firmware').template));
