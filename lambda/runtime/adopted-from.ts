/**
 * From whom an artifact was adopted, as one of its tags says: who gets it back, and whether that owner has adopted it
 * itself.
 */
import { type OwnershipTags } from '../../contract/ownership';
import { remember, rememberBeside } from './former-owners';
import { type TagChange, type Tags } from './tag-change';

interface Adopter {
  readonly ownerId: string;
}

/** The value of the tag for "no owner", which readers can understand. */
export const NOBODY = '-';

/** Marks an owner that had adopted the artifact itself: if the artifact is given back, it is an adopted one again. */
const ADOPTER = '+';
/** The same, of what it had adopted from the resource that adopts it back. Followed by the mark of that one. */
export const FROM_ME = '++';
const FORMER = /^(?<owner>[^+@]*)(?<adopted>\+*)@(?<stack>.*)$/;

/** The owner from whom the artifact was adopted. If giving it back was interrupted, that is the owner itself. */
export function adoptedFrom(tags: Tags, keys: OwnershipTags): string | undefined {
  const from = tags[keys.adoptedFrom];
  return from?.startsWith(`${tags[keys.owner]}@`) ? undefined : from;
}

/**
 * Whether the artifact existed before its owner's Create, so that properties that the template leaves open must not be
 * cleared.
 */
export function isAdopted(tags: Tags, keys: OwnershipTags): boolean {
  return adoptedFrom(tags, keys) !== undefined;
}

/** The owner that the tag describes, if there is one. */
export const describedIn = (tags: Tags, keys: OwnershipTags) => FORMER.exec(adoptedFrom(tags, keys) ?? '')?.groups;

/** The value for the owner that an artifact has before it is adopted. */
export function describeOwner(tags: Tags, keys: OwnershipTags, me: Adopter): string {
  const owner = tags[keys.owner];
  if (owner === undefined) return NOBODY;
  const from = describedIn(tags, keys);
  const adopted = isAdopted(tags, keys) ? ADOPTER : '';
  const mark = from?.owner === me.ownerId ? FROM_ME + (from.adopted && ADOPTER) : adopted;
  return `${owner}${mark}@${tags[keys.stack] ?? ''}`;
}

/** Whether the owner has adopted the artifact from a resource. */
export const isAdoptedFrom = (tags: Tags, keys: OwnershipTags, { ownerId }: Adopter): boolean =>
  describedIn(tags, keys)?.owner === ownerId;

/** Whether the owner has adopted back what somebody else had adopted from it. */
export const isAdoptedBack = (tags: Tags, keys: OwnershipTags): boolean =>
  describedIn(tags, keys)?.adopted.startsWith(FROM_ME) ?? false;

/**
 * Remembers what was there before an owner claimed the artifact, beside what is remembered so far.
 *
 * @param change the claim
 */
export function rememberClaimed(
  now: string,
  before: string | undefined,
  { set }: TagChange,
  { adoptedFrom, formerOwner }: OwnershipTags,
): string {
  const isFromAdopter = set[adoptedFrom]?.includes(`${ADOPTER}@`);
  return isFromAdopter ? rememberBeside(now, before) : remember(now, before, set[formerOwner]);
}
