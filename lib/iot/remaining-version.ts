import { Annotations } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { type Removal } from '../../contract/cloudformation';
import { type RemovalProperty } from '../core/removal';
import { type PackageArtifactConfig } from './package-artifact';
import { type ISoftwarePackage } from './software-package';

type Version = IConstruct & { readonly softwarePackage: ISoftwarePackage };

interface Staying {
  readonly removal: RemovalProperty;
  readonly artifact?: PackageArtifactConfig;
}

/** Warns at synth, when nothing can be set any more, of what does not stay as long as the version does. */
export function warnOfRemaining(version: Version, { removal, artifact }: Staying): void {
  const warn = (): string[] => {
    if (removal.value === 'DELETE') return [];
    const warnings = Annotations.of(version);
    const stays = `the version stays when its construct is removed (removal ${removal.value})`;
    if (artifact?.staged) {
      warnings.addWarningV2(
        'cdk-versioned-artifacts:stagedArtifactOutlivesStack',
        `${stays}, but its artifact is a CDK asset, which the garbage collection of assets can then delete: keep the file ` +
          'in your own bucket (PackageArtifact.fromBucket)',
      );
    }
    if ((version.softwarePackage as { _removal?: Removal })._removal === 'DELETE') {
      warnings.addWarningV2(
        'cdk-versioned-artifacts:packageOfRemainingVersion',
        `${stays}, but its package is to be destroyed, which AWS IoT refuses while the package has versions: give the version ` +
          'VersionRemoval.DELETE, or the package RemovalPolicy.RETAIN',
      );
    }
    return [];
  };
  version.node.addValidation({ validate: warn });
}
