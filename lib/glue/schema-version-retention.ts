import { Stack } from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import { GlueSweepType, ProtectedMetadataShape, type SchemaVersionRetentionConfig } from '../../contract/glue';
import { type SweepConfig } from '../../contract/sweep';
import { validate } from '../core/validation';
import { RetentionBase } from '../sweep/retention-base';
import { type SweepOptions, type SweepRules } from '../sweep/sweep-rules';
import { type SweepTrigger } from '../sweep/sweep-trigger';
import { retentionPermissions } from './permissions';
import { GlueArtifactProvider } from './provider';
import { type SchemaReference, requireEnvironmentOfSchema } from './schema-reference';
import { declaredSchemaVersions } from './schema-version';

/** What becomes of a run in which the registry did not delete some version. */
export enum OnVersionError {
  /** It fails when everything else is done, and names the version. */
  FAIL = 'FAIL',

  /** It goes on. The log warns and names the version, which counts as kept. */
  WARN = 'WARN',
}

/** Properties of a `SchemaVersionRetention`. */
export interface SchemaVersionRetentionProps extends SweepOptions {
  /** The schema whose versions are kept or removed. It must be of the stack's account and region. */
  readonly schema: SchemaReference;

  /**
   * What is kept: a `keepLatest` of at least 1, or a `minAge`. Patterns match the numbers of versions. A version is
   * needed for as long as records that were written with it are read, and a day longer: consumers cache definitions.
   */
  readonly rules: SweepRules;

  /**
   * Whether to remove versions that the registry has failed, whatever the rules say. No record names them, and each keeps
   * its definition from being checked again.
   *
   * @default true
   */
  readonly removeFailed?: boolean;

  /**
   * Pairs of metadata: a version with one of them stays.
   *
   * @default - metadata protect nothing but what a stack owns
   */
  readonly protectedMetadata?: { [key: string]: string };

  /**
   * Whether to move the schema's checkpoint to the oldest version that stays, the first one aside, before anything is
   * removed. It cannot be moved back. Compatibility is checked from the checkpoint on: versions before it no longer
   * narrow what can be registered.
   *
   * @default false - the checkpoint stays where it is, and so does its version
   */
  readonly advanceCheckpoint?: boolean;

  /**
   * What becomes of a run in which the registry did not delete some version.
   *
   * @default OnVersionError.FAIL
   */
  readonly onVersionError?: OnVersionError;

  /**
   * When the retention runs. With an empty list only when its state machine is started.
   *
   * @default [SweepTrigger.afterDeployment()]
   */
  readonly triggers?: SweepTrigger[];
}

/**
 * Keeps the newest versions of a schema and removes the others, whoever has registered them, with as few calls as it
 * takes. What is removed is gone for good, with its metadata.
 *
 * Version 1, the checkpoint, the newest available version, versions that are in transition and versions that a stack owns
 * always stay, and so does whatever cannot be told to be free.
 */
export class SchemaVersionRetention extends RetentionBase {
  constructor(scope: Construct, id: string, props: SchemaVersionRetentionProps) {
    super(scope, id, props, (retention, shared) => {
      const config = configOf(retention, shared, props);
      const provider = GlueArtifactProvider.of(retention);
      provider._allow(...retentionPermissions(Stack.of(provider), config));
      const declared = () => declaredSchemaVersions.beside(retention, props.schema.schemaArn);
      return { provider, config, versions: () => declared().map(({ versionId }) => versionId), after: declared };
    });
  }
}

function configOf(
  sweep: IConstruct,
  shared: SweepConfig,
  props: SchemaVersionRetentionProps,
): SchemaVersionRetentionConfig {
  const { schema, protectedMetadata = {} } = props;
  requireEnvironmentOfSchema(schema, sweep, 'a retention');
  validate(sweep, ProtectedMetadataShape, protectedMetadata);
  return {
    type: GlueSweepType.SCHEMA_VERSION_RETENTION,
    ...shared,
    statuses: ['AVAILABLE'],
    registryName: schema.registryName,
    schemaName: schema.schemaName,
    removeFailed: props.removeFailed ?? true,
    protectedMetadata,
    advanceCheckpoint: props.advanceCheckpoint ?? false,
    onVersionError: props.onVersionError ?? OnVersionError.FAIL,
  };
}
