import { Stack } from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import { GlueSweepType, ProtectedMetadataShape, type SchemaVersionRetentionConfig } from '../../contract/glue';
import { type SweepConfig } from '../../contract/sweep';
import { FLAG, PAIRS, SCHEMA, memberOf, requireKinds } from '../core/arguments';
import { requireProps, validate } from '../core/validation';
import { RetentionBase } from '../sweep/retention-base';
import { type SweepOptions, type SweepRules } from '../sweep/sweep-rules';
import { type SweepTrigger } from '../sweep/sweep-trigger';
import { retentionPermissions } from './permissions';
import { GlueArtifactProvider } from './provider';
import { type SchemaReference, arnElsewhere, requireEnvironmentOfSchema } from './schema-reference';
import { declaredSchemaVersions } from './schema-version';

/** What happens to a run in which the registry did not delete a version. */
export enum OnVersionError {
  /** It does everything else, then fails and names the version. */
  FAIL = 'FAIL',

  /** It goes on. The log names the version in a warning, and the version counts as kept. */
  WARN = 'WARN',
}

/** Properties of a `SchemaVersionRetention`. */
export interface SchemaVersionRetentionProps extends SweepOptions {
  /** The schema whose versions are kept or removed. It must be in the stack's account and region. */
  readonly schema: SchemaReference;

  /**
   * What is kept: a `keepLatest` of at least 1, or a `minAge`. Patterns match version numbers. Consumers need a version
   * as long as they read records that were written with it, and a day longer, because they cache definitions.
   */
  readonly rules: SweepRules;

  /**
   * Whether to remove versions that the registry has failed, whatever the rules say. No record names them, and a failed
   * version prevents its definition from being checked again.
   *
   * @default true
   */
  readonly removeFailed?: boolean;

  /**
   * Pairs of metadata. A version that has one of them stays.
   *
   * @default - metadata protects only what a stack owns
   */
  readonly protectedMetadata?: { [key: string]: string };

  /**
   * Whether to move the schema's checkpoint to the oldest version that stays (apart from version 1) before anything is
   * removed. The checkpoint cannot be moved back. The registry checks compatibility from the checkpoint on, so versions
   * before it no longer restrict what can be registered.
   *
   * @default false - the checkpoint stays where it is, and so does its version
   */
  readonly advanceCheckpoint?: boolean;

  /**
   * What happens to a run in which the registry did not delete a version.
   *
   * @default OnVersionError.FAIL
   */
  readonly onVersionError?: OnVersionError;

  /**
   * When the retention runs. With an empty list, it runs only when you start its state machine.
   *
   * @default [SweepTrigger.afterDeployment()]
   */
  readonly triggers?: SweepTrigger[];
}

/**
 * Keeps the newest versions of a schema and removes the others, no matter who registered them, with as few calls as
 * possible. A removed version and its metadata cannot be restored.
 *
 * Some versions always stay: version 1, the checkpoint, the newest available version, versions in transition, versions
 * that a stack owns, and every version whose protection cannot be read.
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import { SchemaReference, SchemaVersionRetention } from 'cdk-versioned-artifacts';
 *
 * new SchemaVersionRetention(this, 'KeepOrders', {
 *   schema: SchemaReference.fromSchemaName({ registryName: 'shop', schemaName: 'orders' }),
 *   rules: { keepLatest: 5, minAge: Duration.days(30) },
 * });
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
  const { schema } = props;
  requireProps(sweep, props, 'schema');
  requireKinds(sweep, props, {
    schema: SCHEMA,
    removeFailed: FLAG,
    protectedMetadata: PAIRS,
    advanceCheckpoint: FLAG,
    onVersionError: memberOf('OnVersionError', OnVersionError),
  });
  requireEnvironmentOfSchema(schema, sweep, 'a retention');
  const protectedMetadata = props.protectedMetadata ?? {};
  validate(sweep, ProtectedMetadataShape, protectedMetadata);
  return {
    type: GlueSweepType.SCHEMA_VERSION_RETENTION,
    ...shared,
    arn: arnElsewhere(schema, sweep),
    statuses: ['AVAILABLE'],
    registryName: schema.registryName,
    schemaName: schema.schemaName,
    removeFailed: props.removeFailed ?? true,
    protectedMetadata,
    advanceCheckpoint: props.advanceCheckpoint ?? false,
    onVersionError: props.onVersionError ?? OnVersionError.FAIL,
  };
}
