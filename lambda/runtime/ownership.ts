/**
 * Whose an artifact is, read from its tags and changed by them. Pure: what comes out is the change to make.
 *
 * Every change is made by at most one TagResource and then one UntagResource; a function killed between the two and
 * run again must decide the same. So what is set first never makes an artifact look like somebody else's to delete.
 */
import { createHash } from 'node:crypto';
import { type Removal } from '../../contract/cloudformation';
import { type OwnershipTags } from '../../contract/ownership';
import { type StackPhase } from './stack';

export type Tags = Readonly<Record<string, string>>;

/** A change of tags: what is set, then what is removed. */
export interface TagChange {
  readonly set: Tags;
  readonly remove: readonly string[];
  /** What means nothing any more once the rest is done; removed where the policy still allows it. */
  readonly tidy?: readonly string[];
}

/** A resource of a stack that has, wants or had an artifact. */
export interface Claimant {
  /** Short hash of StackId and logical id: the same for all deployments of a living stack. */
  readonly ownerId: string;
  readonly stackId: string;
  /** Short hash of stack name and logical id: the same for a stack that is deleted and made again. */
  readonly releaseId: string;
}

export function claimant(stackId: string, logicalId: string): Claimant {
  const withoutUuid = stackId.slice(0, stackId.lastIndexOf('/'));
  return { ownerId: shortHash(stackId, logicalId), stackId, releaseId: shortHash(withoutUuid, logicalId) };
}

/** How a Create or Update comes to have an artifact that exists. */
export type Claim =
  /** It has it already. */
  | { readonly kind: 'held' }
  /** Another resource of the same stack had it: a rename. */
  | { readonly kind: 'taken-over'; readonly change: TagChange }
  /** It gave it up under RETAIN or DEPRECATE, and has it again. */
  | { readonly kind: 'reclaimed'; readonly change: TagChange }
  | { readonly kind: 'adopted'; readonly change: TagChange }
  /** It is somebody else's: of the stack named, or of nobody. */
  | { readonly kind: 'refused'; readonly ownerStack: string | undefined };

export function claim(tags: Tags, keys: OwnershipTags, me: Claimant, adoptExisting: boolean): Claim {
  const owner = tags[keys.owner];
  const ownerStack = tags[keys.stack];
  const mine = { [keys.owner]: me.ownerId, [keys.stack]: me.stackId };
  if (owner === me.ownerId) return { kind: 'held' };
  if (owner !== undefined && ownerStack === me.stackId) {
    return { kind: 'taken-over', change: { set: { ...mine, [keys.formerOwner]: owner }, remove: [] } };
  }
  if (owner === undefined && tags[keys.releasedBy] === me.releaseId) {
    return { kind: 'reclaimed', change: { set: { ...mine, [keys.adoptedFrom]: NOBODY }, remove: [] } };
  }
  if (!adoptExisting) return { kind: 'refused', ownerStack };
  return {
    kind: 'adopted',
    change: {
      set: { ...mine, [keys.adoptedFrom]: describeFormer(tags, keys) },
      remove: present(tags, keys.formerOwner),
    },
  };
}

/**
 * The claim as the stack's phase allows it. A rollback adopts nothing: it restores what the stack had, and what is
 * somebody else's by now it had lost before.
 */
export async function claimInPhase(
  tags: Tags,
  keys: OwnershipTags,
  me: Claimant,
  adoptExisting: boolean,
  phase: () => Promise<StackPhase>,
): Promise<Claim> {
  const claimed = claim(tags, keys, me, adoptExisting);
  if (claimed.kind !== 'adopted' || (await phase()) !== 'rolling-back') return claimed;
  return claim(tags, keys, me, false);
}

/** Whether the artifact existed before its owner's Create, so that what the template leaves open is not ours to clear. */
export function isAdopted(tags: Tags, keys: OwnershipTags): boolean {
  return adoptedFrom(tags, keys) !== undefined;
}

/** What a Delete does to an artifact that exists. */
export type LettingGo =
  /** It is somebody else's: nothing. */
  | { readonly kind: 'foreign' }
  /** It was taken over, and the new owner's deployment has succeeded: only the memory of the former owner goes. */
  | { readonly kind: 'forgotten'; readonly change: TagChange }
  /** A rollback: whoever had it before has it again. */
  | { readonly kind: 'returned'; readonly change: TagChange }
  /** It stays, and is nobody's. */
  | { readonly kind: 'released'; readonly change: TagChange }
  | { readonly kind: 'destroyed' };

/** `phase` is only asked where the answer depends on it. */
export async function letGo(
  tags: Tags,
  keys: OwnershipTags,
  me: Claimant,
  removal: Removal,
  phase: () => Promise<StackPhase>,
): Promise<LettingGo> {
  if (tags[keys.owner] !== me.ownerId) return leaveToOwner(tags, keys, me);

  const former = tags[keys.formerOwner];
  if (former !== undefined && former !== me.ownerId) {
    return { kind: 'returned', change: { set: { [keys.owner]: former }, remove: [keys.formerOwner] } };
  }
  const from = adoptedFrom(tags, keys);
  if (from === undefined && removal === 'DELETE') return { kind: 'destroyed' };
  if ((await phase()) === 'rolling-back') {
    return from === undefined ? { kind: 'destroyed' } : { kind: 'returned', change: giveBack(tags, keys, from) };
  }
  return removal === 'DELETE' ? { kind: 'destroyed' } : { kind: 'released', change: release(tags, keys, me) };
}

/** Gives the ownership up, and remembers who may have the artifact again. */
export function release(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange {
  return {
    set: { [keys.releasedBy]: me.releaseId },
    remove: present(tags, keys.owner, keys.stack, keys.adoptedFrom, keys.formerOwner),
  };
}

function leaveToOwner(tags: Tags, keys: OwnershipTags, me: Claimant): LettingGo {
  if (tags[keys.formerOwner] === me.ownerId) {
    return { kind: 'forgotten', change: { set: {}, remove: [keys.formerOwner] } };
  }
  return { kind: 'foreign' };
}

function giveBack(tags: Tags, keys: OwnershipTags, from: string): TagChange {
  if (from === NOBODY) {
    return { set: {}, remove: present(tags, keys.owner, keys.stack, keys.adoptedFrom, keys.formerOwner) };
  }
  const { owner, stack, adopted } = FORMER.exec(from)?.groups as Record<'owner' | 'stack' | 'adopted', string>;
  return {
    set: { [keys.owner]: owner, [keys.stack]: stack, ...(adopted && { [keys.adoptedFrom]: NOBODY }) },
    remove: present(tags, keys.formerOwner),
    // it is another stack's by now, and the policy may allow no write to it.
    tidy: adopted ? [] : present(tags, keys.adoptedFrom),
  };
}

/** Whose the artifact is before it is adopted. */
function describeFormer(tags: Tags, keys: OwnershipTags): string {
  const owner = tags[keys.owner];
  if (owner === undefined) return NOBODY;
  return `${owner}${isAdopted(tags, keys) ? ADOPTER : ''}@${tags[keys.stack] ?? ''}`;
}

/** Marks an owner who had adopted the artifact himself: given back to him, it is an adopted one again. */
const ADOPTER = '+';
const FORMER = /^(?<owner>[^+@]*)(?<adopted>\+?)@(?<stack>.*)$/;

/** From whom the artifact was adopted. A giving back that was cut short leaves the owner's own name there. */
function adoptedFrom(tags: Tags, keys: OwnershipTags): string | undefined {
  const from = tags[keys.adoptedFrom];
  return from?.startsWith(`${tags[keys.owner]}@`) ? undefined : from;
}

/** Stands for "no owner" in a tag, whose value a reader should not have to guess. */
const NOBODY = '-';

const present = (tags: Tags, ...keys: string[]) => keys.filter(key => key in tags);

const shortHash = (...parts: string[]) => createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
