import { Lazy, Resource } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { type Removal } from '../../contract/cloudformation';
import { type DefaultPackageVersionProperties, SoftwarePackageResourceType } from '../../contract/iot';
import { ArtifactResource, dependOnResourceOf } from '../core/artifact-resource';
import { removalOf } from '../core/removal';
import { invalid } from '../core/validation';
import { ArtifactProvider } from '../provider/artifact-provider';
import { declaredPackageName, declaredVersionName, samePackage } from './declared-name';
import { PackageVersionStatus } from './enums';
import { allowDefault } from './permissions';
import { type ISoftwarePackage, type ISoftwarePackageVersion } from './software-package-interfaces';

/** Properties of a `DefaultPackageVersion`. */
export interface DefaultPackageVersionProps {
  /** The version that becomes its package's default. It must be published or deprecated. */
  readonly version: ISoftwarePackageVersion;

  /**
   * Whether to take over the designation from another stack, or from nobody where somebody's hand has made it.
   *
   * @default false - the deployment fails where the package has a default that this stack has not designated
   */
  readonly adoptExisting?: boolean;

  /**
   * Any text. A change has the default designated again, where somebody's hand has moved it.
   *
   * @default - designated when the version changes
   */
  readonly salt?: string;
}

/**
 * Designates the default version of a software package: what `$default` stands for in the destination of a job. A
 * package has one at most.
 *
 * When the construct goes, the designation is taken back, unless somebody has moved it meanwhile. Under
 * `applyRemovalPolicy(RemovalPolicy.RETAIN)` it stays, and no longer belongs to the stack.
 */
export class DefaultPackageVersion extends Resource {
  /** The version that is the default. */
  public readonly version: ISoftwarePackageVersion;

  /** The package whose default it is. */
  public readonly softwarePackage: ISoftwarePackage;

  private removal: Removal = 'DELETE';

  constructor(scope: Construct, id: string, props: DefaultPackageVersionProps) {
    super(scope, id);
    this.version = props.version;
    this.softwarePackage = props.version.softwarePackage;
    this.refuseDraft();
    this.refuseSecond();

    const provider = ArtifactProvider.iot(this);
    const packageName = declaredPackageName(this.softwarePackage);
    allowDefault(provider, packageName);
    const properties: DefaultPackageVersionProperties = {
      PackageName: packageName,
      VersionName: declaredVersionName(props.version),
      Removal: Lazy.string({ produce: () => (this.removal === 'DELETE' ? undefined : this.removal) }) as Removal,
      AdoptExisting: props.adoptExisting || undefined,
      Salt: props.salt,
    };
    const resource = new ArtifactResource(this, {
      provider,
      type: SoftwarePackageResourceType.DEFAULT_VERSION,
      properties,
      onRemovalPolicy: policy => {
        this.removal = removalOf(this, policy);
      },
    });
    dependOnResourceOf(resource, this.softwarePackage);
    dependOnResourceOf(resource, props.version);
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

  private refuseSecond(): void {
    const other = this.node.root.node
      .findAll()
      .find(
        construct =>
          construct !== this &&
          construct instanceof DefaultPackageVersion &&
          samePackage(construct.softwarePackage, this.softwarePackage),
      );
    if (other) {
      throw invalid(
        this,
        `a package has one default version, got a second DefaultPackageVersion of ${declaredPackageName(this.softwarePackage)} ` +
          `beside ${other.node.path}: keep one of the two`,
      );
    }
  }
}
