import { type Stack } from 'aws-cdk-lib';
import {
  DefaultPackageVersion,
  PackageVersionRetention,
  type PackageVersionRetentionProps,
  PackageVersionStatus,
  SoftwarePackage,
  SweepTrigger,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { type World } from './world';

const { PUBLISHED } = PackageVersionStatus;

export const PACKAGE = 'brake-ecu';

/** A package with published versions, the last of which is the default. */
export const firmware =
  (versions: readonly string[], { removal = VersionRemoval.DELETE } = {}) =>
  (stack: Stack): void => {
    const softwarePackage = new SoftwarePackage(stack, 'Firmware', { packageName: PACKAGE });
    for (const versionName of versions) {
      const version = softwarePackage.addVersion(`V${versionName}`, { versionName, status: PUBLISHED, removal });
      if (versionName === versions.at(-1)) new DefaultPackageVersion(stack, 'Default', { version });
    }
  };

/** The same with a retention. */
export const retained =
  (versions: readonly string[], props: Partial<PackageVersionRetentionProps> = {}) =>
  (stack: Stack): void => {
    firmware(versions)(stack);
    new PackageVersionRetention(stack, 'Keep', {
      softwarePackage: SoftwarePackage.fromPackageName(stack, 'Imported', PACKAGE),
      rules: { keepLatest: 2 },
      requestsPerSecond: 200,
      triggers: [SweepTrigger.afterDeployment()],
      ...props,
    });
  };

/** Publishes versions that no stack owns. */
export async function seed(world: World, ...names: string[]): Promise<void> {
  for (const name of names) await world.aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
}

export const versionsIn = ({ aws }: World): string[] => Object.keys(aws.iot.describe(PACKAGE)?.versions ?? {}).sort();
