/**
 * Whose an artifact is, read from its tags and changed by them. Pure: what comes out is the change to make.
 *
 * Every change is made by at most one TagResource and then one UntagResource; a function killed between the two and
 * run again must decide the same. So what is set first never makes an artifact look like somebody else's to delete.
 */
import { createHash } from 'node:crypto';
import { CloudFormationLimits, type Removal } from '../../contract/cloudformation';
import { type OwnershipTags } from '../../contract/ownership';
import { type EventMark } from './event';
import { type StackPhase } from './stack';

export type Tags = Readonly<Record<string, string>>;

/** A change of tags: what is set, then what is removed. */
export interface TagChange {
  readonly set: Tags;
  readonly remove: readonly string[];
  /** What means nothing any more once the rest is done; removed where the policy still allows it. */
  readonly tidy?: readonly string[];
}

/** Two changes in one. */
export function mergeChanges(...changes: TagChange[]): TagChange {
  return {
    set: Object.assign({}, ...changes.map(({ set }) => set)),
    remove: changes.flatMap(({ remove }) => remove),
    tidy: changes.flatMap(({ tidy = [] }) => tidy),
  };
}

export const NO_CHANGE: TagChange = { set: {}, remove: [] };

/** The tags after a change. */
export function changed(tags: Tags, { set, remove }: TagChange): Tags {
  const after: Record<string, string> = { ...tags, ...set };
  for (const key of remove) delete after[key];
  return after;
}

/** Whether a change writes anything. */
export const isChange = ({ set, remove, tidy = [] }: TagChange): boolean =>
  Object.keys(set).length + remove.length + tidy.length > 0;

/** A resource of a stack that has, wants or had an artifact. */
export interface Claimant {
  /** Short hash of StackId and logical id: the same for all deployments of a living stack. */
  readonly ownerId: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** Short hash of stack name and logical id: the same for a stack that is deleted and made again. */
  readonly releaseId: string;
  /** Of the event that speaks. Absent where claims are not marked. */
  readonly mark?: EventMark;
}

export function claimant(stackId: string, logicalId: string): Claimant {
  const releaseId = shortHash(withoutUuid(stackId), logicalId);
  return { ownerId: shortHash(stackId, logicalId), stackId, logicalId, releaseId };
}

/** Whether a stack has taken the place of another one: two of a name do not live at a time, so that one is gone. */
export const hasReplaced = (stackId: string, other: string): boolean =>
  other !== stackId && withoutUuid(other) === withoutUuid(stackId);

const withoutUuid = (stackId: string) => stackId.slice(0, stackId.lastIndexOf('/'));

/**
 * Whether an owner is the same resource of a stack of the same name: what it has left belongs to nobody but to the stack
 * that has taken its place.
 */
const isFormerLife = ({ stackId, logicalId }: Claimant, owner: string, ownerStack: string | undefined): boolean =>
  ownerStack !== undefined && hasReplaced(stackId, ownerStack) && owner === shortHash(ownerStack, logicalId);

/** The newest event by which a claimant has claimed an artifact. */
export interface ClaimRecord extends EventMark {
  readonly ownerId: string;
  /** The claimant's stack, of the same account and region: `<name>/<id>`. */
  readonly stack: string;
}

const CLAIM = /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\/(?<hash>[0-9a-f]+)\/(?<stack>.+)$/;

export function claimsIn(tags: Tags, keys: OwnershipTags): readonly ClaimRecord[] {
  return Object.entries(tags).flatMap(([key, value]) => {
    const found = key.startsWith(keys.claim) ? CLAIM.exec(value)?.groups : undefined;
    if (!found) return [];
    return [
      { ownerId: key.slice(keys.claim.length), sentAt: Date.parse(found.time), hash: found.hash, stack: found.stack },
    ];
  });
}

export const claimOf = (tags: Tags, keys: OwnershipTags, { ownerId }: Pick<Claimant, 'ownerId'>) =>
  claimsIn(tags, keys).find(claim => claim.ownerId === ownerId);

/** What makes an artifact a claimant's. */
export function ownerTags(keys: OwnershipTags, me: Claimant): Tags {
  return { [keys.owner]: me.ownerId, [keys.stack]: me.stackId, ...markTags(keys, me) };
}

/** Marks the artifact with the event that claims it. */
export function markTags(keys: OwnershipTags, { ownerId, stackId, mark }: Claimant): Tags {
  if (!mark) return {};
  const time = new Date(mark.sentAt).toISOString().replace(/\.\d+/, '');
  return { [keys.claim + ownerId]: [time, mark.hash, ...stackId.split('/').slice(-2)].join('/') };
}

/** What gives an artifact back to somebody who has claimed it at the same time, and which stack that is. */
export interface Yielding {
  readonly change: TagChange;
  readonly stackId: string;
}

/**
 * A claim was written, and the tags were read before and after: what gives the artifact back to somebody who has claimed
 * it meanwhile; `undefined` where nobody has.
 */
export function yieldTo(before: Tags, after: Tags, keys: OwnershipTags, me: Claimant): Yielding | undefined {
  const known = new Set(claimsIn(before, keys).map(({ ownerId }) => ownerId));
  return yielding(after, keys, me, ({ ownerId }) => !known.has(ownerId));
}

/**
 * The same for a claim of which nobody remembers what it was written upon, since its function was killed just then. Who had
 * the artifact before is no rival, and neither is who has claimed it longer ago than an event lives.
 */
export function yieldToRival(tags: Tags, keys: OwnershipTags, me: Claimant, claimedAt: number): Yielding | undefined {
  const before = [tags[keys.formerOwner], adoptedFrom(tags, keys)?.split(/[+@]/)[0]];
  const since = claimedAt - CloudFormationLimits.MAX_SERVICE_TIMEOUT_SECONDS * 1_000;
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
  // the stack is named as one's own is, with account and region or without.
  const stackId = [...me.stackId.split('/').slice(0, -2), other.stack].join('/');
  const owned = tags[keys.owner] === me.ownerId;
  const set: Tags = owned ? { [keys.owner]: other.ownerId, [keys.stack]: stackId } : {};
  return { change: { set, remove: present(tags, keys.claim + me.ownerId) }, stackId };
}

/** The claims that mean nothing once the artifact is somebody's. */
const claimsBut = (tags: Tags, keys: OwnershipTags, ...ownerIds: (string | undefined)[]) =>
  Object.keys(tags).filter(key => key.startsWith(keys.claim) && !ownerIds.includes(key.slice(keys.claim.length)));

/** How a Create or Update comes to have an artifact that exists. */
export type Claim =
  /** It has it already. */
  | { readonly kind: 'held' }
  /** Another resource of the same stack had it: a rename. */
  | { readonly kind: 'taken-over'; readonly change: TagChange }
  /** It gave it up under RETAIN or DEPRECATE, or left it behind when its stack was deleted, and has it again. */
  | { readonly kind: 'reclaimed'; readonly change: TagChange }
  | { readonly kind: 'adopted'; readonly change: TagChange }
  /** It is somebody else's: of the stack named, or of nobody. */
  | { readonly kind: 'refused'; readonly ownerStack: string | undefined };

export function claim(
  tags: Tags,
  keys: OwnershipTags,
  me: Claimant,
  { adoptExisting }: { readonly adoptExisting: boolean },
): Claim {
  const owner = tags[keys.owner];
  const ownerStack = tags[keys.stack];
  const mine = ownerTags(keys, me);
  const stale = claimsBut(tags, keys, me.ownerId, owner);
  if (owner === me.ownerId) return { kind: 'held' };
  if (owner !== undefined && ownerStack === me.stackId) {
    return { kind: 'taken-over', change: { set: { ...mine, [keys.formerOwner]: owner }, remove: stale } };
  }
  if (owner === undefined && tags[keys.releasedBy] === me.releaseId) {
    return { kind: 'reclaimed', change: { set: { ...mine, [keys.adoptedFrom]: NOBODY }, remove: stale } };
  }
  if (owner !== undefined && isFormerLife(me, owner, ownerStack)) {
    return { kind: 'reclaimed', change: reclaim(tags, keys, me) };
  }
  if (!adoptExisting) return { kind: 'refused', ownerStack };
  return {
    kind: 'adopted',
    change: {
      set: { ...mine, [keys.adoptedFrom]: describeFormer(tags, keys) },
      remove: [...present(tags, keys.formerOwner), ...stale],
    },
  };
}

/**
 * Takes again what the owner has left behind: it was there before, so if the deployment fails, it is nobody's but to be
 * had again.
 */
export function reclaim(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange {
  return {
    set: { ...ownerTags(keys, me), [keys.adoptedFrom]: NOBODY, [keys.releasedBy]: me.releaseId },
    remove: [...present(tags, keys.formerOwner), ...claimsBut(tags, keys, me.ownerId)],
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
  { adoptExisting, phase }: { readonly adoptExisting: boolean; phase(): Promise<StackPhase> },
): Promise<Claim> {
  const claimed = claim(tags, keys, me, { adoptExisting });
  if (claimed.kind !== 'adopted' || (await phase()) !== 'rolling-back') return claimed;
  return claim(tags, keys, me, { adoptExisting: false });
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

/** How an artifact is let go. */
export interface Manner {
  readonly removal: Removal;
  /**
   * Whether what was claimed then is undone, since no deployment has succeeded since. Only asked where the answer decides;
   * of a claim without a date, the stack's status must tell.
   */
  undoes(claimedAt: number | undefined): Promise<boolean>;
  /**
   * Whether a resource whose artifact was taken over then has it again, to let it go: it is deleted together with who has
   * it now, and no deployment has succeeded since. Absent: no.
   */
  regains?(claimedAt: number): Promise<boolean>;
}

export async function letGo(
  tags: Tags,
  keys: OwnershipTags,
  me: Claimant,
  { removal, undoes, regains }: Manner,
): Promise<LettingGo> {
  if (tags[keys.owner] !== me.ownerId) return leaveToOwner(tags, keys, me, regains);

  const claimedAt = claimOf(tags, keys, me)?.sentAt;
  const former = tags[keys.formerOwner];
  const from = adoptedFrom(tags, keys);
  if (former !== undefined && former !== me.ownerId) {
    // without a mark nothing tells whether the former owner's Delete is still to come.
    if (claimedAt === undefined || (await undoes(claimedAt))) return { kind: 'returned', change: handBack(tags, keys) };
  } else {
    if (from === undefined && removal === 'DELETE') return { kind: 'destroyed' };
    if (await undoes(claimedAt)) {
      return from === undefined ? { kind: 'destroyed' } : { kind: 'returned', change: giveBack(tags, keys, me) };
    }
  }
  return removal === 'DELETE' ? { kind: 'destroyed' } : { kind: 'released', change: release(tags, keys, me) };
}

/** Gives the ownership up, and remembers who may have the artifact again. */
export function release(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange {
  return {
    set: { [keys.releasedBy]: me.releaseId },
    remove: [...present(tags, keys.owner, keys.stack, keys.adoptedFrom, keys.formerOwner), ...claimsBut(tags, keys)],
  };
}

/**
 * What gives an artifact back that was adopted or taken over under the physical id that a resource had already;
 * `undefined` where it was not.
 */
export function returned(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange | undefined {
  if (tags[keys.owner] !== me.ownerId) return undefined;
  const former = tags[keys.formerOwner];
  if (former !== undefined && former !== me.ownerId) return handBack(tags, keys);
  return isAdopted(tags, keys) ? giveBack(tags, keys, me) : undefined;
}

async function leaveToOwner(
  tags: Tags,
  keys: OwnershipTags,
  me: Claimant,
  regains: Manner['regains'],
): Promise<LettingGo> {
  const claim = present(tags, keys.claim + me.ownerId);
  if (tags[keys.formerOwner] === me.ownerId) {
    const takenAt = claimOf(tags, keys, { ownerId: tags[keys.owner] })?.sentAt;
    if (takenAt !== undefined && (await regains?.(takenAt))) return { kind: 'returned', change: handBack(tags, keys) };
    return { kind: 'forgotten', change: { set: {}, remove: [keys.formerOwner, ...claim] } };
  }
  // it is another stack's by now, and the policy may allow no write to it.
  if (claim.length > 0) return { kind: 'forgotten', change: { set: {}, remove: [], tidy: claim } };
  return { kind: 'foreign' };
}

/** Gives an artifact back to the resource of the same stack that had it before. */
function handBack(tags: Tags, keys: OwnershipTags): TagChange {
  const { [keys.formerOwner]: former, [keys.owner]: owner } = tags;
  return {
    set: { [keys.owner]: former },
    remove: [keys.formerOwner, ...present(tags, keys.claim + owner)],
  };
}

function giveBack(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange {
  const from = adoptedFrom(tags, keys) ?? NOBODY;
  if (from === NOBODY) {
    const own = present(tags, keys.owner, keys.stack, keys.adoptedFrom, keys.formerOwner);
    return { set: {}, remove: [...own, ...claimsBut(tags, keys)] };
  }
  const mine = present(tags, keys.claim + me.ownerId);
  const { owner, stack, adopted } = FORMER.exec(from)?.groups as Record<'owner' | 'stack' | 'adopted', string>;
  return {
    set: { [keys.owner]: owner, [keys.stack]: stack, ...(adopted && { [keys.adoptedFrom]: NOBODY }) },
    remove: present(tags, keys.formerOwner),
    // it is another stack's by now, and the policy may allow no write to it.
    tidy: [...mine, ...(adopted ? [] : present(tags, keys.adoptedFrom))],
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
