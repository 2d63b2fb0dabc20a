/**
 * The owner of an artifact whose tags somebody else has removed. AWS IoT has no conditional write of tags: if a stack
 * adopts an artifact while its owner lets it go, the owner's call also removes the tags of the new one. But the key of a
 * claim names its claimant, and a release removes only the claims that it has read: the claim of the new owner is left.
 * Pure.
 */
import { type OwnershipTags } from '../../contract/ownership';
import { NOBODY } from './adopted-from';
import {
  type ClaimRecord,
  type Claimant,
  HANDED_BACK,
  type TagChange,
  type Tags,
  claimOf,
  claimsIn,
} from './ownership';

/** The value of `adoptedFrom` in what was read, never in a tag: the tags of the owner are lost. */
const LOST = '?';

export const isLost = (tags: Tags, keys: OwnershipTags): boolean => tags[keys.adoptedFrom] === LOST;

/**
 * The tags with the owner that a claim names, if no other tag names one. Such an owner has adopted the artifact: it was
 * there before.
 *
 * @param stackId any stack of the same account and region
 */
export function withLostOwner(tags: Tags, keys: OwnershipTags, stackId: string): Tags {
  const newest = keys.owner in tags ? undefined : newestOf(ownClaims(tags, keys));
  if (!newest) return tags;
  const { [keys.formerOwner]: _, ...rest } = tags;
  return { ...rest, ...ownedBy(newest, keys, stackId), [keys.adoptedFrom]: LOST };
}

/** Restores the owner whose tags are lost. */
export function restored(tags: Tags, keys: OwnershipTags): TagChange {
  const { [keys.owner]: owner, [keys.stack]: stack } = tags;
  const set = { [keys.owner]: owner, [keys.stack]: stack, [keys.adoptedFrom]: NOBODY };
  return { set, remove: [keys.formerOwner] };
}

/**
 * Restores the owner that has claimed an artifact while this resource let it go; `undefined` if nobody
 * has, or the tags still name that owner.
 *
 * @param before as read before the release
 * @param stackId any stack of the same account and region
 */
export function restoredRival(before: Tags, after: Tags, keys: OwnershipTags, stackId: string): TagChange | undefined {
  const isNew = ({ ownerId }: ClaimRecord) => after[keys.claim + ownerId] !== before[keys.claim + ownerId];
  const rival = newestOf(ownClaims(after, keys).filter(isNew));
  if (!rival || (after[keys.owner] === rival.ownerId && !isLost(after, keys))) return undefined;
  return restored({ ...after, ...ownedBy(rival, keys, stackId) }, keys);
}

/**
 * Restores the owner that has adopted an artifact from a resource while that one gave it back; `undefined` if nobody has.
 * Whoever takes an artifact removes the claims of all but its owner. So if the owner's claim is older than the resource's,
 * the resource itself has given the artifact back, and a claim that is newer than its own has come in between.
 *
 * @param me the resource, which has not yet removed its claim
 */
export function restoredAdopter(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange | undefined {
  const { [keys.owner]: owner } = tags;
  const mine = claimOf(tags, keys, me);
  if (!mine || owner === undefined || owner === me.ownerId) return undefined;
  const isNewer = ({ sentAt }: ClaimRecord) => sentAt > mine.sentAt;
  const claims = ownClaims(tags, keys).filter(({ ownerId }) => ownerId !== me.ownerId);
  if (claims.some(claim => claim.ownerId === owner && isNewer(claim))) return undefined;
  // resources of the own stack that let it go at the same time have claims, too.
  const adopter = newestOf(claims.filter(claim => claim.stack !== mine.stack && isNewer(claim)));
  return adopter && restored({ ...tags, ...ownedBy(adopter, keys, me.stackId) }, keys);
}

function ownedBy({ ownerId, stack }: ClaimRecord, keys: OwnershipTags, stackId: string): Tags {
  return { [keys.owner]: ownerId, [keys.stack]: [...stackId.split('/').slice(0, -2), stack].join('/') };
}

/** Without those that only date what a resource of the stack has back to let go. */
const ownClaims = (tags: Tags, keys: OwnershipTags) => claimsIn(tags, keys).filter(({ hash }) => hash !== HANDED_BACK);

const newestOf = (claims: readonly ClaimRecord[]) =>
  claims.reduce<ClaimRecord | undefined>(
    (newest, each) => (!newest || each.sentAt >= newest.sentAt ? each : newest),
    undefined,
  );
