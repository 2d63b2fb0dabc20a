/**
 * The settings of the local AWS Glue schema registry that a test can change: one of the plausible behaviors where
 * neither the documentation nor an observation of the service decides, and how slow the service is.
 */
// documented: API model; developer guide, "AWS Glue Schema Registry"; General Reference, for the quotas
// captured: stackd, one observer of the service in one region, for the times and the order of versions
import { type Readings, readingsOfEnvironment } from '../../core/readings';
import type { Compatibility, DataFormat } from './state';

/** A definition that is compared with an existing one. */
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

export interface GlueBehavior {
  // unverified: these choices. The default is the more likely one.

  /** What happens to a new version in the compatibility mode DISABLED: an error, or one more version in FAILURE. */
  disabledRegistration: 'refused' | 'failure';
  /**
   * What DeleteSchemaVersions of version 1 gives if the checkpoint is another version: an error of the call, or of the
   * version.
   */
  firstVersionDeletion: 'refused' | 'item-error';
  /** What DeleteSchemaVersions gives for a version that is already in deletion: an error of the version, or nothing. */
  deletionAgain: 'item-error' | 'silent';
  /** The most versions in one range of DeleteSchemaVersions. No limit is documented. */
  maxVersionsPerDeletion: number;
  /** Whether the checkpoint can be a version in FAILURE. */
  checkpointOnFailure: 'refused' | 'allowed';
  /** The number of the next version after the deletion of the highest one. */
  numberAfterDeletion: 'next' | 'reused';
  /** The error of a write to something in deletion. */
  deletingError: 'ConcurrentModificationException' | 'InvalidInputException';
  /**
   * The order of ListSchemaVersions. In the only observation, the available versions came first, the newest first among
   * them. The observer does not say that this is the rule.
   */
  versionOrder: 'by-status' | 'by-id';
  /**
   * The resource that a policy must allow for a call that names a version only by its id (GetSchemaVersion and the
   * three operations on metadata): any resource, as in the guide's policy for consumers, or the schema and its
   * registry.
   */
  versionByIdNeeds: 'any-resource' | 'its-arns';
  /**
   * Whether a JSON definition is compatible. The developer guide documents rules, but users report that the service
   * does not check them (awslabs/aws-glue-schema-registry, pull request 494). The rules of AVRO and PROTOBUF decide
   * about their definitions.
   */
  compatible: (check: CompatibilityCheck) => boolean;
  /**
   * Whether the compatibility mode still needs a version, so that its deletion is refused. Documented for some mode;
   * not observed in BACKWARD, BACKWARD_ALL and FULL_ALL.
   */
  necessary: (deletion: VersionDeletion) => boolean;
  /** An error because of which one version of a range is not deleted. */
  deletionError: (deletion: VersionDeletion) => VersionError | undefined;

  // quotas.

  maxRegistries: number;
  /** Of all schemas together. */
  maxSchemaVersions: number;
  maxMetadataPairs: number;

  // slow operations.

  /**
   * How long, in milliseconds, a new version is PENDING. captured: stackd: up to three seconds in the modes that check
   * all versions.
   */
  checkTime: (compatibility: Compatibility) => number;
  /** How long, in milliseconds, a deleted resource is DELETING. captured: stackd: less than a second. */
  deletionTime: number;
}

const LIKELY: Readonly<GlueBehavior> = {
  disabledRegistration: 'refused',
  firstVersionDeletion: 'refused',
  deletionAgain: 'item-error',
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

const OTHER: Partial<GlueBehavior> = {
  disabledRegistration: 'failure',
  firstVersionDeletion: 'item-error',
  deletionAgain: 'silent',
  checkpointOnFailure: 'allowed',
  numberAfterDeletion: 'reused',
  deletingError: 'InvalidInputException',
  versionOrder: 'by-id',
  versionByIdNeeds: 'its-arns',
};

export const defaultBehavior = (readings: Readings = readingsOfEnvironment()): GlueBehavior => ({
  ...LIKELY,
  ...(readings === 'other' && OTHER),
});
