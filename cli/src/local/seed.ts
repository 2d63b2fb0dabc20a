/** What a local AWS begins with, from a JSON file. */
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { UserError } from '../errors';

type Status = 'DRAFT' | 'PUBLISHED' | 'DEPRECATED';

export interface SeededPackageVersion {
  /** Absent: PUBLISHED. */
  readonly status?: Status;
  /** How long ago it was made. Absent: now. */
  readonly daysOld?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Seed {
  /** By name. */
  readonly packages?: Readonly<
    Record<
      string,
      {
        readonly description?: string;
        /** The default version. */
        readonly default?: string;
        /** By name: a status, or more. */
        readonly versions?: Readonly<Record<string, Status | SeededPackageVersion>>;
      }
    >
  >;
  /** By `registry/schema`. */
  readonly schemas?: Readonly<
    Record<
      string,
      {
        /** Absent: AVRO. */
        readonly dataFormat?: string;
        /** Absent: BACKWARD. */
        readonly compatibility?: string;
        /** Definitions, the oldest first. */
        readonly versions: readonly (string | object)[];
      }
    >
  >;
  /** Anything else: calls of the services, in their order. */
  readonly calls?: readonly { readonly service: string; readonly operation: string; readonly input?: object }[];
}

const KEYS: readonly string[] = ['packages', 'schemas', 'calls'] satisfies readonly (keyof Seed)[];
const DAY = 86_400_000;

/** @param setBehind sets the clock of the local AWS so many milliseconds back */
export async function seedInto(aws: LocalAws, seed: Seed, setBehind: (milliseconds: number) => void): Promise<void> {
  const unknown = Object.keys(seed).find(key => !KEYS.includes(key));
  if (unknown !== undefined) throw new UserError(`a seed has no ${unknown}: it may have ${KEYS.join(', ')}`);
  try {
    await seedPackages(aws, seed.packages ?? {}, setBehind);
    await seedSchemas(aws, seed.schemas ?? {});
    for (const { service, operation, input = {} } of seed.calls ?? []) await aws.call(service, operation, input);
  } catch (error) {
    throw new UserError(`the local AWS refuses the seed: ${(error as Error).message}`);
  } finally {
    setBehind(0);
  }
}

async function seedPackages(
  aws: LocalAws,
  packages: NonNullable<Seed['packages']>,
  setBehind: (milliseconds: number) => void,
): Promise<void> {
  for (const [packageName, { description, versions = {}, default: byDefault }] of Object.entries(packages)) {
    const all = Object.entries(versions).map(([name, said]) => ({
      name,
      ...(typeof said === 'string' ? { status: said } : said),
    }));
    setBehind(Math.max(0, ...all.map(({ daysOld = 0 }) => daysOld)) * DAY);
    await aws.iot.createPackage(packageName, { description });
    for (const { name, status = 'PUBLISHED', daysOld = 0, attributes } of all) {
      setBehind(daysOld * DAY);
      await aws.iot.createVersion(packageName, name, { status, attributes });
    }
    setBehind(0);
    if (byDefault !== undefined) {
      await aws.iot.byHand('UpdatePackage', { packageName, defaultVersionName: byDefault });
    }
  }
}

async function seedSchemas(aws: LocalAws, schemas: NonNullable<Seed['schemas']>): Promise<void> {
  const registries = new Set<string>();
  for (const [name, { dataFormat = 'AVRO', compatibility = 'BACKWARD', versions }] of Object.entries(schemas)) {
    const [RegistryName, SchemaName] = name.split('/');
    if (!SchemaName) throw new UserError(`a schema of a seed is called REGISTRY/SCHEMA, got ${name}`);
    const [first, ...others] = versions.map(each => (typeof each === 'string' ? each : JSON.stringify(each)));
    if (!registries.has(RegistryName)) await aws.call('glue', 'CreateRegistry', { RegistryName });
    registries.add(RegistryName);
    await aws.call('glue', 'CreateSchema', {
      RegistryId: { RegistryName },
      SchemaName,
      DataFormat: dataFormat,
      Compatibility: compatibility,
      SchemaDefinition: first,
    });
    const SchemaId = { RegistryName, SchemaName };
    for (const SchemaDefinition of others)
      await aws.call('glue', 'RegisterSchemaVersion', { SchemaId, SchemaDefinition });
  }
}
