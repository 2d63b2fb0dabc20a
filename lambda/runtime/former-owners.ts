/**
 * The resources of one stack that had an artifact before its owner took it over: the value of a tag, the last of them
 * first. Pure.
 *
 * A deployment that fails without a rollback leaves its claims open, and the next one can take the artifact over again. So
 * a former owner whose own claim was open when it lost the artifact is marked with the time of that claim, and the owner
 * before it is kept: a rollback gives the artifact back to one after the other. There is no room for all of them: a mark
 * says that there were more, of whom CloudFormation's history tells.
 */

export interface FormerOwner {
  readonly ownerId: string;
  /**
   * When its ownership began, in milliseconds since the epoch, if no deployment had succeeded since. Absent: the artifact
   * was its own for good.
   */
  readonly openSince?: number;
}

const NEXT = '/';
const OPEN = '+';
/**
 * Between what was there before a stack adopted the artifact, and before the stack that it was adopted from had done so; or
 * before an owner took it back, and when it had lost it.
 */
const BEFORE_ADOPTER = '+';

/** A tag has 256 characters, and a record of AWS Glue has less to spare. Between two takers, the oldest decides. */
const MOST = 2;

export function parseFormers(value = ''): readonly FormerOwner[] {
  return value
    .split(NEXT)
    .filter(Boolean)
    .map(former => {
      const [ownerId, seconds] = former.split(OPEN);
      return seconds === undefined ? { ownerId } : { ownerId, openSince: Number.parseInt(seconds, 36) * 1_000 };
    });
}

/** At the end of the value: there were more. */
const MORE = NEXT;

export const formatFormers = (formers: readonly FormerOwner[]): string =>
  formers
    .map(({ ownerId, openSince }) =>
      openSince === undefined ? ownerId : ownerId + OPEN + (openSince / 1_000).toString(36),
    )
    .join(NEXT);

/** Whether resources of the stack have had the artifact that the value does not name, while no deployment succeeded. */
export const hasMore = (value: string | undefined): boolean => value?.endsWith(MORE) ?? false;

/** The value with these former owners alone. Absent: with none, and there were no more. */
export const formersLeft = (value: string | undefined, formers: readonly FormerOwner[]): string | undefined =>
  formatFormers(formers) + (hasMore(value) ? MORE : '') || undefined;

/**
 * The former owners once the owner loses the artifact.
 *
 * @param before their value so far
 * @param taker who has it from now on. If it had the artifact before, only those before it are left
 */
export function formersWith(owner: FormerOwner, before: string | undefined, taker: string): string {
  const all = parseFormers(before);
  const at = all.findIndex(({ ownerId }) => ownerId === taker);
  const older = owner.openSince === undefined ? [] : all.slice(at + 1);
  const kept = [owner, ...older.filter(({ ownerId }) => ownerId !== owner.ownerId).slice(1 - MOST)];
  const known = new Set([taker, ...kept.map(({ ownerId }) => ownerId)]);
  const isShortened = hasMore(before) || all.some(({ ownerId }) => !known.has(ownerId));
  return formatFormers(kept) + (isShortened ? MORE : '');
}

/** Whether a former owner's claim was open when it lost the artifact. Absent: whether that of the last one was. */
export function wasOpen(value: string | undefined, owner?: string): boolean {
  const formers = parseFormers(value);
  const former = owner === undefined ? formers.at(0) : formers.find(({ ownerId }) => ownerId === owner);
  return former?.openSince !== undefined;
}

/** The characters of a tag’s value, which the longest names can fill. */
const LONGEST = 256;

/**
 * Remembers what was there before an owner took the artifact, beside what was there before its former owners if the claim
 * of the last one is open.
 *
 * @param before what is remembered so far
 * @param formers the former owners from now on, as their tag has them
 */
export function remember(now: string, before: string | undefined, formers: string | undefined): string {
  if (!wasOpen(formers)) return now;
  const all = parseFormers(formers);
  // what was there before the first of them counts as long as its own claim is open.
  const kept = all.at(-1)?.openSince === undefined ? all.length - 1 : all.length;
  const value = [now, ...(before ?? '').split(NEXT).slice(-kept)].join(NEXT);
  return value.length > LONGEST ? value.split(BEFORE_ADOPTER)[0] : value;
}

/**
 * Remembers what was there before an owner adopted the artifact from a stack that had adopted it, too: that one remembers
 * its own once it has the artifact back.
 */
export const rememberBeside = (now: string, before: string | undefined): string =>
  [now, ...lastOf(before).slice(0, 1)].join(BEFORE_ADOPTER);

/** What was there before the first of the owners, and before the one that it was adopted from. */
const lastOf = (value: string | undefined): string[] => value?.split(NEXT).at(-1)?.split(BEFORE_ADOPTER) ?? [];

/** Remembers something else of the first owner. */
export const rememberInstead = (first: string, value = ''): string =>
  [...value.split(NEXT).slice(0, -1), first].join(NEXT);

/** Whether something was there before one of those who took the artifact. */
export const isRemembered = (now: string, value: string | undefined): boolean =>
  value !== undefined && value.split(NEXT).some(each => each.split(BEFORE_ADOPTER).includes(now));

/** The place of a former owner; that of the last one if the resource is none, and the end if there is none. */
export function placeOf(value: string | undefined, owner: string): number {
  const formers = parseFormers(value);
  if (formers.length === 0) return Infinity;
  return Math.max(
    0,
    formers.findIndex(({ ownerId }) => ownerId === owner),
  );
}

/**
 * Remembers what an owner that takes back an artifact had lost, beside what it finds: its function can be killed before that
 * is there again.
 */
export function rememberLost(lost: string, value: string): string {
  const [now, ...others] = value.split(NEXT);
  return [now + BEFORE_ADOPTER + lost, ...others].join(NEXT);
}

/**
 * What was there when an artifact was taken from its owner, which takes it back or has just done so. Absent: nothing that is
 * remembered.
 */
export function lostBy(value: string | undefined, formers: string | undefined, owner: string): string | undefined {
  const all = parseFormers(formers);
  if (all.length === 0) return undefined;
  const place = all.findIndex(({ ownerId }) => ownerId === owner);
  return place < 0 ? value?.split(NEXT)[0].split(BEFORE_ADOPTER)[1] : remembered(value, place);
}

/** What was there before the artifact was taken from the former owner of that place. */
export function remembered(value: string | undefined, place = 0): string | undefined {
  const all = value?.split(NEXT) ?? [];
  return all[Math.min(place, all.length - 1)]?.split(BEFORE_ADOPTER)[0] || undefined;
}

/** What is still remembered once that former owner has the artifact back. */
export const rememberedBefore = (value: string | undefined, place = 0): string | undefined =>
  value
    ?.split(NEXT)
    .slice(place + 1)
    .join(NEXT) || undefined;

/** What is still remembered once that former owner is gone. */
export const rememberedWithout = (value: string | undefined, place = 0): string | undefined =>
  value
    ?.split(NEXT)
    .filter((_, at) => at !== place)
    .join(NEXT) || undefined;

/** What an owner that lets an artifact go remembers of it. */
export interface Memory {
  /** What was there before the artifact was taken from the owner that has it back. */
  readonly former?: string;
  /** What the owner that has it back remembers. */
  readonly onceReturned?: string;
  /** What the new owner remembers once this one is gone. */
  readonly onceForgotten?: string;
}

/** @param formers the former owners, as their tag has them */
export function memoryOf(value: string | undefined, formers: string | undefined, owner: string): Memory {
  const place = placeOf(formers, owner);
  return {
    former: remembered(value, place),
    onceReturned: place === Infinity ? lastOf(value)[1] : rememberedBefore(value, place),
    // before the one that had it for good nothing counts, but the others still do.
    onceForgotten: place > 0 || wasOpen(formers, owner) ? rememberedWithout(value, place) : undefined,
  };
}
