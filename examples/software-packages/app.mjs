// @ts-check
// Three releases of a product's firmware: `npx cdk deploy -c release=1`, then 2, then 3.
import { URL, fileURLToPath } from 'node:url';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  DefaultPackageVersion,
  PackageArtifact,
  PackageVersionStatus,
  SoftwarePackage,
  SoftwarePackageVersion,
  VersionRemoval,
} from 'cdk-versioned-artifacts';

const app = new App();
const release = Number(app.node.tryGetContext('release') ?? 1);
const stack = new Stack(app, 'SoftwarePackages', { description: 'Firmware of a brake controller' });

const firmware = new SoftwarePackage(stack, 'Firmware', {
  packageName: 'brake-ecu',
  description: 'Brake controller firmware',
  removalPolicy: RemovalPolicy.DESTROY,
});

if (release === 1) {
  // the first release ships 1.0.0 to everybody who uses the default version.
  designate(published('1.0.0', { signing: 'ed25519' }));
} else if (release === 2) {
  // 2.0.0 takes its place, and 1.0.0 is deleted with its construct.
  designate(published('2.0.0', { signing: 'ed25519' }));
} else {
  // the attributes of a published version are frozen: this deployment fails and is rolled back.
  designate(published('2.0.0', { signing: 'none' }));
}

/**
 * @param {string} versionName
 * @param {Record<string, string>} attributes
 */
function published(versionName, attributes) {
  return new SoftwarePackageVersion(stack, `V${versionName}`, {
    softwarePackage: firmware,
    versionName,
    attributes,
    artifact: PackageArtifact.fromAsset(fileURLToPath(new URL(`firmware/${versionName}.bin`, import.meta.url))),
    status: PackageVersionStatus.PUBLISHED,
    // by default, a version stays when its construct is removed.
    removal: VersionRemoval.DELETE,
  });
}

/** @param {SoftwarePackageVersion} version */
function designate(version) {
  new DefaultPackageVersion(stack, 'DefaultVersion', { version });
}
