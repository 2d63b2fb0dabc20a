/**
 * What CloudFormation says about a stack: its current operation, and whether a deployment has succeeded since a given
 * time.
 */
import { type Clock, type Deadline } from './clock';
import { type RawProperties } from './event';
import { type Log } from './log';
import { reasonOf } from './messages';
import { isAccessDenied, isError, retryPassing, retryReading } from './retry';
import {
  type Declaration,
  type Fate,
  type StackHistory,
  type StackResourceState,
  declarationsSinceSuccess,
  fateOf,
  firstSinceSuccess,
  hasBegunSince,
  hasMovedSince,
  hasSucceeded,
  lastProperties,
  sinceSuccess,
} from './stack-history';

/** How long, in ms, a claim can belong to a deployment in progress. */
export const LONGEST_DEPLOYMENT = 48 * 3_600_000;

/** The phases of a stack that handlers distinguish. */
export type StackPhase =
  /** The stack is created or updated, imports resources, or is at rest. */
  | 'deploying'
  /** The stack, or a stack that it is nested in, rolls a failed deployment back. */
  | 'rolling-back'
  /** The stack, or a stack that it is nested in, is being deleted. */
  | 'deleting';

export interface StackState {
  readonly status: string;
  /** The id of the stack that this one is nested in. */
  readonly parentId?: string;
  /** When its last update began, in milliseconds since the epoch. Absent: it was never updated. */
  readonly updatedAt?: number;
}

export type DescribeStack = (stackId: string) => Promise<StackState>;

/** A resource in a stack. */
export interface HeldResource {
  readonly logicalId: string;
  readonly physicalId?: string;
  /** Such as `AWS::IoT::SoftwarePackage`. */
  readonly type: string;
}

export type SoughtResource = Pick<HeldResource, 'type' | 'physicalId'>;

/** The queries to CloudFormation. */
export interface CloudFormationView extends StackHistory {
  describeStack: DescribeStack;
  /** `undefined` if the stack has no such resource. */
  describeResource(stackId: string, logicalId: string): Promise<StackResourceState | undefined>;
  /** The stack's current resources, without deleted ones. */
  resources(stackId: string): AsyncIterable<HeldResource>;
}

/** What limits the queries. */
export interface Asking {
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly log: Log;
}

/** Answers questions about the stack of an event. */
export interface StackQuestions {
  /** The phase of the stack, read at the first call. Call it only if the answer decides something. */
  stackPhase(): Promise<StackPhase>;
  /**
   * Whether a deployment has succeeded since something was claimed, so that the claim is final.
   *
   * @param claimedAt absent for a claim by an older version of the library: then the stack's phase decides
   */
  succeededSince(claimedAt: number | undefined): Promise<boolean>;
  /** The same in a rollback: tells the claims of an earlier deployment from those of the failed one. */
  settledSince(claimedAt: number): Promise<boolean>;
  /**
   * Whether the deployment that made a claim has failed and was not rolled back: another one has begun since, and none has
   * succeeded.
   */
  isLeftOpen(claimedAt: number): Promise<boolean>;
  /** Whether an operation of the stack itself has begun or ended since. */
  hasMovedSince(time: number): Promise<boolean>;
  /**
   * Whether the resource had a physical id when the last deployment succeeded. This shows what a deployment that has
   * not succeeded has made if the artifact itself has no record.
   */
  hadAtSuccess(physicalId: string): Promise<boolean>;
  /**
   * The properties that the resource had when the last deployment succeeded, where an operation since may have changed
   * them: `unknown` where its history does not tell, `undefined` where there has been no such operation.
   */
  propertiesAtSuccess(): Promise<RawProperties | 'unknown' | undefined>;
  /**
   * The physical ids that resources have had since the last deployment that succeeded, and the ids at that time of
   * those that have changed.
   */
  idsSinceSuccess(): Promise<ReadonlySet<string>>;
  /** What the resources were to be since the last deployment that succeeded, unless that was rolled back. */
  declarationsSinceSuccess(): Promise<readonly Declaration[]>;
  /** What has become of what a resource of the stack has had since the last deployment that succeeded. */
  fateOf(physicalId: string): Promise<Fate>;
  /** Whether the stack no longer exists; `undefined` if that cannot be read. */
  isGone(): Promise<boolean | undefined>;
}

/**
 * Throws if the stack itself cannot be read, because every guess would be unsafe. If a rollback's Delete were treated
 * as an ordinary one, it would remove what the failed deployment had merely adopted; if an ordinary Delete were treated
 * as a rollback's, it would keep what must be removed. A failed event changes nothing and says what is missing.
 */
export function stackQuestions(
  { stackId, logicalId }: { readonly stackId: string; readonly logicalId: string },
  view: Pick<CloudFormationView, 'describeStack' | 'events'>,
  asking: Asking,
): StackQuestions {
  const lineage = new Lineage(stackId, id => view.describeStack(id), asking);
  const settledSince = async (claimedAt: number) => {
    const root = await lineage.root();
    return retryReading(asking, () => hasSucceeded(view.events(root), { stackId: root, logicalId, claimedAt }));
  };
  return {
    settledSince,
    isLeftOpen: async claimedAt => {
      const root = await lineage.root();
      const hasBegun = () => hasBegunSince(view.events(root), { stackId: root, claimedAt });
      return (await retryReading(asking, hasBegun)) && !(await settledSince(claimedAt));
    },
    hasMovedSince: time => retryReading(asking, () => hasMovedSince(view.events(stackId), stackId, time)),
    idsSinceSuccess: async () => {
      const root = await lineage.root();
      return retryReading(asking, async () => {
        const ids = new Set<string>();
        for await (const { physicalId } of sinceSuccess(view, stackId, root)) if (physicalId) ids.add(physicalId);
        return ids;
      });
    },
    hadAtSuccess: async physicalId => {
      const root = await lineage.root();
      return retryReading(asking, async () => {
        const first = await firstSinceSuccess(view, { stackId, logicalId }, root);
        // if nothing has happened since, the event is about the artifact that was there.
        return !first || (!first.status.startsWith('CREATE_') && first.physicalId === physicalId);
      });
    },
    propertiesAtSuccess: async () => {
      const root = await lineage.root();
      return retryReading(asking, () => lastProperties(view, { stackId, logicalId }, root));
    },
    declarationsSinceSuccess: async () => {
      const root = await lineage.root();
      return retryReading(asking, () => declarationsSinceSuccess(view, stackId, root));
    },
    fateOf: async physicalId => {
      const root = await lineage.root();
      return retryReading(asking, () => fateOf(view, stackId, root, physicalId));
    },
    stackPhase: () => lineage.phase(),
    // not repeated if it is denied: the answer only completes a message.
    isGone: () =>
      retryPassing(asking, () => isStackGone(stackId, id => view.describeStack(id))).catch((error: unknown) => {
        asking.log.warn('cannot read whether a stack still exists', { stackId, error });
        return undefined;
      }),
    succeededSince: async claimedAt => {
      if ((await lineage.phase()) === 'rolling-back') return false;
      return claimedAt === undefined || settledSince(claimedAt);
    },
  };
}

/** Whether a stack no longer exists. A stack that was deleted long ago cannot be described. */
export async function isStackGone(stackId: string, describe: DescribeStack): Promise<boolean> {
  try {
    return (await describe(stackId)).status === 'DELETE_COMPLETE';
  } catch (error) {
    if (isMissingStack(error)) return true;
    throw error;
  }
}

export const isMissingStack = (error: unknown) =>
  isError(error, 'ValidationError') && /does not exist/.test(error.message);

/** A stack and those that it is nested in. An answered query is not repeated, a failed one is. */
class Lineage {
  /** As far as they have been read, the stack itself first. */
  private readonly stacks: (StackState & { readonly id: string })[] = [];
  private reading: Promise<void> = Promise.resolve();
  private next: string | undefined;

  constructor(
    stackId: string,
    private readonly describe: DescribeStack,
    private readonly asking: Asking,
  ) {
    this.next = stackId;
  }

  /** Reads no further than the first stack that rolls back. */
  async phase(): Promise<StackPhase> {
    const rollsBack = () => this.stacks.some(({ status }) => ROLLING_BACK.test(status));
    await this.read(rollsBack);
    if (rollsBack()) return 'rolling-back';
    return this.stacks.some(({ status }) => status === 'DELETE_IN_PROGRESS') ? 'deleting' : 'deploying';
  }

  /** The id of the stack whose deployments decide: a nested stack completes its update, and may be rolled back later. */
  async root(): Promise<string> {
    await this.read(() => false);
    return this.stacks.at(-1)!.id;
  }

  /** Callers take turns, so that each stack is read once. */
  private read(isEnough: () => boolean): Promise<void> {
    const turn = this.reading.then(async () => {
      while (this.next !== undefined && !isEnough()) await this.readNext(this.next);
    });
    this.reading = turn.catch(() => undefined);
    return turn;
  }

  private async readNext(id: string): Promise<void> {
    const { stacks, asking } = this;
    try {
      const stack = await retryReading(asking, () => this.describe(id));
      stacks.push({ ...stack, id });
      this.next = stack.parentId;
    } catch (error) {
      // if the stack was nested by hand, synthesis did not know the parent: only the stack itself can be read.
      if (stacks.length === 0 || !isAccessDenied(error)) throw unreadable(id, error);
      asking.log.warn('the stack that this one is nested in cannot be described', { parent: id, error });
      this.next = undefined;
    }
  }
}

/**
 * Including UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS. A nested stack that is deleted because its parent rolls back
 * is itself in DELETE_IN_PROGRESS, so the parents are read as well.
 */
const ROLLING_BACK = /ROLLBACK_(COMPLETE_CLEANUP_)?IN_PROGRESS$/;

/** The logical id of the resource of a type, such as AWS's own, by which a stack manages something. */
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
    `cannot read whether stack ${stackId} is rolling back, which decides what is safe: ` +
      `${reasonOf(error)}; ` +
      `the provider needs cloudformation:DescribeStacks on the stack and those that it is nested in`,
    { cause: error },
  );
}
