/**
 * What a test may turn in the local AWS IoT: where the documentation leaves two behaviours plausible, which of them;
 * what the service does rarely or slowly, when and for how long.
 */
import { type Readings, readingsOfEnvironment } from '../../core/readings';
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

  /** An SBOM without the version of its S3 object. The guide's troubleshooting page has it refused. */
  sbomWithoutVersion: 'refused' | 'taken';
  /** An artifact without the version of its S3 object: the guide asks for one, and does not say who refuses when. */
  artifactWithoutVersion: 'refused' | 'taken';
  /** Whether artifacts and SBOMs must be there in S3, and readable. Turned off, any location will do. */
  lookUpObjects: boolean;

  // quotas of the account, with the values of the AWS General Reference; both can be raised.

  maxPackages: number;
  /** Of all packages together. */
  maxVersions: number;
  /** SBOMs in validation at the same time. The guide names the limit, and not its value. */
  maxSbomValidations: number;

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

const LIKELY_OF_PACKAGES: Readonly<PackageBehaviour> = {
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
  sbomWithoutVersion: 'refused',
  artifactWithoutVersion: 'taken',
  lookUpObjects: true,
  maxPackages: 100,
  maxVersions: 10_000,
  maxSbomValidations: Infinity,
  staleReads: 0,
  sbomValidationTime: 1000,
  sbomValidation: undefined,
  errorReason: () => undefined,
};

export interface JobBehaviour {
  // undocumented choices, each with the likelier one as default.

  /** Whether DeleteJob needs force while a job that has ended still has executions. */
  deleteJobWithExecutions: 'free' | 'needs-force';
  /** Whether DeleteJobExecution takes TIMED_OUT for a terminal state, as the guide does and its own page does not. */
  deleteTimedOut: 'free' | 'needs-force';
  /** Whether force lets DeleteJobExecution delete QUEUED executions: its page names IN_PROGRESS only. */
  forcedDeleteOfQueued: 'allowed' | 'refused';

  /**
   * ListJobExecutionsForThing of a thing that does not exist. Two other models of the service, one of them held against
   * it, answer an empty page; the operation declares ResourceNotFoundException.
   */
  executionsOfMissingThing: 'empty' | 'not-found';
  /**
   * The number of the first execution of a job on a thing. The guide's pages show 1, an example of the AWS CLI shows
   * 2939653338: numbers need not fit into 32 bits.
   */
  firstExecutionNumber: number;
  /**
   * Whether the number of a deleted execution is given again to a thing that gets the job once more. The model of
   * DeleteJobExecution warns of it.
   */
  numbersOfDeleted: 'reused' | 'never-again';

  // what is slow.

  /** Executions of a canceled job that are canceled in a minute. */
  executionsCanceledPerMinute: number;
  /** Milliseconds that the deletion of a job takes, by its number of executions. */
  jobDeletionTime: (executions: number) => number;
  /** Milliseconds that the index of things is built after its configuration has changed. */
  indexBuildTime: number;
}

const LIKELY_OF_JOBS: Readonly<JobBehaviour> = {
  deleteJobWithExecutions: 'free',
  deleteTimedOut: 'free',
  forcedDeleteOfQueued: 'allowed',
  executionsOfMissingThing: 'empty',
  firstExecutionNumber: 1,
  numbersOfDeleted: 'reused',
  executionsCanceledPerMinute: 1000,
  jobDeletionTime: executions => 1000 + executions,
  indexBuildTime: 0,
};

/** All that may be turned in the local AWS IoT. */
export type IotBehaviour = PackageBehaviour & JobBehaviour;

const OTHER: Partial<IotBehaviour> = {
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
  honourClientTokens: true,
  sbomWithoutVersion: 'taken',
  artifactWithoutVersion: 'refused',
  deleteJobWithExecutions: 'needs-force',
  deleteTimedOut: 'needs-force',
  forcedDeleteOfQueued: 'refused',
  executionsOfMissingThing: 'not-found',
  firstExecutionNumber: 2_939_653_338,
  numbersOfDeleted: 'never-again',
};

export const defaultBehaviour = (readings: Readings = readingsOfEnvironment()): IotBehaviour => ({
  ...LIKELY_OF_PACKAGES,
  ...LIKELY_OF_JOBS,
  ...(readings === 'other' && OTHER),
});
