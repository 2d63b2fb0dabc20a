import { Annotations, Fn, Lazy, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type Removal } from '../../contract/cloudformation';
import {
  type S3LocationProperty,
  SoftwarePackageResourceType,
  type SoftwarePackageVersionProperties,
  checkAttributes,
  checkDescription,
  checkRecipe,
  checkTags,
  checkVersionName,
} from '../../contract/iot';
import { MAX_USER_TAGS_ON_VERSION } from '../../contract/ownership';
import { quote } from '../../contract/shape';
import { TaggedArtifactResource, dependOnResourceOf } from '../core/artifact-resource';
import { requireEnvironmentOf } from '../core/environment';
import { removalOf } from '../core/removal';
import { refuseSecond } from '../core/unique';
import { invalid, knownEntries, validate } from '../core/validation';
import { VersionRemoval } from '../core/version-removal';
import { ArtifactProvider } from '../provider/artifact-provider';
import { declaredPackageName } from './declared-name';
import { PackageVersionStatus } from './enums';
import { type PackageArtifactConfig } from './package-artifact';
import { type PackageSbom } from './package-sbom';
import { allowSboms, allowVersions } from './permissions';
import { importPackageByArn } from './software-package-base';
import { type ISoftwarePackage, type ISoftwarePackageVersion } from './software-package-interfaces';
import { SoftwarePackageVersionBase } from './software-package-version-base';
import {
  type SoftwarePackageVersionAttributes,
  type SoftwarePackageVersionProps,
} from './software-package-version-props';
import { allowArtifact, allowSbomToBeRead } from './stored-objects';

/**
 * A version of a software package.
 *
 * Tags come from the CDK's own `Tags`. A version that another stack or nobody owns is not touched, unless
 * `adoptExisting` says so.
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
    const [packageArn, versionName] = [0, 1].map(i => Fn.select(i, Fn.split('/version/', packageVersionArn)));
    return new ImportedSoftwarePackageVersion(scope, id, {
      softwarePackage: importPackageByArn(new Construct(scope, `${id}Package`), 'Resource', packageArn),
      packageVersionName: versionName,
    });
  }

  public readonly softwarePackage: ISoftwarePackage;
  public readonly packageVersionName: string;
  public readonly packageVersionArn: string;

  /**
   * The state of the version: `DRAFT`, `PUBLISHED` or `DEPRECATED`, known at deployment.
   *
   * @attribute
   */
  public readonly packageVersionStatus: string;

  /**
   * The name without a reference to the resource.
   *
   * @internal
   */
  public readonly _declaredName: string;

  /** @internal */
  public readonly _declaredStatus: PackageVersionStatus;

  private readonly attributes?: { [key: string]: string };
  private readonly artifact?: PackageArtifactConfig;
  private removal: Removal;

  constructor(scope: Construct, id: string, props: SoftwarePackageVersionProps) {
    super(scope, id, { physicalName: props.versionName });
    this.softwarePackage = props.softwarePackage;
    this._declaredName = props.versionName;
    this._declaredStatus = props.status ?? PackageVersionStatus.DRAFT;
    this.attributes = props.attributes;
    this.removal = props.removal ?? VersionRemoval.DELETE;

    const recipe = props.recipe?.render(this);
    this.validateProps(props, recipe);

    const provider = ArtifactProvider.iot(this);
    const packageName = declaredPackageName(props.softwarePackage);
    refuseSecond(
      this,
      `version ${props.versionName} of software package ${packageName}`,
      'version',
      packageName,
      props.versionName,
    );
    allowVersions(provider, packageName);
    this.artifact = props.artifact?.bind(this);
    if (this.artifact) allowArtifact(this, provider, this.artifact);

    const properties: SoftwarePackageVersionProperties = {
      PackageName: packageName,
      VersionName: props.versionName,
      Description: props.description,
      Attributes: props.attributes,
      Artifact: this.artifact && locationOf(this.artifact),
      Recipe: recipe,
      Sbom: props.sbom && locationOf(props.sbom),
      WaitForSbomValidation: props.waitForSbomValidation || undefined,
      Status: this._declaredStatus === PackageVersionStatus.DRAFT ? undefined : this._declaredStatus,
      Removal: Lazy.string({ produce: () => (this.removal === 'RETAIN' ? undefined : this.removal) }) as Removal,
      AdoptExisting: props.adoptExisting || undefined,
      Salt: props.salt,
    };
    const resource = new TaggedArtifactResource(this, {
      provider,
      type: SoftwarePackageResourceType.VERSION,
      properties,
      onRemovalPolicy: policy => {
        this.removal = removalOf(this, policy);
      },
    });
    dependOnResourceOf(resource, props.softwarePackage);
    if (props.sbom) {
      allowSboms(provider, packageName);
      resource.node.addDependency(...allowSbomToBeRead(this, props.sbom));
    }
    this.node.addValidation({ validate: () => this.checkAtSynth(resource) });

    this.packageVersionName = this.getResourceNameAttribute(resource.getAtt('VersionName').toString());
    this.packageVersionArn = this.getResourceArnAttribute(resource.getAtt('PackageVersionArn').toString(), {
      service: 'iot',
      resource: 'package',
      resourceName: `${packageName}/version/${this.physicalName}`,
    });
    this.packageVersionStatus = resource.getAtt('Status').toString();
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
    if (!this.artifact) throw invalid(this, 'the version has no artifact that a URL could lead to: set artifact');
    return super.artifactUrlPlaceholder;
  }

  private validateProps(props: SoftwarePackageVersionProps, recipe?: string): void {
    validate(this, props.versionName, checkVersionName);
    validate(this, props.description, checkDescription);
    validate(this, props.attributes && knownEntries(props.attributes), checkAttributes);
    validate(this, recipe, checkRecipe);
    if (props.waitForSbomValidation && !props.sbom) {
      throw invalid(this, 'waitForSbomValidation waits for an SBOM, got none: set sbom, too');
    }
    requireEnvironmentOf(props.softwarePackage, this, 'a package version', 'its package');
  }

  /** Checks what may be set after the constructor. Returns problems, and writes warnings. */
  private checkAtSynth(resource: TaggedArtifactResource): string[] {
    const stays = this.removal !== 'DELETE';
    if (stays && this.artifact?.staged) {
      Annotations.of(this).addWarningV2(
        'cdk-versioned-artifacts:stagedArtifactOutlivesStack',
        `the version stays when its construct goes (removal ${this.removal}), but its artifact is a CDK asset, which garbage ` +
          'collection of assets may delete then: keep the file in a bucket of yours (PackageArtifact.fromBucket)',
      );
    }
    if (stays && (this.softwarePackage as { _removal?: Removal })._removal === 'DELETE') {
      Annotations.of(this).addWarningV2(
        'cdk-versioned-artifacts:packageOfRemainingVersion',
        `the version stays when its construct goes (removal ${this.removal}), but its package is to be destroyed, which AWS IoT ` +
          'refuses while it has versions: give the version VersionRemoval.DELETE, or the package RemovalPolicy.RETAIN',
      );
    }
    const problem = checkTags(resource.tagProperties(), MAX_USER_TAGS_ON_VERSION);
    return problem ? [problem] : [];
  }
}

class ImportedSoftwarePackageVersion extends SoftwarePackageVersionBase {
  public readonly softwarePackage: ISoftwarePackage;
  public readonly packageVersionName: string;
  public readonly packageVersionArn: string;

  constructor(scope: Construct, id: string, attrs: SoftwarePackageVersionAttributes) {
    super(scope, id, attrs.softwarePackage.env);
    validate(this, attrs.packageVersionName, checkVersionName);
    this.softwarePackage = attrs.softwarePackage;
    this.packageVersionName = attrs.packageVersionName;
    this.packageVersionArn = `${attrs.softwarePackage.packageArn}/version/${attrs.packageVersionName}`;
  }
}

function locationOf(at: PackageArtifactConfig | PackageSbom): S3LocationProperty {
  return { Bucket: at.bucket.bucketName, Key: at.objectKey, Version: at.objectVersion };
}
