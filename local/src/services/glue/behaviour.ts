/**
 * What a test may turn in the local AWS Glue schema registry: where neither the documentation nor an observation of the
 * service settles a behaviour, which of the plausible ones; what the service does slowly, and how slowly.
 */
import { type Readings, readingsOfEnvironment } from '../../core/readings';
import type { Compatibility, DataFormat } from './state';

/** A definition that is held against an existing one. */
export interface CompatibilityCheck {
  readonly dataFormat: DataFormat;
  readonly compatibility: Compatibility;
  readonly definition: string;
  readonly existing: { readonly versionNumber: number; readonly definition: string };
}

/** A version that DeleteSchemaVersions is about to delete. */
export interface VersionDeletion {
  readonly registryName: string;
  readonly schemaName: string;
  readonly compatibility: Compatibility;
  readonly versionNumber: number;
}

/** The error of one version in an answer of DeleteSchemaVersions. */
export interface VersionError {
  readonly code: string;
  readonly message: string;
}

export interface GlueBehaviour {
  // unverified choices, each with the likelier one as default.

  /** A new version under the compatibility mode DISABLED: an error, or one more version in FAILURE. */
  disabledRegistration: 'refused' | 'failure';
  /** DeleteSchemaVersions of version 1 when the checkpoint is elsewhere: an error of the call, or of the version. */
  firstVersionDeletion: 'refused' | 'item-error';
  /** Versions in one range of DeleteSchemaVersions; no limit is documented. */
  maxVersionsPerDeletion: number;
  /** The checkpoint on a version in FAILURE. */
  checkpointOnFailure: 'refused' | 'allowed';
  /** The number of the version that follows the deletion of the highest one. */
  numberAfterDeletion: 'next' | 'reused';
  /** Writes to what is being deleted. */
  deletingError: 'ConcurrentModificationException' | 'InvalidInputException';
  /**
   * The order of ListSchemaVersions. The one observation had the available ones first, the newest first among them,
   * and does not claim to be the rule.
   */
  versionOrder: 'by-status' | 'by-id';
  /**
   * What a policy must allow for a call that names a version by its id alone (GetSchemaVersion and the three operations
   * on metadata): any resource, as the guide's policy for consumers does, or the schema and its registry.
   */
  versionByIdNeeds: 'any-resource' | 'its-arns';
  /**
   * Whether a JSON definition is compatible. The developer guide documents rules; people report that the service does
   * not check them (awslabs/aws-glue-schema-registry, pull request 494). AVRO and PROTOBUF are decided by their rules.
   */
  compatible: (check: CompatibilityCheck) => boolean;
  /**
   * Whether the compatibility mode still needs a version, so that its deletion is refused. Documented for some mode or
   * other; observed in none of BACKWARD, BACKWARD_ALL and FULL_ALL.
   */
  necessary: (deletion: VersionDeletion) => boolean;
  /** An error that leaves one version of a range undeleted. */
  deletionError: (deletion: VersionDeletion) => VersionError | undefined;

  // quotas.

  maxRegistries: number;
  /** Of all schemas together. */
  maxSchemaVersions: number;
  maxMetadataPairs: number;

  // what is slow.

  /** Milliseconds in which a new version is PENDING. Observed: up to three seconds in the modes that check all versions. */
  checkTime: (compatibility: Compatibility) => number;
  /** Milliseconds in which something deleted is DELETING. Observed: less than a second. */
  deletionTime: number;
}

const LIKELY: Readonly<GlueBehaviour> = {
  disabledRegistration: 'refused',
  firstVersionDeletion: 'refused',
  maxVersionsPerDeletion: 25,
  checkpointOnFailure: 'refused',
  numberAfterDeletion: 'next',
  deletingError: 'ConcurrentModificationException',
  versionOrder: 'by-status',
  versionByIdNeeds: 'any-resource',
  compatible: () => true,
  necessary: () => false,
  deletionError: () => undefined,
  maxRegistries: 100,
  maxSchemaVersions: 10_000,
  maxMetadataPairs: 10,
  checkTime: compatibility => (compatibility.endsWith('_ALL') ? 1000 : 0),
  deletionTime: 500,
};

const OTHER: Partial<GlueBehaviour> = {
  disabledRegistration: 'failure',
  firstVersionDeletion: 'item-error',
  checkpointOnFailure: 'allowed',
  numberAfterDeletion: 'reused',
  deletingError: 'InvalidInputException',
  versionOrder: 'by-id',
  versionByIdNeeds: 'its-arns',
};

export const defaultBehaviour = (readings: Readings = readingsOfEnvironment()): GlueBehaviour => ({
  ...LIKELY,
  ...(readings === 'other' && OTHER),
});
