/** Physical ids of schema versions, and the names of schemas. */
import { type SchemaVersionData, type SchemaVersionProperties } from '../../contract/glue';
import { quote } from '../../contract/shape';
import { type Answer } from '../runtime/custom-resource';

/** What identifies a schema. */
export interface SchemaName {
  readonly registryName: string;
  readonly schemaName: string;
}

/** The version that is created and deleted with its schema: this library never owns it. */
export const FIRST_VERSION = 1;

export interface PhysicalId extends SchemaName {
  readonly owner: string;
  /** Absent if the Create failed before it knew the id. */
  readonly versionId?: string;
}

/** What an event is about. */
export interface EventId extends PhysicalId {
  /**
   * Whether the id of a Delete is one that CloudFormation generated because the Create had not answered. Absent: false.
   */
  readonly unanswered?: boolean;
}

/** The state before an Update. */
export interface Before {
  readonly held: PhysicalId;
  readonly wanted?: SchemaVersionProperties;
}

/**
 * `<registry>/<schema>@<owner id>`, followed by `/<version id>` once the registry has generated that. Names hold
 * neither "/" nor "@", so an id reads back unambiguously.
 */
export const physicalId = ({ registryName, schemaName, owner, versionId }: PhysicalId): string =>
  `${registryName}/${schemaName}@${owner}${versionId === undefined ? '' : `/${versionId}`}`;

interface NumberedVersion {
  readonly id: string;
  readonly number: number;
}

/** The answer to a Create or Update. */
export function versionAnswer({ registryName, schemaName, owner }: PhysicalId, version: NumberedVersion): Answer {
  const data: SchemaVersionData = { VersionId: version.id, VersionNumber: String(version.number) };
  return {
    physicalResourceId: physicalId({ registryName, schemaName, owner, versionId: version.id }),
    data: { ...data },
  };
}

/** The id that is known before the registry has generated one. */
export const announced = (
  { RegistryName, SchemaName }: Pick<SchemaVersionProperties, 'RegistryName' | 'SchemaName'>,
  owner: string,
): PhysicalId => ({ registryName: RegistryName, schemaName: SchemaName, owner });

const PHYSICAL_ID =
  /^(?<registryName>[^/@]+)\/(?<schemaName>[^/@]+)@(?<owner>[0-9a-f]+)(?:\/(?<versionId>[0-9a-f-]+))?$/;

export function parsePhysicalId(id: string): PhysicalId {
  const found = findPhysicalId(id);
  if (!found) throw new Error(`not a physical id of this library: ${quote(id)}, expected <registry>/<schema>@<owner>`);
  return found;
}

/** `undefined` for an id that CloudFormation generated because the Create was given up before it had answered. */
export function findPhysicalId(id: string): PhysicalId | undefined {
  const match = PHYSICAL_ID.exec(id);
  if (!match?.groups) return undefined;
  const { registryName, schemaName, owner, versionId } = match.groups as Record<string, string>;
  return { registryName, schemaName, owner, versionId };
}

/** A schema in words. */
export const schemaIn = ({ registryName, schemaName }: SchemaName): string =>
  `schema ${schemaName} in registry ${registryName}`;

/** A version in words. */
export const versionIn = (at: SchemaName, versionNumber: number): string =>
  `version ${versionNumber} of ${schemaIn(at)}`;

/** A version in the fields of a log record. */
export const versionFields = ({ registryName, schemaName }: SchemaName, { id, number }: NumberedVersion) => ({
  registryName,
  schemaName,
  versionId: id,
  versionNumber: number,
});
