import { FLAG, PAIRS, SOFTWARE_PACKAGE, memberOf, withMember } from '../core/arguments';
import { VersionRemoval } from '../core/removal';
import { PackageVersionStatus } from './enums';
import { type JobRecipe } from './job-recipe';
import { type PackageArtifact } from './package-artifact';
import { type PackageSbom } from './package-sbom';
import { type ISoftwarePackage } from './software-package';

/** A version, apart from its package. */
export interface SoftwarePackageVersionOptions {
  /**
   * The name of the version: 1 to 64 letters, digits, `-`, `_` and `.`, such as `2.0.0`. A different name is a
   * different version: the new one is created before the old one is removed.
   */
  readonly versionName: string;

  /**
   * What the version is: up to 1,024 printable characters, without line breaks.
   *
   * @default - no description
   */
  readonly description?: string;

  /**
   * Values for job documents and recipes. Keys can have letters, digits, `:`, `_` and `-`; all keys and values can have
   * 3,000 bytes together. Publishing the version freezes them.
   *
   * @default - no attributes
   */
  readonly attributes?: { [key: string]: string };

  /**
   * The file that the version ships. Publishing the version freezes its location.
   *
   * @default - no artifact
   */
  readonly artifact?: PackageArtifact;

  /**
   * A job document that is stored with the version.
   *
   * @default - no recipe
   */
  readonly recipe?: JobRecipe;

  /**
   * The software bill of materials. It can be replaced at any time.
   *
   * @default - no SBOM
   */
  readonly sbom?: PackageSbom;

  /**
   * Whether the deployment waits for AWS IoT to validate the SBOM, and fails with what is wrong with its files.
   *
   * @default false - the validation goes on in the background
   */
  readonly waitForSbomValidation?: boolean;

  /**
   * The state that the version must have. On the way from DRAFT to DEPRECATED it is published. A version cannot return
   * to DRAFT.
   *
   * @default PackageVersionStatus.DRAFT
   */
  readonly status?: PackageVersionStatus;

  /**
   * What happens to the version when its construct is removed or its name changes.
   *
   * @default VersionRemoval.RETAIN - devices can still run it; a retention removes it in time
   */
  readonly removal?: VersionRemoval;

  /**
   * Whether a version with `VersionRemoval.DELETE` stays while an active job deploys it. It then belongs to nobody, so
   * that a retention can remove it later.
   *
   * @default true
   */
  readonly protectInActiveJobs?: boolean;

  /**
   * Whether to take over an existing version of this name that belongs to nobody or to another stack.
   *
   * @default false - the deployment fails if such a version exists
   */
  readonly adoptExisting?: boolean;

  /**
   * Any text. If you change it, the version's properties are applied again in case somebody has changed them by hand.
   *
   * @default - applied when a property changes
   */
  readonly salt?: string;
}

/** Properties of a `SoftwarePackageVersion`. */
export interface SoftwarePackageVersionProps extends SoftwarePackageVersionOptions {
  /** The package of the version. It must be in the stack's account and region. */
  readonly softwarePackage: ISoftwarePackage;
}

/** What identifies an existing version. */
export interface SoftwarePackageVersionAttributes {
  /** The package. */
  readonly softwarePackage: ISoftwarePackage;

  /** The name of the version. */
  readonly packageVersionName: string;
}

/** What the properties must be. */
export const KINDS = {
  softwarePackage: SOFTWARE_PACKAGE,
  attributes: PAIRS,
  artifact: withMember('bind', 'a PackageArtifact', 'one such as PackageArtifact.fromAsset(path)'),
  recipe: withMember('render', 'a JobRecipe', 'one such as JobRecipe.fromFile(path)'),
  sbom: withMember('objectKey', 'a PackageSbom', 'one such as PackageSbom.fromBucket(bucket, key, version)'),
  waitForSbomValidation: FLAG,
  status: memberOf('PackageVersionStatus', PackageVersionStatus),
  removal: memberOf('VersionRemoval', VersionRemoval),
  protectInActiveJobs: FLAG,
  adoptExisting: FLAG,
};
