/** What the entries of a stack, its history, tell about claims and about what its resources were. */
import { type RawProperties } from './event';

/** A resource as CloudFormation shows it. */
export interface StackResourceState {
  readonly status: string;
  readonly physicalId?: string;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** An entry of a stack's history, of the stack itself or of a resource. */
export interface StackEvent extends StackResourceState {
  readonly logicalId: string;
  /** JSON, as CloudFormation writes it. */
  readonly properties?: string;
}

export interface StackHistory {
  /** Newest first. */
  events(stackId: string): AsyncIterable<StackEvent>;
}

/** Something that a resource has claimed. */
interface ClaimOf {
  /** The stack whose deployments decide. */
  readonly stackId: string;
  readonly logicalId: string;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly claimedAt: number;
}

// not a clean-up: what a clean-up removes was claimed before its deployment began, perhaps by a deployment that failed
// without a rollback.
const SUCCESS = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/;

/**
 * Tells from the entries of a stack, newest first, which of them say that a deployment of it has succeeded. Without a
 * new beginning, only a stack that this one is nested in can roll a success back: then it was none.
 */
function successesOf(stackId: string): (entry: StackEvent) => boolean {
  let next = '';
  return ({ physicalId, status }) => {
    if (physicalId !== stackId) return false;
    const isUndone = next.endsWith('ROLLBACK_IN_PROGRESS');
    next = status;
    return SUCCESS.test(status) && !isUndone;
  };
}

/** Events have a time in seconds: the order of the entries decides within a second. */
export const SECOND = 1_000;

/** A deletion makes no claims. */
const BEGUN = /^(?!DELETE_).*_IN_PROGRESS$/;

/**
 * Whether the operation that made a claim has ended well: a deployment that has succeeded, or a rollback, since what a
 * rollback restores belongs to its resource as before.
 */
export async function hasSucceeded(events: AsyncIterable<StackEvent>, claim: ClaimOf): Promise<boolean> {
  const way = new WayToClaim(claim);
  let oldest: StackEvent | undefined;
  for await (const entry of events) {
    oldest = entry;
    if (entry.changedAt < claim.claimedAt - SECOND) break;
    if (way.settles(entry)) return true;
  }
  return way.isRestored || !reachesBack(oldest, claim);
}

const DEPLOYMENT_BEGUN = /^(CREATE|UPDATE|IMPORT)_IN_PROGRESS$/;

/** Whether a deployment has begun since the one that made a claim. */
export const hasBegunSince = (
  events: AsyncIterable<StackEvent>,
  { stackId, claimedAt }: Omit<ClaimOf, 'logicalId'>,
): Promise<boolean> => hasEntered(DEPLOYMENT_BEGUN, events, stackId, claimedAt + SECOND);

/** Whether an operation of a stack has begun or ended after a time. */
export const hasMovedSince = (events: AsyncIterable<StackEvent>, stackId: string, time: number): Promise<boolean> =>
  hasEntered(/./, events, stackId, time + 1);

async function hasEntered(
  which: RegExp,
  events: AsyncIterable<StackEvent>,
  stackId: string,
  since: number,
): Promise<boolean> {
  for await (const { physicalId, status, changedAt } of events) {
    if (changedAt < since) return false;
    if (physicalId === stackId && which.test(status)) return true;
  }
  return false;
}

/** The entries since a claim, newest first. Within the second of the claim their order decides. */
class WayToClaim {
  /** Whether the walk is within a rollback that has ended since the claim. */
  isRestored = false;
  private readonly isSuccess: (entry: StackEvent) => boolean;
  // a claim belongs to a deployment that had begun: if none has begun after the success, the claim was made before.
  private begunSince = false;
  // and of an operation on its resource: where one has begun after the success, that one has made it.
  private claimedSince = false;
  private inTheSameSecond = false;
  private hasRolledBack = false;

  constructor(private readonly claim: ClaimOf) {
    this.isSuccess = successesOf(claim.stackId);
  }

  settles(entry: StackEvent): boolean {
    return entry.physicalId === this.claim.stackId ? this.settledByStack(entry) : this.settledByResource(entry);
  }

  private settledByStack(entry: StackEvent): boolean {
    const { status, changedAt } = entry;
    const isAtClaim = changedAt < this.claim.claimedAt + SECOND;
    const isAfterClaim = !isAtClaim || (changedAt >= this.claim.claimedAt && !this.begunSince);
    if (this.isSuccess(entry)) {
      this.inTheSameSecond ||= changedAt >= this.claim.claimedAt && !this.claimedSince;
      return isAfterClaim;
    }
    this.begunSince ||= BEGUN.test(status) && isAtClaim;
    if (status === 'UPDATE_ROLLBACK_COMPLETE') this.hasRolledBack = isAfterClaim;
    // a rollback that failed goes on as the same one.
    else if (!status.startsWith('UPDATE_ROLLBACK_')) this.hasRolledBack = false;
    this.isRestored = this.hasRolledBack && status !== 'UPDATE_ROLLBACK_IN_PROGRESS';
    // in the second in which a rollback began, the claim may be of the deployment that it undoes.
    return this.hasRolledBack && !this.isRestored && changedAt < this.claim.claimedAt;
  }

  private settledByResource({ logicalId, status, changedAt }: StackEvent): boolean {
    const { claim } = this;
    if (logicalId !== claim.logicalId) return false;
    if (this.inTheSameSecond && /^(CREATE|UPDATE)_/.test(status)) return true;
    this.claimedSince ||= BEGUN.test(status) && changedAt < claim.claimedAt + 2 * SECOND;
    return false;
  }
}

/**
 * Whether a history that ends with an entry covers the time of a claim. How long CloudFormation shows events is not
 * documented (reportedly three months): a deployment without events is over, and no reason to destroy anything.
 */
function reachesBack(oldest: StackEvent | undefined, { stackId, claimedAt }: ClaimOf): boolean {
  if (!oldest) return false;
  return oldest.changedAt < claimedAt + SECOND || (oldest.physicalId === stackId && BEGINNING.test(oldest.status));
}

/** The entry with which the history of a stack begins. */
const BEGINNING = /^(CREATE|REVIEW|IMPORT)_IN_PROGRESS$/;

/**
 * The first entry of a resource since the last deployment of its stack that has succeeded: an operation begins with the
 * id that the resource had before, and a creation with no id.
 */
export async function firstSinceSuccess(
  view: StackHistory,
  { stackId, logicalId }: { readonly stackId: string; readonly logicalId: string },
  root: string,
): Promise<StackEvent | undefined> {
  let first: StackEvent | undefined;
  for await (const entry of sinceSuccess(view, stackId, root)) {
    if (entry.logicalId === logicalId && entry.physicalId !== stackId) first = entry;
  }
  return first;
}

/** What has become of what a resource of a stack had. */
export type Fate =
  /** It is what the resource has now. */
  | 'held'
  /** CloudFormation is deleting it, or has failed to. */
  | 'going'
  /** CloudFormation has deleted it, or left it out of the stack. */
  | 'gone'
  /** The resource has something else by now, or nothing has happened to it since a deployment has succeeded. */
  | 'left';

/** What has become of a physical id since the last deployment of the stack that has succeeded. */
export async function fateOf(view: StackHistory, stackId: string, root: string, sought: string): Promise<Fate> {
  const replaced = new Set<string>();
  for await (const { logicalId, physicalId, status } of sinceSuccess(view, stackId, root)) {
    if (physicalId === sought) {
      if (status === 'DELETE_IN_PROGRESS' || status === 'DELETE_FAILED') return 'going';
      if (status.startsWith('DELETE_')) return 'gone';
      return replaced.has(logicalId) ? 'left' : 'held';
    }
    if (/^(CREATE|UPDATE)_COMPLETE$/.test(status)) replaced.add(logicalId);
  }
  return 'left';
}

/** What a resource was made of at its last success before or with that of its stack, if it has been touched since. */
export async function lastProperties(
  view: StackHistory,
  { stackId, logicalId }: { readonly stackId: string; readonly logicalId: string },
  root: string,
): Promise<RawProperties | 'unknown' | undefined> {
  let isTouched = false;
  for await (const { entry, isSince } of history(view, stackId, root)) {
    if (!isSince && !isTouched) return undefined;
    if (entry.logicalId !== logicalId || entry.physicalId === stackId) continue;
    if (isSince) isTouched ||= entry.status.startsWith('UPDATE_');
    else if (/^(CREATE|UPDATE)_COMPLETE$/.test(entry.status)) return propertiesOf(entry) ?? 'unknown';
  }
  return isTouched ? 'unknown' : undefined;
}

/** What an operation that has ended was to make of a resource. */
export interface Declaration {
  /** What the resource had then. */
  readonly physicalId: string;
  readonly properties: RawProperties;
  /** When the operation began and ended, in milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  /** Whether a rollback has asked for it. */
  readonly isRestoring: boolean;
}

/** What the resources of a stack were to be since the last deployment that succeeded, unless that was rolled back. */
export async function declarationsSinceSuccess(
  view: StackHistory,
  stackId: string,
  root: string,
): Promise<readonly Declaration[]> {
  const entries: StackEvent[] = [];
  for await (const entry of sinceSuccess(view, stackId, root)) {
    if (entry.physicalId === stackId && entry.status.endsWith('ROLLBACK_COMPLETE')) break;
    entries.unshift(entry);
  }
  const declarations: Declaration[] = [];
  const begun = new Map<string, number>();
  let isRestoring = false;
  for (const entry of entries) {
    const { logicalId, physicalId, status, changedAt } = entry;
    if (physicalId === stackId) isRestoring ||= status.endsWith('ROLLBACK_IN_PROGRESS');
    else if (/^(CREATE|UPDATE)_IN_PROGRESS$/.test(status)) begun.set(logicalId, begun.get(logicalId) ?? changedAt);
    else if (/^(CREATE|UPDATE)_/.test(status)) {
      const from = begun.get(logicalId) ?? changedAt;
      begun.delete(logicalId);
      const properties = propertiesOf(entry);
      if (physicalId && properties) declarations.push({ physicalId, properties, from, until: changedAt, isRestoring });
    }
  }
  return declarations;
}

/** The properties that an entry shows; `undefined` where it shows none that can be read. */
export function propertiesOf({ properties = '' }: StackEvent): RawProperties | undefined {
  try {
    return JSON.parse(properties) as RawProperties;
  } catch {
    return undefined;
  }
}

/** The history of a stack since the last deployment, of its root where it is nested, that has succeeded; newest first. */
export async function* sinceSuccess(view: StackHistory, stackId: string, root: string): AsyncGenerator<StackEvent> {
  for await (const { entry, isSince } of history(view, stackId, root)) {
    if (!isSince) return;
    yield entry;
  }
}

/** The history of a stack, newest first, and whether each entry is of the time since that success. */
async function* history(
  view: StackHistory,
  stackId: string,
  root: string,
): AsyncGenerator<{ readonly entry: StackEvent; readonly isSince: boolean }> {
  const isSuccess = successesOf(root);
  let succeededAt = -Infinity;
  if (root !== stackId) {
    const isSuccessOfRoot = successesOf(root);
    for await (const entry of view.events(root)) {
      if (!isSuccessOfRoot(entry)) continue;
      succeededAt = entry.changedAt;
      break;
    }
  }
  let isSince = true;
  for await (const entry of view.events(stackId)) {
    if (isSuccess(entry) || entry.changedAt <= succeededAt) isSince = false;
    yield { entry, isSince };
  }
}
