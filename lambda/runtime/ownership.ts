/**
 * The owner of an artifact, read from its tags and changed by them. Pure: the result is the change to make.
 *
 * Every change is made by at most one TagResource and then one UntagResource; a function killed between the two and run
 * again must decide the same. So the tags that are set first never make an artifact look as if somebody else could
 * delete it.
 */
import { createHash } from 'node:crypto';
import { type Removal } from '../../contract/cloudformation';
import { type OwnershipTags } from '../../contract/ownership';
import { FROM_ME, NOBODY, adoptedFrom, describeOwner, describedIn, isAdopted } from './adopted-from';
import { type EventMark } from './event';
import { type FormerOwner, formersLeft, formersWith, hasMore, parseFormers } from './former-owners';
import { type StackPhase } from './stack';
import { NO_CHANGE, type TagChange, type Tags, changed, isChange, mergeChanges, present } from './tag-change';

export { NO_CHANGE, type TagChange, type Tags, changed, isChange, mergeChanges, present };

/** A resource of a stack that owns, wants or owned an artifact. */
export interface Claimant {
  /** Short hash of StackId and logical id: the same for all deployments of a living stack. */
  readonly ownerId: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** Short hash of stack name and logical id: the same for a stack that is deleted and created again. */
  readonly releaseId: string;
  /** The owner id of the same resource in a stack of the same name, which another stack id names. */
  ownerIdIn(stackId: string): string;
  /** The mark of the event. Absent if claims are not marked. */
  readonly mark?: EventMark;
}

export function claimant(stackId: string, logicalId: string): Claimant {
  const releaseId = shortHash(withoutUuid(stackId), logicalId);
  const ownerIdIn = (other: string) => shortHash(withoutUuid(stackId) + uuidIn(other), logicalId);
  return { ownerId: shortHash(stackId, logicalId), stackId, logicalId, releaseId, ownerIdIn };
}

/**
 * Whether a stack has replaced another one of the same name. Two stacks of one name cannot exist at a time, so the
 * other one is gone.
 */
export const hasReplaced = (stackId: string, other: string): boolean =>
  other !== stackId && withoutUuid(other) === withoutUuid(stackId);

const withoutUuid = (stackId: string) => stackId.slice(0, stackId.lastIndexOf('/'));
const uuidIn = (stackId: string) => stackId.slice(stackId.lastIndexOf('/'));

/**
 * Whether an owner is the same resource in a former stack of the same name: what that stack has left belongs to the
 * stack that has replaced it.
 */
const isFormerLife = (me: Claimant, owner: string, ownerStack: string | undefined): boolean =>
  ownerStack !== undefined && hasReplaced(me.stackId, ownerStack) && owner === me.ownerIdIn(ownerStack);

/** The newest event by which a claimant has claimed an artifact, or changed what it has claimed. */
export interface ClaimRecord extends EventMark {
  readonly ownerId: string;
  /**
   * When the claimant's ownership began, in milliseconds since the epoch. Earlier than the event if that only renews it:
   * a failure of the event's deployment then undoes the change, and not the ownership.
   */
  readonly since: number;
  /** The claimant's stack, of the same account and region: `<name>/<id>`. */
  readonly stack: string;
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
const CLAIM = new RegExp(`^(?<time>${TIME})(@(?<since>${TIME}))?/(?<hash>[0-9a-f]+)/(?<stack>.+)$`);

export function claimsIn(tags: Tags, keys: OwnershipTags): readonly ClaimRecord[] {
  return Object.entries(tags).flatMap(([key, value]) => {
    const found = key.startsWith(keys.claim) ? CLAIM.exec(value)?.groups : undefined;
    if (!found) return [];
    const { time, since = time, hash, stack } = found;
    return [{ ownerId: key.slice(keys.claim.length), sentAt: Date.parse(time), since: Date.parse(since), hash, stack }];
  });
}

export const claimOf = (tags: Tags, keys: OwnershipTags, { ownerId }: Pick<Claimant, 'ownerId'>) =>
  claimsIn(tags, keys).find(claim => claim.ownerId === ownerId);

/**
 * The change that makes an artifact a claimant's.
 *
 * @param since when the ownership began. Absent: with the event
 */
export function ownerTags(keys: OwnershipTags, me: Claimant, since?: number): Tags {
  return { [keys.owner]: me.ownerId, [keys.stack]: me.stackId, ...markTags(keys, me, since) };
}

/** Marks the artifact with the event that claims it, or changes what is claimed. */
export function markTags(
  keys: OwnershipTags,
  { ownerId, stackId, mark }: Pick<Claimant, 'ownerId' | 'stackId' | 'mark'>,
  since?: number,
): Tags {
  if (!mark) return {};
  const times = since === undefined || since >= mark.sentAt ? [mark.sentAt] : [mark.sentAt, since];
  const time = times.map(each => new Date(each).toISOString().replace(/\.\d+/, '')).join('@');
  return { [keys.claim + ownerId]: [time, mark.hash, ...stackId.split('/').slice(-2)].join('/') };
}

/** The claims without a meaning once somebody owns the artifact. */
const claimsBut = (tags: Tags, keys: OwnershipTags, ...ownerIds: (string | undefined)[]) =>
  Object.keys(tags).filter(key => key.startsWith(keys.claim) && !ownerIds.includes(key.slice(keys.claim.length)));

/** How a Create or Update claims an existing artifact. */
export type Claim =
  /** The resource owns it already. */
  | { readonly kind: 'held' }
  /** Another resource of the same stack owned it: a rename. */
  | { readonly kind: 'taken-over'; readonly change: TagChange }
  /**
   * The resource gave it up under RETAIN or DEPRECATE, or left it behind when the stack was deleted, and owns it again.
   */
  | { readonly kind: 'reclaimed'; readonly change: TagChange }
  | { readonly kind: 'adopted'; readonly change: TagChange }
  /** It belongs to somebody else: to the stack that is named, or to nobody. */
  | { readonly kind: 'refused'; readonly ownerStack: string | undefined };

/** Since when a resource has what was its own for good, if nothing tells when it has claimed that. */
const ALWAYS = 0;

/** On what terms an artifact is claimed. */
export interface Terms {
  readonly adoptExisting: boolean;
  /** When the present owner, of the same stack, claimed it, if no deployment has succeeded since. */
  readonly openSince?: number;
}

export function claim(tags: Tags, keys: OwnershipTags, me: Claimant, { adoptExisting, openSince }: Terms): Claim {
  const owner = tags[keys.owner];
  const ownerStack = tags[keys.stack];
  const mine = ownerTags(keys, me);
  const stale = claimsBut(tags, keys, me.ownerId, owner);
  if (owner === me.ownerId) return { kind: 'held' };
  if (owner !== undefined && ownerStack === me.stackId) {
    const formers = parseFormers(tags[keys.formerOwner]);
    // what it had is taken back.
    const had = formers.find(({ ownerId }) => ownerId === me.ownerId);
    const since = had && (claimOf(tags, keys, me)?.since ?? had.openSince ?? ALWAYS);
    // what was its own for good stays so, and nothing is left that a rollback would give back to the other.
    const taken = had && had.openSince === undefined ? undefined : openSince;
    const former = formersWith({ ownerId: owner, openSince: taken }, tags[keys.formerOwner], me.ownerId);
    const set = { ...ownerTags(keys, me, since), [keys.formerOwner]: former };
    return { kind: 'taken-over', change: { set, remove: stale } };
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
      set: { ...mine, [keys.adoptedFrom]: describeOwner(tags, keys, me) },
      remove: [...present(tags, keys.formerOwner), ...stale],
    },
  };
}

/**
 * Claims again what the owner has left behind. The artifact existed before, so if the deployment fails, it belongs to
 * nobody, and the owner can claim it again.
 */
export function reclaim(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange {
  return {
    set: { ...ownerTags(keys, me), [keys.adoptedFrom]: NOBODY, [keys.releasedBy]: me.releaseId },
    remove: [...present(tags, keys.formerOwner), ...claimsBut(tags, keys, me.ownerId)],
  };
}

/**
 * The claim that the stack's phase allows. A rollback adopts nothing: it restores what the stack had, and had lost
 * before what now belongs to somebody else.
 */
export async function claimInPhase(
  tags: Tags,
  keys: OwnershipTags,
  me: Claimant,
  { phase, ...terms }: Terms & { phase(): Promise<StackPhase> },
): Promise<Claim> {
  const claimed = claim(tags, keys, me, terms);
  // what another resource of the stack has adopted goes back to whom it was adopted from.
  const takesAdopted =
    claimed.kind === 'taken-over' && isAdopted(tags, keys) && !formersOf(tags, keys).includes(me.ownerId);
  const adopts = claimed.kind === 'adopted' || takesAdopted;
  if (!adopts || (await phase()) !== 'rolling-back') return claimed;
  return { kind: 'refused', ownerStack: tags[keys.stack] };
}

/** What a Delete does to an artifact that exists. */
export type LettingGo =
  /** It belongs to somebody else: nothing happens. */
  | { readonly kind: 'foreign' }
  /**
   * It was taken over, and the new owner's deployment has succeeded: only the record of the former owner is removed.
   */
  | { readonly kind: 'forgotten'; readonly change: TagChange }
  /**
   * It was taken over by a deployment that has failed: if the new owner goes, too, it stays, and belongs to nobody, or goes
   * if this resource wants that.
   */
  | { readonly kind: 'bequeathed'; readonly change: TagChange }
  /** A rollback: the former owner gets it back. */
  | { readonly kind: 'returned'; readonly change: TagChange }
  /** It stays, and belongs to nobody. */
  | { readonly kind: 'released'; readonly change: TagChange }
  | { readonly kind: 'destroyed' };

/** How an artifact is released. */
export interface Manner {
  readonly removal: Removal;
  /**
   * Whether to undo what was claimed at that time, because no deployment has succeeded since. Only asked if the answer
   * decides the case; for a claim without a date, the stack's status decides.
   */
  undoes(claimedAt: number | undefined): Promise<boolean>;
  /**
   * Whether the former owner of an artifact that was taken over at that time has it back, to release it: both owners are
   * deleted, and no deployment has succeeded since. Absent: no.
   */
  regains?(claimedAt: number, former: FormerOwner): Promise<boolean>;
  /** Whether that former owner of an artifact that was taken back keeps it, although it was not asked again. Absent: no. */
  isKept?(former: string): Promise<boolean>;
  /** Who else of the stack has had the artifact, and keeps it, if the record does not name all. Absent: nobody. */
  keeper?(): Promise<string | undefined>;
  /** Whether the deployment that took the artifact over at that time has failed without a rollback. Absent: no. */
  isLeftOpen?(claimedAt: number): Promise<boolean>;
}

export async function letGo(tags: Tags, keys: OwnershipTags, me: Claimant, manner: Manner): Promise<LettingGo> {
  const { removal, undoes } = manner;
  if (tags[keys.owner] !== me.ownerId) return leaveToOwner(tags, keys, me, manner);

  const claimedAt = claimOf(tags, keys, me)?.since;
  const [former] = formersOf(tags, keys);
  const from = adoptedFrom(tags, keys);
  if (former !== undefined && former !== me.ownerId) {
    // without a mark it is unknown whether the former owner's Delete is still to come.
    if (claimedAt === undefined || (await undoes(claimedAt))) return { kind: 'returned', change: handBack(tags, keys) };
    if (await manner.isKept?.(former)) return { kind: 'returned', change: handOn(tags, keys, former) };
  }
  const keeper = hasMore(tags[keys.formerOwner]) ? await manner.keeper?.() : undefined;
  if (keeper !== undefined) {
    const left = (await undoes(claimedAt)) ? NO_CHANGE : leftBy(keys, me, removal);
    return { kind: 'returned', change: mergeChanges(handOn(tags, keys, keeper, me.mark?.sentAt), left) };
  }
  if (former === undefined || former === me.ownerId) {
    if (from === undefined && removal === 'DELETE') return { kind: 'destroyed' };
    if (await undoes(claimedAt)) {
      return from === undefined ? { kind: 'destroyed' } : { kind: 'returned', change: giveBack(tags, keys, me) };
    }
  }
  return removal === 'DELETE' ? { kind: 'destroyed' } : { kind: 'released', change: release(tags, keys, me) };
}

/** Gives the ownership up, and records who can claim the artifact again. */
export function release(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange {
  return {
    set: { [keys.releasedBy]: me.releaseId },
    remove: [...present(tags, keys.owner, keys.stack, keys.adoptedFrom, keys.formerOwner), ...claimsBut(tags, keys)],
  };
}

/**
 * The change that gives back an artifact that was adopted or taken over under the physical id that a resource already
 * had; `undefined` if the artifact was not.
 */
export function returned(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange | undefined {
  if (tags[keys.owner] !== me.ownerId) return undefined;
  const [former] = formersOf(tags, keys);
  if (former !== undefined && former !== me.ownerId) return handBack(tags, keys);
  return isAdopted(tags, keys) ? giveBack(tags, keys, me) : undefined;
}

async function leaveToOwner(
  tags: Tags,
  keys: OwnershipTags,
  me: Claimant,
  { removal, regains, isLeftOpen }: Manner,
): Promise<LettingGo> {
  const claim = present(tags, keys.claim + me.ownerId);
  const formers = parseFormers(tags[keys.formerOwner]);
  const mine = formers.find(({ ownerId }) => ownerId === me.ownerId);
  if (mine) {
    const takenAt = claimOf(tags, keys, { ownerId: tags[keys.owner] })?.since;
    if (takenAt !== undefined && (await regains?.(takenAt, mine))) {
      return { kind: 'returned', change: handBack(tags, keys, me.ownerId) };
    }
    const { set, remove } = formerTags(
      tags,
      keys,
      formers.filter(each => each !== mine),
    );
    const change = { set, remove: [...remove, ...claim] };
    const stays = removal !== 'DELETE';
    const decides = mine.openSince === undefined && takenAt !== undefined && (stays || keys.adoptedFrom in tags);
    if (!decides || !(await isLeftOpen?.(takenAt))) return { kind: 'forgotten', change };
    return { kind: 'bequeathed', change: mergeChanges(change, leftBy(keys, me, removal)) };
  }
  // another stack owns it by now, and the policy may not allow a write to it.
  if (claim.length > 0) return { kind: 'forgotten', change: { set: {}, remove: [], tidy: claim } };
  return { kind: 'foreign' };
}

/** What was a resource's own for good stays or goes by its removal, if the resource that has it next goes, too. */
const leftBy = (keys: OwnershipTags, me: Claimant, removal: Removal): TagChange =>
  removal === 'DELETE'
    ? { set: {}, remove: [keys.adoptedFrom] }
    : { set: { [keys.adoptedFrom]: NOBODY, [keys.releasedBy]: me.releaseId }, remove: [] };

/** Gives an artifact back to a resource of the same stack that had it before. Absent: to the last one. */
function handBack(tags: Tags, keys: OwnershipTags, to = formersOf(tags, keys)[0]): TagChange {
  const { [keys.formerOwner]: former, [keys.owner]: owner, [keys.stack]: stackId } = tags;
  const formers = parseFormers(former);
  const at = formers.findIndex(({ ownerId }) => ownerId === to);
  const openSince = formers[at]?.openSince;
  // what is still open must not look as if a deployment had succeeded with it.
  const isMarked = openSince === undefined || keys.claim + to in tags;
  const again = isMarked
    ? {}
    : markTags(keys, { ownerId: to, stackId, mark: { sentAt: openSince, hash: HANDED_BACK } });
  const { set, remove } = formerTags(tags, keys, at < 0 ? [] : formers.slice(at + 1));
  return {
    set: { [keys.owner]: to, ...again, ...set },
    remove: [...remove, ...present(tags, keys.claim + owner)],
  };
}

/**
 * Gives an artifact to a resource that had it only in a deployment that has failed.
 *
 * @param since when its ownership begins. Absent: it is the stack's for good
 */
function handOn(tags: Tags, keys: OwnershipTags, to: string, since = ALWAYS): TagChange {
  const { set, remove } = handBack(tags, keys, to);
  const mark = { sentAt: since, hash: HANDED_BACK };
  return { set: { ...set, ...markTags(keys, { ownerId: to, stackId: tags[keys.stack], mark }) }, remove };
}

/** In place of the event that has made a claim, if only the time of it is known. */
export const HANDED_BACK = '00000000';

export const formersOf = (tags: Tags, keys: OwnershipTags) =>
  parseFormers(tags[keys.formerOwner]).map(({ ownerId }) => ownerId);

function formerTags(tags: Tags, keys: OwnershipTags, formers: readonly FormerOwner[]): TagChange {
  const value = formersLeft(tags[keys.formerOwner], formers);
  return value === undefined
    ? { set: {}, remove: [keys.formerOwner] }
    : { set: { [keys.formerOwner]: value }, remove: [] };
}

function giveBack(tags: Tags, keys: OwnershipTags, me: Claimant): TagChange {
  const former = describedIn(tags, keys);
  if (!former) {
    const own = present(tags, keys.owner, keys.stack, keys.adoptedFrom, keys.formerOwner);
    return { set: {}, remove: [...own, ...claimsBut(tags, keys)] };
  }
  const mine = present(tags, keys.claim + me.ownerId);
  const { owner, stack, adopted } = former;
  const from = adopted.startsWith(FROM_ME) ? `${me.ownerId}${adopted.slice(FROM_ME.length)}@${me.stackId}` : NOBODY;
  return {
    set: { [keys.owner]: owner, [keys.stack]: stack, ...(adopted && { [keys.adoptedFrom]: from }) },
    remove: present(tags, keys.formerOwner),
    // another stack owns it by now, and the policy may not allow a write to it.
    tidy: [...mine, ...(adopted ? [] : present(tags, keys.adoptedFrom))],
  };
}

const shortHash = (...parts: string[]) => createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
