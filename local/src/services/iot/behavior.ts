/**
 * The settings of the local AWS IoT that a test can change: one of the plausible behaviors where the documentation does
 * not decide, and when and how long the service is slow or does something rare.
 */
// documented: developer guide, "AWS IoT Device Management Software Package Catalog" and "AWS IoT Jobs"; General
// Reference, for the quotas
// captured: public report, the AWS CLI's example of an execution number; ministack, for a thing that does not exist
import { type Readings, readingsOfEnvironment } from '../../core/readings';
import type { InvalidCode, RefusalCode } from './errors';
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

export interface PackageBehavior {
  // unverified: these choices. The default is the more likely one.

  /** What happens to PUBLISH of a published version, and DEPRECATE of a deprecated one. */
  republish: 'noop' | 'conflict';
  /**
   * What happens to the Delete of a package or version that does not exist. The operations do not declare
   * ResourceNotFoundException.
   */
  deleteMissing: 'silent' | 'not-found';
  /** The error for the deletion of the default version. */
  defaultDeleteError: RefusalCode;
  /** The error for the deletion of a package that has versions. */
  packageWithVersionsDeleteError: RefusalCode;
  /** The error for an action for which the lifecycle has no transition. */
  illegalTransitionError: RefusalCode;
  /** The error for attributes or an artifact of a version that is not a draft, even unchanged ones. */
  frozenUpdateError: RefusalCode;
  /** The error for a draft as the default version. */
  draftDefaultError: RefusalCode;
  /**
   * The error for a version of a package that does not exist. CreatePackageVersion does not declare
   * ResourceNotFoundException.
   */
  createInMissingPackageError: 'ValidationException' | 'ResourceNotFoundException';
  /**
   * Whether the recipe of a published version can change: one page of the developer guide allows it, another does not.
   */
  publishedRecipe: 'editable' | 'frozen';
  /** The most bytes of all attributes of a version. The documentation says 3KB. */
  attributesBytes: 3000 | 3072;
  /** What ListPackageVersions answers for a package that does not exist. It declares no ResourceNotFoundException. */
  versionsOfMissingPackage: 'empty' | 'not-found';
  /** What happens to a request to take an SBOM off a version that has none. */
  disassociateNothing: 'silent' | 'not-found';
  /** What happens to a request to unset the default version of a package that has none. */
  unsetNothing: 'silent' | 'refused';
  /** Whether a repeated client token gets the first answer again. By AWS's own resource handlers, it does not. */
  honorClientTokens: boolean;
  /** Whether packages require fleet indexing of the `$package` shadow. */
  requireIndexing: boolean;

  /**
   * What happens to an SBOM without the version of its S3 object. The guide's troubleshooting page says that it is
   * refused.
   */
  sbomWithoutVersion: 'refused' | 'taken';
  /**
   * What happens to an artifact without the version of its S3 object. The guide requires one, but does not say what
   * refuses it and when.
   */
  artifactWithoutVersion: 'refused' | 'taken';
  /**
   * The error for an artifact whose object cannot be read. The guide's troubleshooting page has
   * InvalidRequestException, but for presigned URLs.
   */
  artifactError: InvalidCode;
  /** Whether artifacts and SBOMs must exist in S3 and be readable. If off, any location is accepted. */
  lookUpObjects: boolean;

  // quotas of the account, with the values of the AWS General Reference. Both can be raised.

  maxPackages: number;
  /** Of all packages together. */
  maxVersions: number;
  /** The most SBOMs in validation at the same time. The guide mentions the limit, but not its value. */
  maxSbomValidations: number;
  /** The most bytes of an SBOM's archive. The guide mentions the limit, but not its value. */
  maxSbomBytes: number;

  // slow, late and rare events.

  /** How many Gets still see a package or version after its deletion. */
  staleReads: number;
  /** How long, in milliseconds, the validation of an SBOM takes. */
  sbomValidationTime: number;
  /** The results of a validation, by file. It fails if any file fails. Absent: the content of the archive decides. */
  sbomValidation: ((sbom: ValidatedSbom) => readonly SbomFileResult[]) | undefined;
  /** Lets a write end with an errorReason instead of an error, without an effect. */
  errorReason: (write: VersionWrite) => string | undefined;
}

const LIKELY_OF_PACKAGES: Readonly<PackageBehavior> = {
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
  versionsOfMissingPackage: 'empty',
  disassociateNothing: 'silent',
  unsetNothing: 'silent',
  honorClientTokens: false,
  requireIndexing: false,
  sbomWithoutVersion: 'refused',
  artifactWithoutVersion: 'taken',
  artifactError: 'ValidationException',
  lookUpObjects: true,
  maxPackages: 100,
  maxVersions: 10_000,
  maxSbomValidations: Infinity,
  maxSbomBytes: Infinity,
  staleReads: 0,
  sbomValidationTime: 1000,
  sbomValidation: undefined,
  errorReason: () => undefined,
};

export interface JobBehavior {
  // unverified: these choices. The default is the more likely one.

  /** Whether DeleteJob needs force while an ended job still has executions. */
  deleteJobWithExecutions: 'free' | 'needs-force';
  /**
   * Whether DeleteJobExecution treats TIMED_OUT as a terminal state. The guide does; the page of the operation does
   * not.
   */
  deleteTimedOut: 'free' | 'needs-force';
  /** Whether force lets DeleteJobExecution delete QUEUED executions. Its page only names IN_PROGRESS. */
  forcedDeleteOfQueued: 'allowed' | 'refused';

  /**
   * What ListJobExecutionsForThing answers for a thing that does not exist. Two other models of the service, of which
   * one was compared with it, answer an empty page. The operation declares ResourceNotFoundException.
   */
  executionsOfMissingThing: 'empty' | 'not-found';
  /** What it answers for a thing that was deleted, and whose executions its jobs still list. */
  executionsOfDeletedThing: 'empty' | 'listed';
  /**
   * The number of the first execution of a job on a thing. The guide's pages show 1, an example of the AWS CLI shows
   * 2939653338: a number can need more than 32 bits.
   */
  firstExecutionNumber: number;
  /**
   * Whether a thing that gets the same job again can get the number of a deleted execution again. The model of
   * DeleteJobExecution warns about it.
   */
  numbersOfDeleted: 'reused' | 'never-again';

  // slow operations.

  /** How many executions of a canceled job are canceled each minute. */
  executionsCanceledPerMinute: number;
  /** How long, in milliseconds, the deletion of a job takes, by its number of executions. */
  jobDeletionTime: (executions: number) => number;
  /** How long, in milliseconds, the index of things is rebuilt after a change of its configuration. */
  indexBuildTime: number;
}

const LIKELY_OF_JOBS: Readonly<JobBehavior> = {
  deleteJobWithExecutions: 'free',
  deleteTimedOut: 'free',
  forcedDeleteOfQueued: 'allowed',
  executionsOfMissingThing: 'empty',
  executionsOfDeletedThing: 'empty',
  firstExecutionNumber: 1,
  numbersOfDeleted: 'reused',
  executionsCanceledPerMinute: 1000,
  jobDeletionTime: executions => 1000 + executions,
  indexBuildTime: 0,
};

/** All settings of the local AWS IoT. */
export type IotBehavior = PackageBehavior & JobBehavior;

const OTHER: Partial<IotBehavior> = {
  republish: 'conflict',
  deleteMissing: 'not-found',
  defaultDeleteError: 'ConflictException',
  packageWithVersionsDeleteError: 'ConflictException',
  illegalTransitionError: 'ValidationException',
  frozenUpdateError: 'ConflictException',
  draftDefaultError: 'ConflictException',
  createInMissingPackageError: 'ResourceNotFoundException',
  publishedRecipe: 'frozen',
  attributesBytes: 3000,
  versionsOfMissingPackage: 'not-found',
  disassociateNothing: 'not-found',
  unsetNothing: 'refused',
  honorClientTokens: true,
  sbomWithoutVersion: 'taken',
  artifactWithoutVersion: 'refused',
  artifactError: 'InvalidRequestException',
  deleteJobWithExecutions: 'needs-force',
  deleteTimedOut: 'needs-force',
  forcedDeleteOfQueued: 'refused',
  executionsOfMissingThing: 'not-found',
  executionsOfDeletedThing: 'listed',
  firstExecutionNumber: 2_939_653_338,
  numbersOfDeleted: 'never-again',
};

export const defaultBehavior = (readings: Readings = readingsOfEnvironment()): IotBehavior => ({
  ...LIKELY_OF_PACKAGES,
  ...LIKELY_OF_JOBS,
  ...(readings === 'other' && OTHER),
});
