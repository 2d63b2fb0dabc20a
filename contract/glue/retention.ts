/** The sweep over the versions of a schema: what it selects, beside the rules that all sweeps share. */
import { type SweepConfig } from '../sweep';

/** Types of the sweeps, and of the custom resources that run them. Frozen, as for every custom resource. */
export const GlueSweepType = {
  SCHEMA_VERSION_RETENTION: 'Custom::GlueSchemaVersionRetention',
} as const;

/** What becomes of a run in which the registry did not delete some version. */
export type OnVersionError = 'FAIL' | 'WARN';

/** Keeps the newest versions of a schema. */
export interface SchemaVersionRetentionConfig extends SweepConfig {
  readonly type: typeof GlueSweepType.SCHEMA_VERSION_RETENTION;
  readonly registryName: string;
  readonly schemaName: string;
  /** Removes versions in FAILURE whatever the rules say. */
  readonly removeFailed: boolean;
  /** A version with one of these pairs stays. */
  readonly protectedMetadata: Readonly<Record<string, string>>;
  /** Moves the checkpoint to the oldest version that stays, the first one aside. */
  readonly advanceCheckpoint: boolean;
  readonly onVersionError: OnVersionError;
}

/** Versions that one call may delete. unverified: neither the model nor the guide states a limit. */
export const VERSIONS_PER_CALL = 25;
