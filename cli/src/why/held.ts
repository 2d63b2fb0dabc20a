/** A version as its service holds it, and the marks of whoever owns it. */
import { SchemaResourceType } from '../../../contract/glue';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { CLOUDBASE_SERVICE_VERSION } from '../../../contract/wechat';
import { FIRST_VERSION } from '../../../lambda/glue/names';
import { FIELDS } from '../../../lambda/glue/owner-record';
import { marksFrom } from '../../../lambda/glue/version-ownership';
import { neededByJob } from '../../../lambda/iot/active-jobs';
import { IotGateway } from '../../../lambda/iot/gateway';
import { versionArn } from '../../../lambda/iot/names';
import { type Account } from '../aws/account';
import { type ArtifactState } from '../plan/report';
import { ownerIn, registryOf } from '../plan/today';
import { type Name } from './name';

export interface Held {
  /** The type of its custom resource. */
  readonly type: string;
  /** Absent where it cannot be looked up without a sweep's own access. */
  readonly state?: ArtifactState;
  /** The beginning of the physical id of whoever owns it. */
  readonly physicalId: string;
  /** What keeps it, whatever anybody's rules say. */
  readonly protections: readonly string[];
  /** What comes of a deletion by hand. */
  readonly byHand: string;
}

export async function heldOf(name: Name, account: Account): Promise<Held> {
  switch (name.kind) {
    case 'package version':
      return packageVersion(name, account);
    case 'schema version':
      return schemaVersion(name, account);
    case 'service version':
      return {
        type: CLOUDBASE_SERVICE_VERSION,
        physicalId: `${name.environmentId}/${name.serverName}/${name.versionName}@`,
        protections: [],
        byHand: 'CloudBase deletes it, unless it carries traffic',
      };
  }
}

async function packageVersion(
  { packageName, versionName }: Extract<Name, { kind: 'package version' }>,
  account: Account,
): Promise<Held> {
  const iot = new IotGateway(account.iot());
  const about = { type: SoftwarePackageResourceType.VERSION, physicalId: `${packageName}/${versionName}@` };
  const held = await iot.findVersion(packageName, versionName);
  if (!held) return { ...about, state: { exists: false }, protections: [], byHand: '' };
  const stackId = account.stackId('any');
  const tags = (await iot.tagsOf(versionArn({ stackId }, packageName, versionName))) ?? {};
  const isDefault = (await iot.findPackage(packageName))?.defaultVersionName === versionName;
  const job = await neededByJob(iot, { packageName, versionName });
  const owner = ownerIn(tags, ARTIFACT_TAGS, stackId);
  return {
    ...about,
    state: { exists: true, status: held.status, isDefault, owner },
    protections: [...(isDefault ? ['it is the default version'] : []), ...(job === undefined ? [] : [job])],
    byHand: isDefault ? 'AWS IoT refuses it while it is the default version' : byHandIn('AWS IoT', owner),
  };
}

async function schemaVersion(
  { registryName, schemaName, number }: Extract<Name, { kind: 'schema version' }>,
  account: Account,
): Promise<Held> {
  const registry = registryOf(account);
  const at = { registryName, schemaName };
  const about = { type: SchemaResourceType.VERSION, physicalId: `${registryName}/${schemaName}@` };
  const held = await registry.findNumber(at, number);
  if (!held) return { ...about, state: { exists: false }, protections: [], byHand: '' };
  const { record } = marksFrom((await registry.pairsOf(held.id)) ?? []);
  const isCheckpoint = (await registry.findSchema(at))?.checkpoint === number;
  const isFirst = number === FIRST_VERSION;
  const protections = [
    ...(isFirst ? ['it is the first version, which goes with its schema only'] : []),
    ...(isCheckpoint ? ['it is the checkpoint'] : []),
  ];
  const owner = ownerIn(record.fields, FIELDS, account.stackId('any'));
  return {
    ...about,
    state: { exists: true, status: held.status, number, owner },
    physicalId: `${about.physicalId}${record.fields[FIELDS.owner] ?? ''}/${held.id}`,
    protections,
    byHand: protections.length > 0 ? 'the registry refuses it' : byHandIn('the registry', owner),
  };
}

const byHandIn = (service: string, owner: { stack?: string }) =>
  owner.stack !== undefined
    ? `${service} deletes it, though a stack owns it, which makes it again only when its resource changes`
    : `${service} deletes it`;
