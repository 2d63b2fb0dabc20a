import { Lazy, Stack } from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import { GlueSweepType, type SchemaVersionRetentionConfig, checkMetadata } from '../../contract/glue';
import { dependableOn } from '../core/dependencies';
import { knownEntries, validate } from '../core/validation';
import { ArtifactProvider } from '../provider/artifact-provider';
import { SweepBase } from '../sweep/sweep-base';
import { sweepConfig } from '../sweep/sweep-config';
import { type SweepOptions } from '../sweep/sweep-options';
import { type SweepRules } from '../sweep/sweep-rules';
import { SweepTrigger } from '../sweep/sweep-trigger';
import { OnVersionError } from './enums';
import { allowRetention } from './permissions';
import { requireEnvironmentOfSchema, sameSchema } from './schema-environment';
import { type SchemaReference } from './schema-reference';
import { SchemaVersion } from './schema-version';

/** Removals that one run may make where the rules set no other limit. */
const MAX_REMOVALS = 50;

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
export class SchemaVersionRetention extends SweepBase {
  constructor(scope: Construct, id: string, props: SchemaVersionRetentionProps) {
    const { schema, triggers = [SweepTrigger.afterDeployment()] } = props;
    super(scope, id, { ...props, triggers }, sweep => {
      const config = configOf(sweep, props);
      const provider = ArtifactProvider.glue(sweep);
      allowRetention(provider, schema, config);
      const declared = () => declaredIn(Stack.of(sweep), schema);
      return {
        provider,
        config,
        declaredVersions: Lazy.list(
          { produce: () => declared().map(({ versionId }) => versionId) },
          { omitEmpty: true },
        ),
        order: resource =>
          resource.node.addDependency(dependableOn(() => declared().map(({ node }) => node.defaultChild!))),
      };
    });
  }
}

function configOf(sweep: IConstruct, props: SchemaVersionRetentionProps): SchemaVersionRetentionConfig {
  const { schema, protectedMetadata = {} } = props;
  requireEnvironmentOfSchema(schema, sweep, 'a retention');
  for (const [key, value] of Object.entries(knownEntries(protectedMetadata))) {
    validate(sweep, { [key]: value }, checkMetadata);
  }
  return {
    type: GlueSweepType.SCHEMA_VERSION_RETENTION,
    ...sweepConfig(sweep, { kind: 'retention', defaultMaxRemovals: MAX_REMOVALS, ...props }),
    statuses: ['AVAILABLE'],
    registryName: schema.registryName,
    schemaName: schema.schemaName,
    removeFailed: props.removeFailed ?? true,
    protectedMetadata,
    advanceCheckpoint: props.advanceCheckpoint ?? false,
    onVersionError: props.onVersionError ?? OnVersionError.FAIL,
  };
}

/** The versions of a schema that a stack registers: a sweep in its deployment comes after them. */
function declaredIn(stack: Stack, schema: SchemaReference): SchemaVersion[] {
  return stack.node
    .findAll()
    .filter(construct => construct instanceof SchemaVersion)
    .filter(version => version.stack === stack && sameSchema(stack, version.schema, schema));
}
