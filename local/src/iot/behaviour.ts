/**
 * What a test may turn in the local AWS IoT: where the documentation leaves two behaviours plausible, which of them;
 * what the service does rarely or slowly, when and for how long.
 */
import type { RefusalCode } from './errors';
import type { SbomFileResult } from './sbom-archive';

/** A create or update of a package version. */
export interface VersionWrite {
  readonly operation: 'CreatePackageVersion' | 'UpdatePackageVersion';
  readonly packageName: string;
  readonly versionName: string;
}

/** An SBOM whose validation ends. */
export interface ValidatedSbom {
  readonly packageName: string;
  readonly versionName: string;
  readonly bucket: string;
  readonly key: string;
}

export interface PackageBehaviour {
  // undocumented choices, each with the likelier one as default.

  /** PUBLISH of a published version, DEPRECATE of a deprecated one. */
  republish: 'noop' | 'conflict';
  /** Delete of a package or version that is not there; neither operation declares ResourceNotFoundException. */
  deleteMissing: 'silent' | 'not-found';
  /** Delete of the default version. */
  defaultDeleteError: RefusalCode;
  /** Delete of a package that has versions. */
  packageWithVersionsDeleteError: RefusalCode;
  /** An action that the lifecycle has no transition for. */
  illegalTransitionError: RefusalCode;
  /** Attributes or artifact of a version that is no draft, sent again even if unchanged. */
  frozenUpdateError: RefusalCode;
  /** A draft as default version. */
  draftDefaultError: RefusalCode;
  /** A version of a package that is not there; CreatePackageVersion declares no ResourceNotFoundException. */
  createInMissingPackageError: 'ValidationException' | 'ResourceNotFoundException';
  /** Recipe of a published version: one page of the developer guide lets it change, another does not. */
  publishedRecipe: 'editable' | 'frozen';
  /** Bytes of all attributes of a version; the documentation says 3KB. */
  attributesBytes: 3000 | 3072;
  /** Whether a repeated client token is answered as the first time; by AWS's own resource handlers it was not. */
  honourClientTokens: boolean;
  /** Whether packages need fleet indexing of the `$package` shadow to be on. */
  requireIndexing: boolean;

  /** Whether artifacts and SBOMs must be there in S3, and readable. Turned off, any location will do. */
  lookUpObjects: boolean;

  // quotas, which are undocumented.

  maxPackages: number;
  maxVersionsPerPackage: number;

  // what is slow, late or rare.

  /** How many Gets still see a package or version after its delete. */
  staleReads: number;
  /** Milliseconds that the validation of an SBOM takes. */
  sbomValidationTime: number;
  /** The results of a validation, by file; it fails if any file fails. Absent: what is in the archive decides. */
  sbomValidation: ((sbom: ValidatedSbom) => readonly SbomFileResult[]) | undefined;
  /** Lets a write end with an errorReason instead of an error, and without its effect. */
  errorReason: (write: VersionWrite) => string | undefined;
}

export const DEFAULT_PACKAGE_BEHAVIOUR: Readonly<PackageBehaviour> = {
  republish: 'noop',
  deleteMissing: 'silent',
  defaultDeleteError: 'ValidationException',
  packageWithVersionsDeleteError: 'ValidationException',
  illegalTransitionError: 'ConflictException',
  frozenUpdateError: 'ValidationException',
  draftDefaultError: 'ValidationException',
  createInMissingPackageError: 'ValidationException',
  publishedRecipe: 'editable',
  attributesBytes: 3072,
  honourClientTokens: false,
  requireIndexing: false,
  lookUpObjects: true,
  maxPackages: Infinity,
  maxVersionsPerPackage: Infinity,
  staleReads: 0,
  sbomValidationTime: 1000,
  sbomValidation: undefined,
  errorReason: () => undefined,
};
