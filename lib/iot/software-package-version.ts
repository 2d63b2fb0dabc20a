import { Fn, type IResource, Lazy, type RemovalPolicy, Resource, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  PackageVersionShape,
  SoftwarePackageResourceType,
  type SoftwarePackageVersionData,
  type SoftwarePackageVersionProperties,
  VersionNameShape,
} from '../../contract/iot';
import { quote } from '../../contract/shape';
import { GRANTEE, SOFTWARE_PACKAGE, requireArgument, requireKinds, text } from '../core/arguments';
import { Declared } from '../core/declared';
import { requireEnvironmentOf } from '../core/environment';
import { RemovalProperty, VersionRemoval } from '../core/removal';
import { invalid, isUnknown, orNone, requireProps, validate } from '../core/validation';
import { type ArtifactResource, TaggedArtifactResource } from '../provider/artifact-resource';
import { declaredPackageName } from './declared-name';
import { PackageVersionStatus } from './enums';
import { type PackageArtifactConfig, allowArtifact, locationOf } from './package-artifact';
import { allowSbomToBeRead } from './package-sbom';
import { adoptionPermissions, sbomPermissions, versionPermissions } from './permissions';
import { IotArtifactProvider } from './provider';
import { warnOfRemaining } from './remaining-version';
// eslint-disable-next-line import-x/no-cycle -- packages make versions, and versions import packages: in methods alone.
import { type ISoftwarePackage, importPackageByArn } from './software-package';
import {
  KINDS,
  type SoftwarePackageVersionAttributes,
  type SoftwarePackageVersionProps,
} from './software-package-version-props';

/** A version of a software package, defined here or imported. */
export interface ISoftwarePackageVersion extends IResource {
  /** The package of the version. */
  readonly softwarePackage: ISoftwarePackage;

  /**
   * The name of the version.
   *
   * @attribute
   */
  readonly packageVersionName: string;

  /**
   * The ARN of the version: what the destination package versions of a job name.
   *
   * @attribute
   */
  readonly packageVersionArn: string;

  /**
   * A placeholder for an attribute of the version in job documents and recipes; AWS IoT replaces it when a job starts.
   *
   * @param key the attribute
   */
  attributePlaceholder(key: string): string;

  /** A placeholder for a presigned URL of the version's artifact in job documents and recipes. */
  readonly artifactUrlPlaceholder: string;

  /**
   * Grants actions on the version. AWS IoT authorizes them on the package as well, so that they are granted on both.
   *
   * @param grantee who gets the permissions
   * @param actions actions such as `iot:GetPackageVersion`
   */
  grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant;

  /**
   * Lets somebody read the version.
   *
   * @param grantee who gets the permissions
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

/**
 * The base of defined and imported versions.
 *
 * @internal
 */
abstract class SoftwarePackageVersionBase extends Resource implements ISoftwarePackageVersion {
  public abstract readonly softwarePackage: ISoftwarePackage;
  public abstract readonly packageVersionName: string;
  public abstract readonly packageVersionArn: string;

  public attributePlaceholder(key: string): string {
    requireArgument('attributePlaceholder', key, text('the key of an attribute', "one such as 'signing'"));
    return this.placeholder(`attributes:${key}`);
  }

  public get artifactUrlPlaceholder(): string {
    return this.placeholder('artifact-location:s3-presigned-url');
  }

  public grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    requireArgument('a grant', grantee, GRANTEE);
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.softwarePackage.packageArn, this.packageVersionArn],
    });
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'iot:GetPackageVersion');
  }

  private placeholder(what: string): string {
    return `\${aws:iot:package:${this.softwarePackage.packageName}:version:${this.packageVersionName}:${what}}`;
  }
}

/**
 * A version of a software package.
 *
 * Tags come from the CDK's own `Tags`. The construct does not touch an existing version that another stack or nobody
 * owns, unless `adoptExisting` is set.
 *
 * @example
 * import {
 *   PackageArtifact,
 *   PackageVersionStatus,
 *   SoftwarePackage,
 *   SoftwarePackageVersion,
 * } from 'cdk-versioned-artifacts';
 *
 * declare const firmware: SoftwarePackage;
 * new SoftwarePackageVersion(this, 'V2', {
 *   softwarePackage: firmware,
 *   versionName: '2.0.0',
 *   artifact: PackageArtifact.fromAsset('firmware/brake-ecu-2.0.0.bin'),
 *   attributes: { signing: 'ed25519' },
 *   status: PackageVersionStatus.PUBLISHED,
 * });
 */
export class SoftwarePackageVersion extends SoftwarePackageVersionBase {
  /**
   * Imports a version of a package.
   *
   * @param scope the parent construct
   * @param id the construct id
   * @param attrs what identifies the version
   */
  public static fromPackageVersionAttributes(
    scope: Construct,
    id: string,
    attrs: SoftwarePackageVersionAttributes,
  ): ISoftwarePackageVersion {
    return new ImportedSoftwarePackageVersion(scope, id, attrs);
  }

  /**
   * Imports a version by its ARN.
   *
   * @param scope the parent construct
   * @param id the construct id
   * @param packageVersionArn the version's ARN
   */
  public static fromPackageVersionArn(
    scope: Construct,
    id: string,
    packageVersionArn: string,
  ): ISoftwarePackageVersion {
    requireArgument('the import of a package version', packageVersionArn, text('its ARN', ARN_FORM));
    const isKnown = !isUnknown(packageVersionArn);
    if (isKnown && !/^arn:[^:]+:iot:[^:]*:[^:]*:package\/[^/]+\/version\/[^/]+$/.test(packageVersionArn)) {
      throw new Error(`the ARN of a package version must have the form ${ARN_FORM}, got ${quote(packageVersionArn)}`);
    }
    const [packageArn, versionName] = [0, 1].map(i => Fn.select(i, Fn.split('/version/', packageVersionArn)));
    return new ImportedSoftwarePackageVersion(scope, id, {
      softwarePackage: importPackageByArn(new Construct(scope, `${id}Package`), 'Resource', packageArn),
      // an ARN that is still to be looked up has no parts.
      packageVersionName: versionName ?? packageVersionArn,
    });
  }

  public readonly softwarePackage: ISoftwarePackage;

  /** @internal without a reference to the resource */
  public readonly _declaredName: string;

  /** @internal */
  public readonly _declaredStatus: PackageVersionStatus;

  private readonly attributes?: { [key: string]: string };
  private readonly artifact?: PackageArtifactConfig;
  private readonly removal: RemovalProperty;

  constructor(scope: Construct, id: string, props: SoftwarePackageVersionProps) {
    super(scope, id, { physicalName: orNone(props).versionName });
    requireProps(this, props, 'softwarePackage', 'versionName');
    requireKinds(this, props, KINDS);
    this.softwarePackage = props.softwarePackage;
    this._declaredName = props.versionName;
    this._declaredStatus = props.status ?? PackageVersionStatus.DRAFT;
    this.attributes = props.attributes;
    this.removal = new RemovalProperty(this, VersionRemoval.RETAIN, props.removal);

    requireEnvironmentOf(props.softwarePackage, this, 'a package version', 'its package');

    const provider = IotArtifactProvider.of(this);
    const packageName = declaredPackageName(props.softwarePackage);
    const what = `version ${props.versionName} of software package ${packageName}`;
    declaredVersions.refuseSecond(this, what, [packageName, props.versionName]);
    declaredVersions.add(this, packageName);
    provider._allowFor(`versions of ${packageName}`, () => versionPermissions(this.stack, packageName));
    if (props.adoptExisting) provider._allow(...adoptionPermissions(this.stack));
    this.artifact = props.artifact?.bind(this);
    if (this.artifact) allowArtifact(this, provider, this.artifact);

    const properties: SoftwarePackageVersionProperties = {
      PackageName: packageName,
      VersionName: props.versionName,
      Description: props.description,
      Attributes: props.attributes,
      Artifact: this.artifact && locationOf(this.artifact),
      Recipe: props.recipe?.render(this),
      Sbom: props.sbom && locationOf(props.sbom),
      WaitForSbomValidation: props.waitForSbomValidation || undefined,
      Status: this._declaredStatus === PackageVersionStatus.DRAFT ? undefined : this._declaredStatus,
      ProtectInActiveJobs: props.protectInActiveJobs === false ? false : undefined,
      AdoptExisting: props.adoptExisting || undefined,
      Salt: props.salt,
    };
    const resource = new TaggedArtifactResource(this, {
      provider,
      type: SoftwarePackageResourceType.VERSION,
      shape: PackageVersionShape,
      properties,
      removal: this.removal,
      after: [props.softwarePackage],
    });
    if (props.sbom) {
      provider._allowFor(`SBOMs of ${packageName}`, () => sbomPermissions(this.stack, packageName));
      resource.node.addDependency(...allowSbomToBeRead(this, props.sbom));
    }
    warnOfRemaining(this, { removal: this.removal, artifact: this.artifact });
  }

  // created on demand: apps with many versions seldom need them.
  public get packageVersionName(): string {
    return this.getResourceNameAttribute(this.attributeOf('VersionName'));
  }

  public get packageVersionArn(): string {
    return this.getResourceArnAttribute(this.attributeOf('PackageVersionArn'), {
      service: 'iot',
      resource: 'package',
      resourceName: `${declaredPackageName(this.softwarePackage)}/version/${this.physicalName}`,
    });
  }

  /**
   * The state of the version: `DRAFT`, `PUBLISHED` or `DEPRECATED`, known at deployment.
   *
   * @attribute
   */
  public get packageVersionStatus(): string {
    return this.attributeOf('Status');
  }

  /**
   * A placeholder for an attribute of the version in job documents and recipes; AWS IoT replaces it when a job starts.
   *
   * @param key one of the version's attributes
   */
  public override attributePlaceholder(key: string): string {
    const keys = Object.keys(this.attributes ?? {});
    if (!keys.includes(key) && !Token.isUnresolved(key) && !Token.isUnresolved(keys)) {
      throw invalid(
        this,
        `the version has no attribute ${quote(key)}, expected one of: ${keys.join(', ') || '(none)'}`,
      );
    }
    return super.attributePlaceholder(key);
  }

  /** A placeholder for a presigned URL of the version's artifact in job documents and recipes. */
  public override get artifactUrlPlaceholder(): string {
    if (this.artifact) return super.artifactUrlPlaceholder;
    // refused on use: a getter that throws breaks everything that inspects the whole object.
    return Lazy.string({
      produce: () => {
        throw invalid(this, 'the version has no artifact that a URL could lead to: set artifact');
      },
    });
  }

  public override applyRemovalPolicy(policy: RemovalPolicy): void {
    (this.node.defaultChild as ArtifactResource).setRemovalPolicy(policy);
  }

  private attributeOf(name: keyof SoftwarePackageVersionData): string {
    return (this.node.defaultChild as ArtifactResource).getAtt(name).toString();
  }
}

const ARN_FORM = 'arn:aws:iot:REGION:ACCOUNT:package/PACKAGE/version/NAME';

class ImportedSoftwarePackageVersion extends SoftwarePackageVersionBase {
  public readonly softwarePackage: ISoftwarePackage;
  public readonly packageVersionName: string;
  public readonly packageVersionArn: string;

  constructor(scope: Construct, id: string, attrs: SoftwarePackageVersionAttributes) {
    super(scope, id, orNone(attrs).softwarePackage?.env);
    requireProps(this, attrs, 'softwarePackage', 'packageVersionName');
    requireKinds(this, attrs, { softwarePackage: SOFTWARE_PACKAGE });
    validate(this, VersionNameShape, attrs.packageVersionName);
    this.softwarePackage = attrs.softwarePackage;
    this.packageVersionName = attrs.packageVersionName;
    this.packageVersionArn = `${attrs.softwarePackage.packageArn}/version/${attrs.packageVersionName}`;
  }
}

/** The versions that stacks declare, by the names of their packages. */
export const declaredVersions = new Declared<SoftwarePackageVersion>();
