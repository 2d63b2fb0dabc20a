/** The state of the schema registry: registries, their schemas, the versions of these. */
// documented: API reference, the statuses
// unverified: that registries and schemas in deletion are still found by name
import type { LocalClock, World } from '../../core/service';
import type { GlueBehavior } from './behavior';
import { concurrentModification, invalidInput, notFound } from './errors';

export type DataFormat = 'AVRO' | 'JSON' | 'PROTOBUF';

export type Compatibility =
  'NONE' | 'DISABLED' | 'BACKWARD' | 'BACKWARD_ALL' | 'FORWARD' | 'FORWARD_ALL' | 'FULL' | 'FULL_ALL';

export type VersionStatus = 'AVAILABLE' | 'PENDING' | 'FAILURE' | 'DELETING';

/** A resource whose deletion takes time. */
interface Deletable {
  /** When the resource is gone. Present if it is in deletion. */
  goneAt?: number;
}

export interface RegistryRecord extends Deletable {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  readonly schemas: Map<string, SchemaRecord>;
  updatedAt: number;
  description?: string;
}

export interface SchemaRecord extends Deletable {
  readonly registry: RegistryRecord;
  readonly name: string;
  readonly arn: string;
  readonly dataFormat: DataFormat;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  /** The versions by number. */
  readonly versions: Map<number, VersionRecord>;
  updatedAt: number;
  description?: string;
  compatibility: Compatibility;
  checkpoint: number;
  /** The highest number that any version has had. */
  lastNumber: number;
}

export interface VersionRecord extends Deletable {
  readonly schema: SchemaRecord;
  readonly id: string;
  readonly number: number;
  readonly definition: string;
  /** The form of the definition by which duplicates are recognized. */
  readonly canonical: string;
  readonly createdAt: number;
  /** The result of the compatibility check, and when it becomes visible. */
  readonly verdict: 'AVAILABLE' | 'FAILURE';
  readonly decidedAt: number;
  /** The pairs in the order in which they were added. */
  readonly metadata: MetadataPair[];
}

export interface MetadataPair {
  readonly key: string;
  readonly value: string;
  readonly createdAt: number;
}

export interface RegistryId {
  readonly RegistryName?: string;
  readonly RegistryArn?: string;
}

export interface SchemaId {
  readonly SchemaArn?: string;
  readonly SchemaName?: string;
  readonly RegistryName?: string;
}

/** The registry of schemas without a registry. */
export const DEFAULT_REGISTRY = 'default-registry';

export const registryArn = (world: Pick<World, 'arn'>, name = '*') => world.arn('glue', `registry/${name}`);

export const schemaArn = (world: Pick<World, 'arn'>, registryName = '*', schemaName = '*') =>
  world.arn('glue', `schema/${registryName}/${schemaName}`);

export function versionStatus(version: VersionRecord, now: number): VersionStatus {
  if (version.goneAt !== undefined) return 'DELETING';
  return now < version.decidedAt ? 'PENDING' : version.verdict;
}

export const isDeleting = (record: Deletable) => record.goneAt !== undefined;

export class RegistryStore {
  private readonly registries = new Map<string, RegistryRecord>();

  constructor(
    private readonly world: World,
    private readonly behavior: GlueBehavior,
  ) {}

  private get clock(): LocalClock {
    return this.world.clock;
  }

  /** The existing registries, including those in deletion. */
  get all(): readonly RegistryRecord[] {
    return present(this.registries, this.clock.now());
  }

  addRegistry(name: string, description?: string, tags: Readonly<Record<string, string>> = {}): RegistryRecord {
    const now = this.clock.now();
    const added = {
      name,
      arn: registryArn(this.world, name),
      description,
      createdAt: now,
      updatedAt: now,
      tags: new Map(Object.entries(tags)),
      schemas: new Map(),
    };
    this.registries.set(name, added);
    return added;
  }

  findRegistry(name: string): RegistryRecord | undefined {
    return this.all.find(registry => registry.name === name);
  }

  registry(id: RegistryId): RegistryRecord {
    const { RegistryName, RegistryArn } = id;
    const found = this.all.find(({ name, arn }) => (RegistryArn ? arn === RegistryArn : name === RegistryName));
    if (found) return found;
    if (!RegistryName && !RegistryArn) throw invalidInput('RegistryName or RegistryArn must be given.');
    // captured: stackd, for the message
    throw notFound(`Registry is not found. RegistryName: ${shown(RegistryName)}, RegistryArn: ${shown(RegistryArn)}`);
  }

  schemasOf(registry: RegistryRecord): readonly SchemaRecord[] {
    return present(registry.schemas, this.clock.now());
  }

  findSchema({ SchemaArn, SchemaName, RegistryName = DEFAULT_REGISTRY }: SchemaId): SchemaRecord | undefined {
    const names = SchemaArn ? /:schema\/([^/]+)\/([^/]+)$/.exec(SchemaArn)?.slice(1) : [RegistryName, SchemaName];
    const registry = this.findRegistry(names?.[0] ?? '');
    const found = registry && this.schemasOf(registry).find(({ name }) => name === names?.[1]);
    return SchemaArn && found?.arn !== SchemaArn ? undefined : found;
  }

  schema(id: SchemaId): SchemaRecord {
    const found = this.findSchema(id);
    if (found) return found;
    const { SchemaArn, SchemaName, RegistryName } = id;
    if (!SchemaArn && !SchemaName) throw invalidInput('SchemaName or SchemaArn must be given.');
    // captured: stackd, for the message
    if (!SchemaArn && !this.findRegistry(RegistryName ?? DEFAULT_REGISTRY)) {
      throw notFound(`Registry is not found. RegistryName: ${RegistryName ?? DEFAULT_REGISTRY}`);
    }
    const registryName = SchemaArn ? RegistryName : (RegistryName ?? DEFAULT_REGISTRY);
    // captured: stackd, for the message
    throw notFound(
      `Schema is not found. RegistryName: ${shown(registryName)}, SchemaName: ${shown(SchemaName)}, ` +
        `SchemaArn: ${shown(SchemaArn)}`,
    );
  }

  /** The existing versions, by ascending number. */
  versionsOf(schema: SchemaRecord): readonly VersionRecord[] {
    return present(schema.versions, this.clock.now());
  }

  /** The newest available version. */
  newestOf(schema: SchemaRecord): VersionRecord | undefined {
    return this.versionsOf(schema)
      .filter(version => this.statusOf(version) === 'AVAILABLE')
      .at(-1);
  }

  /** The highest number, also of a version in FAILURE. */
  latestNumberOf(schema: SchemaRecord): number {
    return this.versionsOf(schema).at(-1)?.number ?? 0;
  }

  nextNumberOf(schema: SchemaRecord): number {
    const isReused = this.behavior.numberAfterDeletion === 'reused';
    return 1 + (isReused ? this.latestNumberOf(schema) : schema.lastNumber);
  }

  findVersionById(id: string): VersionRecord | undefined {
    for (const registry of this.all) {
      for (const schema of this.schemasOf(registry)) {
        const found = this.versionsOf(schema).find(version => version.id === id);
        if (found) return found;
      }
    }
    return undefined;
  }

  statusOf(version: VersionRecord): VersionStatus {
    return versionStatus(version, this.clock.now());
  }

  /** The number of all versions of all schemas. */
  countVersions(): number {
    const schemas = this.all.flatMap(registry => this.schemasOf(registry));
    return schemas.reduce((sum, schema) => sum + this.versionsOf(schema).length, 0);
  }

  /** Refuses a resource in deletion. unverified: with which error. */
  requireLiving<T extends RegistryRecord | SchemaRecord>(record: T): T {
    if (!isDeleting(record)) return record;
    const message = `${record.arn} is being deleted.`;
    throw this.behavior.deletingError === 'InvalidInputException'
      ? invalidInput(message)
      : concurrentModification(message);
  }

  /** The live tags of a registry or a schema. */
  findTags(arn: string): Map<string, string> | undefined {
    const registry = this.all.find(candidate => candidate.arn === arn);
    return (registry ?? this.findSchema({ SchemaArn: arn }))?.tags;
  }

  startDeletion(record: Deletable): void {
    record.goneAt = this.clock.now() + this.behavior.deletionTime;
  }
}

/** Drops what is gone, and returns the rest. */
function present<K, T extends Deletable>(records: Map<K, T>, now: number): readonly T[] {
  for (const [key, record] of records) {
    if (record.goneAt !== undefined && record.goneAt <= now) records.delete(key);
  }
  return [...records.values()];
}

const shown = (value: string | undefined): string => value ?? 'null';
