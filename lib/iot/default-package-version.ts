import { type RemovalPolicy, Resource } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import {
  type DefaultPackageVersionProperties,
  DefaultPackageVersionShape,
  SoftwarePackageResourceType,
} from '../../contract/iot';
import { FLAG, PACKAGE_VERSION, requireKinds } from '../core/arguments';
import { Declared } from '../core/declared';
import { requireEnvironmentOf } from '../core/environment';
import { RemovalProperty } from '../core/removal';
import { invalid, requireProps } from '../core/validation';
import { ArtifactResource } from '../provider/artifact-resource';
import { declaredPackageName, declaredVersionName, samePackage } from './declared-name';
import { PackageVersionStatus } from './enums';
import { defaultPermissions } from './permissions';
import { IotArtifactProvider } from './provider';
import { type ISoftwarePackage } from './software-package';
import { type ISoftwarePackageVersion } from './software-package-version';

/** Properties of a `DefaultPackageVersion`. */
export interface DefaultPackageVersionProps {
  /** The version that becomes its package's default. It must be published or deprecated. */
  readonly version: ISoftwarePackageVersion;

  /**
   * Whether to take over a default that another stack has designated, or that somebody has designated by hand.
   *
   * @default false - the deployment fails if the package has a default that this stack has not designated
   */
  readonly adoptExisting?: boolean;

  /**
   * Any text. If you change it, the default is designated again in case somebody has moved it by hand.
   *
   * @default - designated when the version changes
   */
  readonly salt?: string;
}

/**
 * Designates the default version of a software package: what `$default` stands for in the destination of a job. A
 * package has one at most.
 *
 * When the construct is removed, the package has no default any more, unless somebody has moved it meanwhile. With
 * `applyRemovalPolicy(RemovalPolicy.RETAIN)` the default stays and no longer belongs to the stack.
 *
 * @example
 * import { DefaultPackageVersion, PackageVersionStatus, SoftwarePackage } from 'cdk-versioned-artifacts';
 *
 * declare const firmware: SoftwarePackage;
 * const version = firmware.addVersion('V2', { versionName: '2.0.0', status: PackageVersionStatus.PUBLISHED });
 * new DefaultPackageVersion(this, 'Default', { version });
 */
export class DefaultPackageVersion extends Resource {
  /** The version that is the default. */
  public readonly version: ISoftwarePackageVersion;

  /** The package whose default it is. */
  public readonly softwarePackage: ISoftwarePackage;

  constructor(scope: Construct, id: string, props: DefaultPackageVersionProps) {
    super(scope, id);
    requireProps(this, props, 'version');
    requireKinds(this, props, { version: PACKAGE_VERSION, adoptExisting: FLAG });
    this.version = props.version;
    this.softwarePackage = props.version.softwarePackage;
    this.refuseDraft();
    requireEnvironmentOf(this.softwarePackage, this, 'a default version', 'its package');

    const provider = IotArtifactProvider.of(this);
    const packageName = declaredPackageName(this.softwarePackage);
    declaredDefaults.refuseSecond(
      this,
      `the default version of software package ${packageName}`,
      [packageName],
      other => samePackage(other.softwarePackage, this.softwarePackage),
    );
    declaredDefaults.add(this, packageName);
    provider._allow(...defaultPermissions(this.stack, packageName));
    const removal = new RemovalProperty(this, 'DELETE');
    const properties: DefaultPackageVersionProperties = {
      PackageName: packageName,
      VersionName: declaredVersionName(props.version),
      AdoptExisting: props.adoptExisting || undefined,
      Salt: props.salt,
    };
    new ArtifactResource(this, {
      provider,
      type: SoftwarePackageResourceType.DEFAULT_VERSION,
      shape: DefaultPackageVersionShape,
      properties,
      removal,
      after: [this.softwarePackage, props.version],
    });
  }

  public override applyRemovalPolicy(policy: RemovalPolicy): void {
    (this.node.defaultChild as ArtifactResource).setRemovalPolicy(policy);
  }

  private refuseDraft(): void {
    const { _declaredStatus } = this.version as { _declaredStatus?: PackageVersionStatus };
    if (_declaredStatus === PackageVersionStatus.DRAFT) {
      throw invalid(
        this,
        `the default version of a package must be published or deprecated, got the draft ${declaredVersionName(this.version)}: ` +
          'give it status: PackageVersionStatus.PUBLISHED',
      );
    }
  }
}

/** The defaults that an app declares, by the names of their packages. */
export const declaredDefaults = new Declared<DefaultPackageVersion>(construct => construct.node.root);
