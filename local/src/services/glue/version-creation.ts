/** How a definition becomes a version. */
// documented: API reference, RegisterSchemaVersion
import { randomUUID } from 'node:crypto';
import type { World } from '../../core/service';
import { isCompatible } from './compatibility';
import { invalidInput, limitExceeded } from './errors';
import { canonical, syntaxError } from './formats';
import type { RegistryContext } from './operations-registries';
import type { DataFormat, SchemaRecord, VersionRecord } from './state';

export function requireSyntax(dataFormat: DataFormat, definition: string): void {
  const error = syntaxError(dataFormat, definition);
  // unverified: the wording.
  if (error) throw invalidInput(`Schema definition of ${dataFormat} data format is invalid: ${error}`);
}

/** An incompatible definition is not an error: it becomes a version in FAILURE, and uses a number. captured: stackd */
export function addVersion(
  { store, behavior }: RegistryContext,
  schema: SchemaRecord,
  definition: string,
  world: World,
): VersionRecord {
  // documented: General Reference, for the quota
  if (store.countVersions() >= behavior.maxSchemaVersions) {
    throw limitExceeded(`More schema versions than allowed. The limit is ${behavior.maxSchemaVersions}.`);
  }
  const { dataFormat, compatibility } = schema;
  // a pending version that will be available counts, because its check comes first.
  const available = store
    .versionsOf(schema)
    .filter(version => version.goneAt === undefined && version.verdict === 'AVAILABLE')
    .filter(version => version.number >= schema.checkpoint)
    .map(version => ({ versionNumber: version.number, definition: version.definition }));
  const isFirst = schema.lastNumber === 0;
  const candidate = { dataFormat, compatibility, definition, available };
  const now = world.clock.now();
  const version: VersionRecord = {
    schema,
    id: randomUUID(),
    number: store.nextNumberOf(schema),
    definition,
    canonical: canonical(dataFormat, definition),
    createdAt: now,
    verdict: isFirst || isCompatible(candidate, behavior.compatible) ? 'AVAILABLE' : 'FAILURE',
    decidedAt: isFirst ? now : now + behavior.checkTime(compatibility),
    metadata: [],
  };
  schema.versions.set(version.number, version);
  schema.lastNumber = version.number;
  schema.updatedAt = now;
  return version;
}
