import { Lazy, Names, type RemovalPolicy } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { type Removal } from '../../contract/cloudformation';
import {
  PACKAGE_NAME,
  type SoftwarePackageProperties,
  SoftwarePackageResourceType,
  checkDescription,
  checkPackageName,
  checkTags,
} from '../../contract/iot';
import { MAX_USER_TAGS_ON_PACKAGE } from '../../contract/ownership';
import { TaggedArtifactResource } from '../core/artifact-resource';
import { removalOf } from '../core/removal';
import { refuseSecond } from '../core/unique';
import { validate } from '../core/validation';
import { ArtifactProvider } from '../provider/artifact-provider';
import { allowPackage } from './permissions';
import { SoftwarePackageBase, importPackageByArn, importPackageByName } from './software-package-base';
import { type ISoftwarePackage } from './software-package-interfaces';

/** Properties of a `SoftwarePackage`. */
export interface SoftwarePackageProps {
  /**
   * The name of the package: 1 to 128 letters, digits, `-`, `_` and `.`. Another name is another package.
   *
   * @default - a name made from the construct's path
   */
  readonly packageName?: string;

  /**
   * What the package is: up to 1,024 printable characters, without line breaks.
   *
   * @default - no description
   */
  readonly description?: string;

  /**
   * Whether to take over a package of this name that exists and belongs to nobody or to another stack.
   *
   * @default false - the deployment fails where such a package exists
   */
  readonly adoptExisting?: boolean;

  /**
   * What becomes of the package when its construct goes: `RETAIN` or `DESTROY`. `DESTROY` refuses while the package has
   * versions that the stack does not own.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Any text. A change has the package's properties applied again, where somebody's hand has changed them.
   *
   * @default - applied when a property changes
   */
  readonly salt?: string;
}

/**
 * A software package of AWS IoT Device Management: what versions are versions of.
 *
 * Tags come from the CDK's own `Tags`. Fleet indexing must be enabled in the account and region.
 */
export class SoftwarePackage extends SoftwarePackageBase {
  /**
   * Imports a package of this account and region by its name.
   *
   * @param scope the parent construct
   * @param id the construct id
   * @param packageName the package's name
   */
  public static fromPackageName(scope: Construct, id: string, packageName: string): ISoftwarePackage {
    return importPackageByName(scope, id, packageName);
  }

  /**
   * Imports a package by its ARN.
   *
   * @param scope the parent construct
   * @param id the construct id
   * @param packageArn the package's ARN
   */
  public static fromPackageArn(scope: Construct, id: string, packageArn: string): ISoftwarePackage {
    return importPackageByArn(scope, id, packageArn);
  }

  public readonly packageName: string;
  public readonly packageArn: string;

  /**
   * The name without a reference to the resource.
   *
   * @internal
   */
  public readonly _declaredName: string;

  private removal: Removal = 'RETAIN';

  constructor(scope: Construct, id: string, props: SoftwarePackageProps = {}) {
    super(scope, id, { physicalName: props.packageName });
    this._declaredName =
      props.packageName ?? Names.uniqueResourceName(this, { maxLength: PACKAGE_NAME.max, separator: '-' });
    validate(this, this._declaredName, checkPackageName);
    validate(this, props.description, checkDescription);
    refuseSecond(this, `software package ${this._declaredName}`, 'package', this._declaredName);

    const provider = ArtifactProvider.iot(this);
    allowPackage(provider, this._declaredName);
    const properties: SoftwarePackageProperties = {
      PackageName: this._declaredName,
      Description: props.description,
      AdoptExisting: props.adoptExisting || undefined,
      Removal: Lazy.string({ produce: () => (this.removal === 'RETAIN' ? undefined : this.removal) }) as Removal,
      Salt: props.salt,
    };
    const resource = new TaggedArtifactResource(this, {
      provider,
      type: SoftwarePackageResourceType.PACKAGE,
      properties,
      onRemovalPolicy: policy => {
        this.removal = removalOf(this, policy);
      },
    });
    this.node.addValidation({
      validate: () => {
        const problem = checkTags(resource.tagProperties(), MAX_USER_TAGS_ON_PACKAGE);
        return problem ? [problem] : [];
      },
    });
    if (props.removalPolicy) this.applyRemovalPolicy(props.removalPolicy);

    this.packageName = this.getResourceNameAttribute(resource.getAtt('PackageName').toString());
    this.packageArn = this.getResourceArnAttribute(resource.getAtt('PackageArn').toString(), {
      service: 'iot',
      resource: 'package',
      resourceName: this.physicalName,
    });
  }

  /**
   * What becomes of the package, as set so far.
   *
   * @internal
   */
  public get _removal(): Removal {
    return this.removal;
  }
}
