/** What the writes of a handler amount to, in words. No rule is here: what was written is named. */
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, OWNER_KEY, type OwnershipTags } from '../../../contract/ownership';
import { FIELDS, readRecord } from '../../../lambda/glue/owner-record';
import { type Write } from './journal';
import { type Ending, type PlannedEvent } from './rehearsal';
import { type ArtifactAction } from './report';

/** What would be done, in its order and each once. */
export function actionsOf(
  { request, type }: Pick<PlannedEvent, 'request' | 'type'>,
  { writes }: Ending,
): ArtifactAction[] {
  const found = new Set<ArtifactAction>();
  for (const write of writes) {
    const action = actionOf(write, request);
    if (action) found.add(action);
  }
  // what is made or taken is brought to its state in the same breath.
  if (found.has('create')) found.delete('update');
  if (found.has('delete')) for (const each of ['give up', 'undesignate'] as const) found.delete(each);
  if (found.size > 0) return [...found];
  if (request === 'Delete') return ['leave'];
  return type === 'Custom::WeChatCloudBaseServiceVersion' ? ['verify'] : ['unchanged'];
}

function actionOf({ operation, input }: Write, request: PlannedEvent['request']): ArtifactAction | undefined {
  switch (operation) {
    case 'CreatePackage':
    case 'CreatePackageVersion':
    case 'RegisterSchemaVersion':
      return 'create';
    case 'DeletePackage':
    case 'DeletePackageVersion':
    case 'DeleteSchemaVersions':
    case 'DeleteServerVersion':
      return 'delete';
    case 'UpdatePackageVersion':
      if (input.action === undefined) return 'update';
      return input.action === 'PUBLISH' ? 'publish' : 'deprecate';
    case 'UpdatePackage':
      if (input.unsetDefaultVersion) return 'undesignate';
      return input.defaultVersionName === undefined ? 'update' : 'move';
    case 'AssociateSbomWithPackageVersion':
    case 'DisassociateSbomFromPackageVersion':
      return 'update';
    case 'TagResource':
      return tagged(input.tags as readonly { Key: string; Value?: string }[], request);
    case 'UntagResource':
      return untagged(input.tagKeys as readonly string[]);
    case 'PutSchemaVersionMetadata':
      return recorded(input.MetadataKeyValue as { MetadataKey: string; MetadataValue: string }, request);
    default:
      return undefined;
  }
}

const isOwn = (key: string) => key.startsWith(ARTIFACT_TAGS.owner.replace(/owner$/, ''));

function tagged(tags: readonly { Key: string; Value?: string }[], request: PlannedEvent['request']) {
  const set = Object.fromEntries(tags.map(({ Key, Value = '' }) => [Key, Value]));
  for (const keys of [ARTIFACT_TAGS, DEFAULT_POINTER_TAGS]) {
    const action = claimed(set, keys, request);
    if (action) return action;
  }
  return Object.keys(set).every(isOwn) ? undefined : 'update';
}

function untagged(keys: readonly string[]): ArtifactAction | undefined {
  if (keys.includes(ARTIFACT_TAGS.owner) || keys.includes(DEFAULT_POINTER_TAGS.owner)) return 'give up';
  return keys.every(isOwn) ? undefined : 'update';
}

/** Of a schema version the whole record is written anew. */
function recorded(
  { MetadataKey, MetadataValue }: { MetadataKey: string; MetadataValue: string },
  request: PlannedEvent['request'],
): ArtifactAction | undefined {
  if (MetadataKey !== OWNER_KEY) return 'update';
  const { fields } = readRecord([MetadataValue]);
  return claimed(fields, FIELDS, request);
}

function claimed(
  set: Readonly<Record<string, string>>,
  keys: OwnershipTags,
  request: PlannedEvent['request'],
): ArtifactAction | undefined {
  if (!(keys.owner in set)) return keys.releasedBy in set ? 'give up' : undefined;
  if (request === 'Delete') return 'give back';
  if (keys.formerOwner in set) return 'take over';
  if (keys.adoptedFrom in set) return keys.releasedBy in set ? 'reclaim' : 'adopt';
  return undefined;
}
