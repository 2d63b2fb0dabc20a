/** What CloudFormation tells of a stack: what it is doing, and whether a deployment of it has succeeded since. */
import { type Clock, type Deadline } from './clock';
import { type RawProperties } from './event';
import { type Log } from './log';
import { reasonOf } from './messages';
import { isAccessDenied, retryReading } from './retry';

/** How long, in ms, a claim may be part of a deployment that is under way. */
export const LONGEST_DEPLOYMENT = 48 * 3_600_000;

/** What a stack is doing, as far as a handler needs to know. */
export type StackPhase =
  /** It creates, updates or imports, or is at rest. */
  | 'deploying'
  /** It, or a stack that it is nested in, undoes a failed deployment. */
  | 'rolling-back'
  /** It, or a stack that it is nested in, is being deleted. */
  | 'deleting';

export interface StackState {
  readonly status: string;
  /** Of the stack that this one is nested in. */
  readonly parentId?: string;
}

export type DescribeStack = (stackId: string) => Promise<StackState>;

/** A resource as its stack shows it. */
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

/** A resource that a stack has. */
export interface HeldResource {
  readonly logicalId: string;
  readonly physicalId?: string;
  /** Such as `AWS::IoT::SoftwarePackage`. */
  readonly type: string;
}

export type SoughtResource = Pick<HeldResource, 'type' | 'physicalId'>;

/** What CloudFormation can be asked. */
export interface CloudFormationView {
  describeStack: DescribeStack;
  /** `undefined` where the stack has no such resource. */
  describeResource(stackId: string, logicalId: string): Promise<StackResourceState | undefined>;
  /** Newest first. */
  events(stackId: string): AsyncIterable<StackEvent>;
  /** Those that it has, none that has gone. */
  resources(stackId: string): AsyncIterable<HeldResource>;
}

/** What bounds the asking. */
export interface Asking {
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly log: Log;
}

/** Answers about the stack of an event. */
export interface StackQuestions {
  /** What the stack is doing, asked at the first call. Ask it only where the answer decides something. */
  stackPhase(): Promise<StackPhase>;
  /**
   * Whether a deployment has succeeded since something was claimed, so that what was claimed is the stack's for good.
   *
   * @param claimedAt absent for what an older version of the library claimed: then the stack's phase decides
   */
  succeededSince(claimedAt: number | undefined): Promise<boolean>;
  /** The same in a rollback, where it tells an earlier deployment's claims from those of the one that has failed. */
  settledSince(claimedAt: number): Promise<boolean>;
  /**
   * Whether the resource had a physical id when the last deployment succeeded. Tells what a deployment that has not
   * succeeded has brought where the artifact itself remembers nothing.
   */
  hadAtSuccess(physicalId: string): Promise<boolean>;
  /**
   * The properties that the resource had when the last deployment succeeded, where an operation since may have changed
   * them: `unknown` where its history does not tell, `undefined` where there has been no such operation.
   */
  propertiesAtSuccess(): Promise<RawProperties | 'unknown' | undefined>;
  /** The physical ids that resources have had since the last deployment that succeeded, and had then where they changed. */
  idsSinceSuccess(): Promise<ReadonlySet<string>>;
}

/**
 * Throws where the stack itself cannot be read. Every guess would be unsafe: a Delete that is taken for an ordinary one in
 * a rollback removes what the failed deployment had merely adopted, one that is taken for a rollback's keeps what should
 * go. A failed event touches nothing and says what is missing.
 */
export function stackQuestions(
  { stackId, logicalId }: { readonly stackId: string; readonly logicalId: string },
  view: Pick<CloudFormationView, 'describeStack' | 'events'>,
  asking: Asking,
): StackQuestions {
  // what went wrong is asked again, what was answered is not.
  let asked: Promise<Lineage> | undefined;
  const lineage = () => (asked ??= readLineage(stackId, id => view.describeStack(id), asking).catch(forgetful));
  const forgetful = (error: unknown) => {
    asked = undefined;
    throw error;
  };
  const settledSince = async (claimedAt: number) => {
    const root = (await lineage()).at(-1)!;
    return retryReading(asking, () => hasSucceeded(view.events(root.id), root.id, logicalId, claimedAt));
  };
  return {
    settledSince,
    idsSinceSuccess: async () => {
      const root = (await lineage()).at(-1)!.id;
      return retryReading(asking, async () => {
        const ids = new Set<string>();
        for await (const { physicalId } of sinceSuccess(view, stackId, root)) if (physicalId) ids.add(physicalId);
        return ids;
      });
    },
    hadAtSuccess: async physicalId => {
      const root = (await lineage()).at(-1)!.id;
      return retryReading(asking, async () => {
        const first = await firstSinceSuccess(view, { stackId, logicalId }, root);
        // where nothing has happened since, the event speaks of what was there.
        return !first || (!first.status.startsWith('CREATE_') && first.physicalId === physicalId);
      });
    },
    propertiesAtSuccess: async () => {
      const root = (await lineage()).at(-1)!.id;
      return retryReading(asking, () => lastProperties(view, { stackId, logicalId }, root));
    },
    stackPhase: async () => phaseOf(await lineage()),
    succeededSince: async claimedAt => {
      if (phaseOf(await lineage()) === 'rolling-back') return false;
      return claimedAt === undefined || settledSince(claimedAt);
    },
  };
}

/** A stack and those that it is nested in, the root last. */
type Lineage = readonly (StackState & { readonly id: string })[];

async function readLineage(stackId: string, describe: DescribeStack, asking: Asking): Promise<Lineage> {
  const stacks: (StackState & { readonly id: string })[] = [];
  for (let id: string | undefined = stackId; id !== undefined;) {
    const at: string = id;
    try {
      const stack = await retryReading(asking, () => describe(at));
      stacks.push({ ...stack, id: at });
      id = ROLLING_BACK.test(stack.status) ? undefined : stack.parentId;
    } catch (error) {
      // nested by hand, synthesis has not known the parent: what the stack itself shows must do.
      if (stacks.length === 0 || !isAccessDenied(error)) throw unreadable(at, error);
      asking.log.warn('the stack that this one is nested in cannot be described', { parent: at, error });
      break;
    }
  }
  return stacks;
}

function phaseOf(stacks: Lineage): StackPhase {
  if (stacks.some(({ status }) => ROLLING_BACK.test(status))) return 'rolling-back';
  return stacks.some(({ status }) => status === 'DELETE_IN_PROGRESS') ? 'deleting' : 'deploying';
}

/**
 * Including UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS. A nested stack that goes because its parent rolls back is in
 * DELETE_IN_PROGRESS itself, so the parents are asked as well.
 */
const ROLLING_BACK = /ROLLBACK_(COMPLETE_CLEANUP_)?IN_PROGRESS$/;

// no clean-up: what goes in one was claimed before its deployment began, perhaps by one that failed without a rollback.
const SUCCESS = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/;

/** Events are dated by the second only: what happened within it is told by the order of the entries. */
export const SECOND = 1_000;

/** A deletion claims nothing. */
const BEGUN = /^(?!DELETE_).*_IN_PROGRESS$/;

async function hasSucceeded(
  events: AsyncIterable<StackEvent>,
  stackId: string,
  logicalId: string,
  claimedAt: number,
): Promise<boolean> {
  let inTheSameSecond = false;
  // a claim is of a deployment that had begun: where none has begun after the success, it was made before.
  let begunSince = false;
  let oldest: StackEvent | undefined;
  for await (const entry of events) {
    oldest = entry;
    if (entry.changedAt < claimedAt - SECOND) break;
    if (entry.physicalId === stackId) {
      if (!SUCCESS.test(entry.status)) {
        begunSince ||= BEGUN.test(entry.status) && entry.changedAt < claimedAt + SECOND;
        continue;
      }
      if (entry.changedAt >= claimedAt + SECOND) return true;
      if (entry.changedAt >= claimedAt && !begunSince) return true;
      inTheSameSecond ||= entry.changedAt >= claimedAt;
    } else if (inTheSameSecond && entry.logicalId === logicalId && /^(CREATE|UPDATE)_/.test(entry.status)) return true;
  }
  return !reachesBack(oldest, stackId, claimedAt);
}

/**
 * Whether a history that ends with an entry tells of the time of a claim. How long CloudFormation shows events is not
 * documented (three months, it is said): a deployment that it has forgotten is over, and no reason to destroy anything.
 */
function reachesBack(oldest: StackEvent | undefined, stackId: string, claimedAt: number): boolean {
  if (!oldest) return false;
  return oldest.changedAt < claimedAt + SECOND || (oldest.physicalId === stackId && BEGINNING.test(oldest.status));
}

/** What the history of a stack begins with. */
const BEGINNING = /^(CREATE|REVIEW|IMPORT)_IN_PROGRESS$/;

/**
 * The first entry of a resource since the last deployment of its stack that has succeeded: an operation begins with the id
 * that the resource had before it, and a creation with none.
 */
async function firstSinceSuccess(
  view: Pick<CloudFormationView, 'events'>,
  { stackId, logicalId }: { readonly stackId: string; readonly logicalId: string },
  root: string,
): Promise<StackEvent | undefined> {
  let first: StackEvent | undefined;
  for await (const entry of sinceSuccess(view, stackId, root)) {
    if (entry.logicalId === logicalId && entry.physicalId !== stackId) first = entry;
  }
  return first;
}

/** What a resource was made of at its last success before or with that of its stack, if it has been touched since. */
async function lastProperties(
  view: Pick<CloudFormationView, 'events'>,
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

/** The properties that an entry shows; `undefined` where it shows none that can be read. */
export function propertiesOf({ properties = '' }: StackEvent): RawProperties | undefined {
  try {
    return JSON.parse(properties) as RawProperties;
  } catch {
    return undefined;
  }
}

/** The history of a stack since the last deployment, of its root where it is nested, that has succeeded; newest first. */
async function* sinceSuccess(
  view: Pick<CloudFormationView, 'events'>,
  stackId: string,
  root: string,
): AsyncGenerator<StackEvent> {
  for await (const { entry, isSince } of history(view, stackId, root)) {
    if (!isSince) return;
    yield entry;
  }
}

/** The history of a stack, newest first, and whether each entry is of the time since that success. */
async function* history(
  view: Pick<CloudFormationView, 'events'>,
  stackId: string,
  root: string,
): AsyncGenerator<{ readonly entry: StackEvent; readonly isSince: boolean }> {
  const isSuccess = ({ physicalId, status }: StackEvent) => physicalId === root && SUCCESS.test(status);
  let succeededAt = -Infinity;
  if (root !== stackId) {
    for await (const entry of view.events(root)) {
      if (!isSuccess(entry)) continue;
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

/** The logical id under which a stack has something as a resource of a type, such as AWS's own. */
export async function holderOf(
  { type, physicalId }: SoughtResource,
  resources: () => AsyncIterable<HeldResource>,
  asking: Asking,
): Promise<string | undefined> {
  return retryReading(asking, async () => {
    for await (const resource of resources()) {
      if (resource.type === type && resource.physicalId === physicalId) return resource.logicalId;
    }
    return undefined;
  });
}

function unreadable(stackId: string, error: unknown): Error {
  return new Error(
    `whether stack ${stackId} is rolling back cannot be read, and what is safe to do depends on it: ` +
      `${reasonOf(error)}; ` +
      `the provider needs cloudformation:DescribeStacks on the stack and those that it is nested in`,
    { cause: error },
  );
}
