/** Two claims at once: the one who sees the other's yields. Pure: the result is the change to make. */
import { CloudFormationLimits } from '../../contract/cloudformation';
import { type OwnershipTags } from '../../contract/ownership';
import { adoptedFrom } from './adopted-from';
import { type ClaimRecord, type Claimant, type TagChange, type Tags, claimsIn, formersOf, present } from './ownership';

/**
 * The change that gives an artifact back to somebody who has claimed it at the same time, and the stack of that
 * claimant.
 */
export interface Yielding {
  readonly change: TagChange;
  readonly stackId: string;
}

/**
 * Compares the tags before and after a claim was written. Returns the change that gives the artifact back to somebody
 * who has claimed it meanwhile; `undefined` if nobody has.
 */
export function yieldTo(before: Tags, after: Tags, keys: OwnershipTags, me: Claimant): Yielding | undefined {
  const known = new Set(claimsIn(before, keys).map(({ ownerId }) => ownerId));
  return yielding(after, keys, me, ({ ownerId }) => !known.has(ownerId));
}

/**
 * The same for a claim whose previous tags are unknown, because its function was killed just then. The former owner is
 * not a rival, and neither is a claimant whose event is too old to be alive.
 */
export function yieldToRival(tags: Tags, keys: OwnershipTags, me: Claimant, claimedAt: number): Yielding | undefined {
  const before = [...formersOf(tags, keys), adoptedFrom(tags, keys)?.split(/[+@]/)[0]];
  // the claim of the former owner has left that of the owner before it, which is no rival either.
  const formerAt = claimsIn(tags, keys).find(({ ownerId }) => before.includes(ownerId))?.sentAt ?? -Infinity;
  const since = Math.max(formerAt, claimedAt - CloudFormationLimits.MAX_SERVICE_TIMEOUT_SECONDS * 1_000);
  return yielding(tags, keys, me, ({ ownerId, sentAt }) => !before.includes(ownerId) && sentAt >= since);
}

function yielding(
  tags: Tags,
  keys: OwnershipTags,
  me: Claimant,
  isRival: (claim: ClaimRecord) => boolean,
): Yielding | undefined {
  const other = claimsIn(tags, keys).find(each => each.ownerId !== me.ownerId && isRival(each));
  if (!other) return undefined;
  // the stack is named in the same form as the own stack: with account and region, or without.
  const stackId = [...me.stackId.split('/').slice(0, -2), other.stack].join('/');
  const owned = tags[keys.owner] === me.ownerId;
  const set: Tags = owned ? { [keys.owner]: other.ownerId, [keys.stack]: stackId } : {};
  return { change: { set, remove: present(tags, keys.claim + me.ownerId) }, stackId };
}
