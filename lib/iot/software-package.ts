import { Fn, type IResource, Names, type RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type Construct } from 'constructs';
import { type Removal } from '../../contract/cloudformation';
import {
  PACKAGE_NAME,
  PackageNameShape,
  PackageShape,
  type SoftwarePackageProperties,
  SoftwarePackageResourceType,
} from '../../contract/iot';
import { quote } from '../../contract/shape';
import { FLAG, GRANTEE, requireArgument, requireKinds, text } from '../core/arguments';
import { Declared } from '../core/declared';
import { RemovalProperty } from '../core/removal';
import { arnOrPlaceholder, validate } from '../core/validation';
import { type ArtifactResource, TaggedArtifactResource } from '../provider/artifact-resource';
import { adoptionPermissions, packageArn, packagePermissions } from './permissions';
import { IotArtifactProvider } from './provider';
// eslint-disable-next-line import-x/no-cycle -- packages make versions, and versions import packages: in methods alone.
import { SoftwarePackageVersion } from './software-package-version';
import { type SoftwarePackageVersionOptions } from './software-package-version-props';

/** A software package of AWS IoT Device Management, defined here or imported. */
export interface ISoftwarePackage extends IResource {
  /**
   * The name of the package.
   *
   * @attribute
   */
  readonly packageName: string;

  /**
   * The ARN of the package.
   *
   * @attribute
   */
  readonly packageArn: string;

  /**
   * Defines a version of this package.
   *
   * @param id the version's construct id
   * @param props the version
   */
  addVersion(id: string, props: SoftwarePackageVersionOptions): SoftwarePackageVersion;

  /**
   * Grants actions on the package itself, not on its versions.
   *
   * @param grantee who gets the permissions
   * @param actions actions such as `iot:GetPackage`
   */
  grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant;

  /**
   * Lets somebody read the package and all of its versions. AWS IoT has no resource-level permission for listing
   * versions, so the grant covers listing those of every package.
   *
   * @param grantee who gets the permissions
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;

  /**
   * Lets somebody, such as a build pipeline, create, change and publish versions of the package. It also needs
   * `s3:GetObjectVersion` on the artifacts.
   *
   * @param grantee who gets the permissions
   */
  grantPublish(grantee: iam.IGrantable): iam.Grant;
}

/** Properties of a `SoftwarePackage`. */
export interface SoftwarePackageProps {
  /**
   * The name of the package: 1 to 128 letters, digits, `-`, `_` and `.`. A different name is a different package.
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
   * Whether to take over an existing package of this name that belongs to nobody or to another stack.
   *
   * @default false - the deployment fails if such a package exists
   */
  readonly adoptExisting?: boolean;

  /**
   * What happens to the package when its construct is removed: `RETAIN` or `DESTROY`. `DESTROY` fails while the package
   * has versions that the stack does not own.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Any text. If you change it, the package's properties are applied again in case somebody has changed them by hand.
   *
   * @default - applied when a property changes
   */
  readonly salt?: string;
}

/**
 * The base of defined and imported packages.
 *
 * @internal
 */
abstract class SoftwarePackageBase extends Resource implements ISoftwarePackage {
  public abstract readonly packageName: string;
  public abstract readonly packageArn: string;

  public addVersion(id: string, props: SoftwarePackageVersionOptions): SoftwarePackageVersion {
    return new SoftwarePackageVersion(this, id, { ...props, softwarePackage: this });
  }

  public grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    requireArgument('a grant', grantee, GRANTEE);
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.packageArn] });
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'iot:GetPackage')
      .combine(this.grantOnVersions(grantee, 'iot:GetPackageVersion'))
      .combine(grantOnAll(grantee, 'iot:ListPackageVersions'));
  }

  public grantPublish(grantee: iam.IGrantable): iam.Grant {
    return this.grantOnVersions(
      grantee,
      'iot:CreatePackageVersion',
      'iot:GetPackageVersion',
      'iot:UpdatePackageVersion',
    ).combine(grantOnAll(grantee, 'iot:GetIndexingConfiguration'));
  }

  private grantOnVersions(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    requireArgument('a grant', grantee, GRANTEE);
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.packageArn, `${this.packageArn}/version/*`],
    });
  }
}

/** For actions without resource-level permission. */
function grantOnAll(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
  return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: ['*'] });
}

/**
 * A software package of AWS IoT Device Management, which has versions.
 *
 * Tags come from the CDK's own `Tags`. Fleet indexing must be enabled in the account and region.
 *
 * @example
 * import { PackageVersionStatus, SoftwarePackage } from 'cdk-versioned-artifacts';
 *
 * const firmware = new SoftwarePackage(this, 'Firmware', { packageName: 'brake-ecu' });
 * firmware.addVersion('V1', { versionName: '1.0.0', status: PackageVersionStatus.PUBLISHED });
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

  private readonly removal: RemovalProperty;

  constructor(scope: Construct, id: string, props: SoftwarePackageProps = {}) {
    super(scope, id, { physicalName: props.packageName });
    requireKinds(this, props, { adoptExisting: FLAG });
    this._declaredName =
      props.packageName ?? Names.uniqueResourceName(this, { maxLength: PACKAGE_NAME.max, separator: '-' });
    declaredPackages.refuseSecond(this, `software package ${this._declaredName}`, [this._declaredName]);

    this.removal = new RemovalProperty(this, 'RETAIN');
    const provider = IotArtifactProvider.of(this);
    provider._allow(...packagePermissions(this.stack, this._declaredName));
    if (props.adoptExisting) provider._allow(...adoptionPermissions(this.stack));
    const properties: SoftwarePackageProperties = {
      PackageName: this._declaredName,
      Description: props.description,
      AdoptExisting: props.adoptExisting || undefined,
      Salt: props.salt,
    };
    const resource = new TaggedArtifactResource(this, {
      provider,
      type: SoftwarePackageResourceType.PACKAGE,
      shape: PackageShape,
      properties,
      removal: this.removal,
    });
    if (props.removalPolicy) this.applyRemovalPolicy(props.removalPolicy);

    this.packageName = this.getResourceNameAttribute(resource.getAtt('PackageName').toString());
    this.packageArn = this.getResourceArnAttribute(resource.getAtt('PackageArn').toString(), {
      service: 'iot',
      resource: 'package',
      resourceName: this.physicalName,
    });
  }

  public override applyRemovalPolicy(policy: RemovalPolicy): void {
    (this.node.defaultChild as ArtifactResource).setRemovalPolicy(policy);
  }

  /**
   * What happens to the package when its construct is removed, as set so far.
   *
   * @internal
   */
  public get _removal(): Removal {
    return this.removal.value;
  }
}

const declaredPackages = new Declared<SoftwarePackage>();

class ImportedSoftwarePackage extends SoftwarePackageBase {
  constructor(
    scope: Construct,
    id: string,
    public readonly packageName: string,
    public readonly packageArn: string,
  ) {
    super(scope, id, { environmentFromArn: packageArn });
    validate(this, PackageNameShape, packageName);
  }
}

export function importPackageByName(scope: Construct, id: string, packageName: string): ISoftwarePackage {
  return new ImportedSoftwarePackage(scope, id, packageName, packageArn(Stack.of(scope), packageName));
}

const ARN_FORM = 'arn:aws:iot:REGION:ACCOUNT:package/NAME';

export function importPackageByArn(scope: Construct, id: string, givenArn: string): ISoftwarePackage {
  requireArgument('the import of a software package', givenArn, text('its ARN', ARN_FORM));
  const arn = arnOrPlaceholder(givenArn, packageArn(Stack.of(scope), 'name'));
  if (!Token.isUnresolved(arn) && !/^arn:[^:]+:iot:[^:]*:[^:]*:package\/[^/]+$/.test(arn)) {
    throw new Error(`the ARN of a software package must have the form ${ARN_FORM}, got ${quote(givenArn)}`);
  }
  return new ImportedSoftwarePackage(scope, id, Fn.select(1, Fn.split('/', arn)), arn);
}
