import { type VersionRemoval } from '../core/version-removal';
import { type PackageVersionStatus } from './enums';
import { type JobRecipe } from './job-recipe';
import { type PackageArtifact } from './package-artifact';
import { type PackageSbom } from './package-sbom';
import { type ISoftwarePackage } from './software-package-interfaces';

/** A version, apart from its package. */
export interface SoftwarePackageVersionOptions {
  /**
   * The name of the version: 1 to 64 letters, digits, `-`, `_` and `.`, such as `2.0.0`. Another name is another version:
   * the new one is created before the old one is removed.
   */
  readonly versionName: string;

  /**
   * What the version is: up to 1,024 printable characters, without line breaks.
   *
   * @default - no description
   */
  readonly description?: string;

  /**
   * Values for job documents and recipes. Keys have letters, digits, `:`, `_` and `-`; keys and values may have 3,000
   * bytes together. Frozen once the version is published.
   *
   * @default - no attributes
   */
  readonly attributes?: { [key: string]: string };

  /**
   * The file that the version ships. Frozen once the version is published.
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
   * The state that the version shall have. From DRAFT to DEPRECATED it is published on the way. There is no way back to
   * DRAFT.
   *
   * @default PackageVersionStatus.DRAFT
   */
  readonly status?: PackageVersionStatus;

  /**
   * What becomes of the version when its construct goes, or when its name changes.
   *
   * @default VersionRemoval.DELETE
   */
  readonly removal?: VersionRemoval;

  /**
   * Whether to take over a version of this name that exists and belongs to nobody or to another stack.
   *
   * @default false - the deployment fails where such a version exists
   */
  readonly adoptExisting?: boolean;

  /**
   * Any text. A change has the version's properties applied again, where somebody's hand has changed them.
   *
   * @default - applied when a property changes
   */
  readonly salt?: string;
}

/** Properties of a `SoftwarePackageVersion`. */
export interface SoftwarePackageVersionProps extends SoftwarePackageVersionOptions {
  /** The package that this is a version of. It must be of the same account and region. */
  readonly softwarePackage: ISoftwarePackage;
}

/** What identifies an existing version. */
export interface SoftwarePackageVersionAttributes {
  /** The package. */
  readonly softwarePackage: ISoftwarePackage;

  /** The name of the version. */
  readonly packageVersionName: string;
}
