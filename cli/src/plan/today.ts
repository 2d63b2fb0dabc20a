/** What the services hold of an artifact today. */
import { SchemaResourceType } from '../../../contract/glue';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, type OwnershipTags } from '../../../contract/ownership';
import { GlueGateway } from '../../../lambda/glue/gateway';
import { findPhysicalId } from '../../../lambda/glue/names';
import { FIELDS } from '../../../lambda/glue/owner-record';
import { marksFrom } from '../../../lambda/glue/version-ownership';
import { IotGateway } from '../../../lambda/iot/gateway';
import { packageArn, versionArn } from '../../../lambda/iot/names';
import { Deadline, systemClock } from '../../../lambda/runtime/clock';
import { type Log } from '../../../lambda/runtime/log';
import { type Tags, claimsIn } from '../../../lambda/runtime/ownership';
import { type Account } from '../aws/account';
import { type Today } from './deployment';
import { type ArtifactState, type OwnerState } from './report';

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };

/** A gateway of the registry for what is only read. */
export const registryOf = (account: Account): GlueGateway =>
  new GlueGateway(account.glue(), { clock: systemClock, deadline: new Deadline(systemClock, Infinity), log: SILENT });

/** Reads the state of artifacts in an account. */
export function todayIn(account: Account): Today {
  const iot = new IotGateway(account.iot());
  const registry = registryOf(account);
  return async (type, properties, physicalId, stackId) => {
    const { PackageName, VersionName } = properties as Record<string, string>;
    switch (type) {
      case SoftwarePackageResourceType.PACKAGE: {
        const held = await iot.findPackage(PackageName);
        if (!held) return ABSENT;
        const tags = (await iot.tagsOf(packageArn({ stackId }, PackageName))) ?? {};
        const owner = ownerIn(tags, ARTIFACT_TAGS, stackId);
        return { exists: true, defaultVersion: held.defaultVersionName, owner };
      }
      case SoftwarePackageResourceType.DEFAULT_VERSION: {
        const held = await iot.findPackage(PackageName);
        if (!held) return ABSENT;
        const tags = (await iot.tagsOf(packageArn({ stackId }, PackageName))) ?? {};
        const { defaultVersionName: defaultVersion } = held;
        return { exists: true, defaultVersion, owner: ownerIn(tags, DEFAULT_POINTER_TAGS, stackId) };
      }
      case SoftwarePackageResourceType.VERSION: {
        const held = await iot.findVersion(PackageName, VersionName);
        if (!held) return ABSENT;
        const tags = (await iot.tagsOf(versionArn({ stackId }, PackageName, VersionName))) ?? {};
        const isDefault = (await iot.findPackage(PackageName))?.defaultVersionName === VersionName;
        return { exists: true, status: held.status, isDefault, owner: ownerIn(tags, ARTIFACT_TAGS, stackId) };
      }
      case SchemaResourceType.VERSION:
        return schemaVersion(registry, properties, physicalId, stackId);
      default:
        // only the platform's own token can look into CloudBase: the rehearsal does.
        return undefined;
    }
  };
}

async function schemaVersion(
  registry: GlueGateway,
  properties: Readonly<Record<string, unknown>>,
  physicalId: string | undefined,
  stackId: string,
): Promise<ArtifactState> {
  const { RegistryName, SchemaName, Definition } = properties as Record<string, string | undefined>;
  const id = physicalId === undefined ? undefined : findPhysicalId(physicalId)?.versionId;
  const at = { registryName: RegistryName ?? '', schemaName: SchemaName ?? '' };
  const held =
    id !== undefined
      ? await registry.findVersion(id)
      : Definition === undefined
        ? undefined
        : await registry.findByDefinition(at, Definition).catch(() => undefined);
  if (!held) return ABSENT;
  const { record } = marksFrom((await registry.pairsOf(held.id)) ?? []);
  const owner = ownerIn(record.fields, FIELDS, stackId);
  return { exists: true, status: held.status, number: held.number, owner };
}

const ABSENT: ArtifactState = { exists: false };

/** Whose an artifact is by its marks. */
export function ownerIn(tags: Tags, keys: OwnershipTags, stackId: string): OwnerState {
  const owner = tags[keys.owner];
  if (owner === undefined) return {};
  const stack = tags[keys.stack] ?? '';
  const [name, uuid] = stack.split('/').slice(-2);
  const claim = claimsIn(tags, keys).find(({ ownerId }) => ownerId === owner);
  return {
    stack: name,
    stackId: stack,
    isThisStack: stackId.endsWith(`/${uuid}`),
    ...(claim && { since: new Date(claim.sentAt).toISOString() }),
  };
}
