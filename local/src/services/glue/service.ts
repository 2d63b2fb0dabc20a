/** The AWS Glue schema registry in the local AWS. */
import { type Needed, type Operations, type ReferencedCall, type Service, type World } from '../../core/service';
import { type GlueBehavior, defaultBehavior } from './behavior';
import { GlueNeeds } from './needs';
import { metadataOperations } from './operations-metadata';
import { registryOperations } from './operations-registries';
import { schemaOperations } from './operations-schemas';
import { tagOperations } from './operations-tags';
import { versionDeletionOperations } from './operations-version-deletion';
import { versionOperations } from './operations-versions';
import { type SeededVersion, seedVersions } from './seeding';
import {
  type Compatibility,
  DEFAULT_REGISTRY,
  type DataFormat,
  RegistryStore,
  type SchemaRecord,
  type VersionRecord,
  type VersionStatus,
  isDeleting,
} from './state';

export type { CompatibilityCheck, GlueBehavior, VersionDeletion, VersionError } from './behavior';
export { concurrentModification } from './errors';
export type { SeededVersion } from './seeding';

/** A schema in the form that tests compare. Absent members have no value. */
export interface SchemaDescription {
  readonly registryName: string;
  readonly schemaName: string;
  readonly dataFormat: DataFormat;
  readonly compatibility: Compatibility;
  readonly description?: string;
  readonly status: 'AVAILABLE' | 'DELETING';
  readonly checkpoint: number;
  readonly tags: Readonly<Record<string, string>>;
  /** The versions by number. */
  readonly versions: Readonly<Record<number, SchemaVersionDescription>>;
}

export interface SchemaVersionDescription {
  readonly versionId: string;
  readonly status: VersionStatus;
  readonly definition: string;
  /** The values of each key, oldest first. */
  readonly metadata: Readonly<Record<string, readonly string[]>>;
}

/** The local AWS Glue, with the members that tests read and set. */
export class Glue implements Service {
  readonly signingName = 'glue';
  readonly protocol = 'json';
  readonly targetPrefix = 'AWSGlue';
  readonly operations: Operations;
  /** A test can change it at any time. */
  readonly behavior: GlueBehavior;

  private readonly store: RegistryStore;
  private readonly permissions: GlueNeeds;

  constructor(
    private readonly world: World,
    behavior: Partial<GlueBehavior> = {},
  ) {
    this.behavior = { ...defaultBehavior(world.readings), ...behavior };
    this.store = new RegistryStore(world, this.behavior);
    this.permissions = new GlueNeeds(this.store, this.behavior);
    const context = { store: this.store, behavior: this.behavior };
    this.operations = {
      ...registryOperations(context),
      ...schemaOperations(context),
      ...versionOperations(context),
      ...versionDeletionOperations(context),
      ...metadataOperations(context),
      ...tagOperations(this.store, this.permissions),
    };
  }

  /** @deprecated its former name: use `behavior`. */
  get behaviour(): GlueBehavior {
    return this.behavior;
  }

  async needsFor(call: ReferencedCall): Promise<readonly Needed[]> {
    return this.permissions.for(call);
  }

  /** Calls an operation as the developer does by hand, without HTTP and IAM. */
  async byHand<Answer = unknown>(operation: string, input: object): Promise<Answer> {
    const context = { world: this.world, principal: { kind: 'developer' } } as const;
    return this.operations[operation].run(input, context) as Answer;
  }

  /** Creates a schema by hand, and its registry if it does not exist. By default, a schema is AVRO without checks. */
  async createSchema(
    schemaName: string,
    options: { readonly registryName?: string; readonly [member: string]: unknown } = {},
  ): Promise<void> {
    const { registryName = DEFAULT_REGISTRY, ...members } = options;
    if (!this.store.findRegistry(registryName)) this.store.addRegistry(registryName);
    await this.byHand('CreateSchema', {
      RegistryId: { RegistryName: registryName },
      SchemaName: schemaName,
      DataFormat: 'AVRO',
      Compatibility: 'NONE',
      SchemaDefinition: JSON.stringify({ type: 'record', name: 'Item', fields: [] }),
      ...members,
    });
  }

  /** Adds versions to a schema in the wanted state, without checks. */
  addVersions(schemaName: string, versions: readonly SeededVersion[], registryName = DEFAULT_REGISTRY): void {
    const schema = this.store.schema({ RegistryName: registryName, SchemaName: schemaName });
    seedVersions(this.store, schema, versions, this.world.clock.now());
  }

  /** The names of all registries, including those in deletion. */
  get registries(): readonly string[] {
    return this.store.all.map(({ name }) => name).sort();
  }

  /** The names of a registry's schemas, including those in deletion. */
  schemas(registryName = DEFAULT_REGISTRY): readonly string[] {
    const registry = this.store.findRegistry(registryName);
    return registry
      ? this.store
          .schemasOf(registry)
          .map(({ name }) => name)
          .sort()
      : [];
  }

  /** A schema with all its versions, or undefined if it does not exist. */
  describe(schemaName: string, registryName = DEFAULT_REGISTRY): SchemaDescription | undefined {
    const schema = this.store.findSchema({ RegistryName: registryName, SchemaName: schemaName });
    return schema && this.describeSchema(schema);
  }

  private describeSchema(schema: SchemaRecord): SchemaDescription {
    const { registry, name, dataFormat, compatibility, description, checkpoint, tags } = schema;
    return {
      registryName: registry.name,
      schemaName: name,
      dataFormat,
      compatibility,
      ...(description !== undefined && { description }),
      status: isDeleting(schema) ? 'DELETING' : 'AVAILABLE',
      checkpoint,
      tags: Object.fromEntries(tags),
      versions: Object.fromEntries(
        this.store.versionsOf(schema).map(version => [version.number, this.describeVersion(version)]),
      ),
    };
  }

  private describeVersion(version: VersionRecord): SchemaVersionDescription {
    const metadata: Record<string, string[]> = {};
    for (const { key, value } of version.metadata) (metadata[key] ??= []).push(value);
    return { versionId: version.id, status: this.store.statusOf(version), definition: version.definition, metadata };
  }
}
