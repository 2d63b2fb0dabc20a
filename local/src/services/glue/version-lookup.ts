/** Finds versions as calls name them. */
// documented: API reference, GetSchemaVersion
import { invalidInput, notFound } from './errors';
import type { RegistryStore, SchemaId, SchemaRecord, VersionRecord } from './state';

/** A number, or the newest available version. */
export interface VersionNumber {
  readonly LatestVersion?: boolean;
  readonly VersionNumber?: number;
}

/** Finds a version by its id, or by schema and number. */
export interface VersionId {
  readonly SchemaId?: SchemaId;
  readonly SchemaVersionNumber?: VersionNumber;
  readonly SchemaVersionId?: string;
}

export function findVersion(store: RegistryStore, schema: SchemaRecord, wanted: VersionNumber): VersionRecord {
  if (!wanted.LatestVersion && wanted.VersionNumber === undefined) {
    throw invalidInput('SchemaVersionNumber needs LatestVersion or VersionNumber.');
  }
  // captured: stackd: the latest version is the newest available one
  const found = wanted.LatestVersion
    ? store.newestOf(schema)
    : store.versionsOf(schema).find(({ number }) => number === wanted.VersionNumber);
  if (found) return found;
  throw versionNotFound(`SchemaArn: ${schema.arn}, VersionNumber: ${wanted.VersionNumber ?? 'latest'}`);
}

export function findVersionById(store: RegistryStore, id: VersionId): VersionRecord {
  if (id.SchemaVersionId !== undefined) {
    const found = store.findVersionById(id.SchemaVersionId);
    if (found) return found;
    throw versionNotFound(`SchemaVersionId: ${id.SchemaVersionId}`);
  }
  if (id.SchemaId && id.SchemaVersionNumber) {
    return findVersion(store, store.schema(id.SchemaId), id.SchemaVersionNumber);
  }
  throw invalidInput('SchemaVersionId, or SchemaId and SchemaVersionNumber must be given.');
}

/** unverified: everything except the first sentence, for which AWS's own client searches. */
export const versionNotFound = (detail: string) => notFound(`Schema version is not found. ${detail}`);
