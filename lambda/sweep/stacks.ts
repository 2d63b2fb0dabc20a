/** The operations of stacks whose deployments a sweep must not disturb. */
import { type OwnershipTags } from '../../contract/ownership';
import { type Clock } from '../runtime/clock';
import { type CurrentOperation } from '../runtime/current-operation';
import { type Log } from '../runtime/log';
import { reasonOf } from '../runtime/messages';
import { type ClaimRecord, type Tags, claimsIn } from '../runtime/ownership';
import { type DescribeStack, LONGEST_DEPLOYMENT, isMissingStack, isStackGone } from '../runtime/stack';

/** The state in which a run finds its stack. `deleting`: also if the deletion has failed, since it can only be repeated. */
export type StackRest = 'at-rest' | 'busy' | 'rolling-back' | 'deleting' | 'gone';

/**
 * Reads a stack and those that it is nested in. A failed stack is busy, too: somebody will continue it or roll it back,
 * and a rollback may need what the sweep would remove.
 */
export async function stackRest(stackId: string, describe: DescribeStack): Promise<StackRest> {
  return (await stackNow(stackId, describe)).rest;
}

/** The state of a stack with those that it is nested in. */
interface StackNow {
  readonly rest: StackRest;
  /** When its last update began: 0 if it was never updated. */
  readonly updatedAt: number;
  readonly rootId: string;
}

export async function stackNow(stackId: string, describe: DescribeStack): Promise<StackNow> {
  let rest: StackRest = 'at-rest';
  let updatedAt: number | undefined;
  for (let rootId = stackId; ;) {
    const { status, parentId, ...own } = await describe(rootId);
    updatedAt ??= own.updatedAt ?? 0;
    if (GRAVITY.indexOf(restOf(status)) > GRAVITY.indexOf(rest)) rest = restOf(status);
    if (parentId === undefined) return { rest, updatedAt, rootId };
    rootId = parentId;
  }
}

/** What one of the stacks is in decides for all of them. */
const GRAVITY: readonly StackRest[] = ['at-rest', 'busy', 'deleting', 'rolling-back', 'gone'];

function restOf(status: string): StackRest {
  if (status === 'DELETE_COMPLETE') return 'gone';
  if (UNDONE.test(status)) return 'rolling-back';
  if (status.startsWith('DELETE_')) return 'deleting';
  return status.endsWith('_COMPLETE') ? 'at-rest' : 'busy';
}

const UNDONE = /ROLLBACK_(COMPLETE_CLEANUP_)?IN_PROGRESS$|ROLLBACK_FAILED$/;

/** Whether a deployment that CloudFormation waits for has ended in another way than it began. */
export async function isUndone(stackId: string, describe: DescribeStack): Promise<boolean> {
  for (let id: string | undefined = stackId; id !== undefined;) {
    const { status, parentId } = await describe(id);
    if (/ROLLBACK|FAILED$/.test(status)) return true;
    id = parentId;
  }
  return false;
}

/** What queries about stacks need. */
export interface StackTools {
  /** The sweep's own stack. */
  readonly stackId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent if CloudFormation cannot be queried: then every stack counts as existing and at rest. */
  readonly describeStack?: DescribeStack;
  /**
   * Whether a stack's deployment has succeeded since. Absent if CloudFormation cannot be queried: then every deployment
   * counts as over.
   */
  readonly settledSince?: (stackId: string, claimedAt: number) => Promise<boolean>;
  /**
   * The phase of the sweep's own stack, while CloudFormation waits for the sweep. Absent: no deployment of that stack
   * is in progress.
   */
  readonly idsSinceSuccess?: () => Promise<ReadonlySet<string>>;
}

/** The stacks of the account and region that are named by their marks on candidates. A mark is `<name>/<id>`. */
export class Stacks {
  /**
   * The results of this slice: a deleted stack stays deleted, and it is safe to treat a stack that was deleted since as
   * existing.
   */
  private readonly gone = new Map<string, Promise<boolean>>();

  constructor(private readonly tools: StackTools) {}

  /**
   * Whether an existing stack owns or claims an artifact by its tags: an artifact of a deleted stack belongs to nobody.
   *
   * @param whole the length from which a name may be cut in a mark: such a mark does not identify a stack
   */
  async isHeld(tags: Tags, keys: OwnershipTags, whole = Infinity): Promise<boolean> {
    const claims = claimsIn(tags, keys).map(({ stack }) => stack);
    // a claim that cannot be read counts as somebody's.
    if (claims.length < Object.keys(tags).filter(key => key.startsWith(keys.claim)).length) return true;
    for (const stack of [...(keys.owner in tags ? [tags[keys.stack]] : []), ...claims]) {
      if (!stack || nameOf(stack).length >= whole || !(await this.isGone(stack))) return true;
    }
    return false;
  }

  /** Whether something has an owner whose stack is gone, and nobody else claims it. */
  async isLeftBehind(tags: Tags, keys: OwnershipTags): Promise<boolean> {
    return keys.owner in tags && !(await this.isHeld(tags, keys));
  }

  /** Includes the physical ids that the own stack's resources return to if the deployment in progress fails. */
  async idsUnderWay(): Promise<ReadonlySet<string>> {
    return (await this.tools.idsSinceSuccess?.()) ?? new Set();
  }

  /**
   * Whether a deployment of another stack is in progress or has failed. The sweep does not wait for a stack that cannot
   * be read, nor for one whose operation is that in which CloudFormation waits for the sweep.
   */
  async isBusy(stackId: string): Promise<boolean> {
    const { describeStack, log } = this.tools;
    if (!describeStack) return false;
    try {
      const { rest, rootId } = await stackNow(stackId, describeStack);
      if (rest === 'at-rest' || rest === 'gone') return false;
      const isAwaited = this.tools.idsSinceSuccess !== undefined;
      return !isAwaited || rootId !== (await stackNow(this.tools.stackId, describeStack)).rootId;
    } catch (error) {
      if (!isMissingStack(error)) log.warn(`cannot read whether stack ${stackId} is at rest: ${reasonOf(error)}`);
      return false;
    }
  }

  /**
   * Whether one of the claims to a candidate is from a deployment that has not succeeded: its rollback removes what it
   * has made.
   */
  async isProvisional(claims: readonly ClaimRecord[]): Promise<boolean> {
    for (const claim of claims) {
      if (!(await this.isSettled(claim))) return true;
    }
    return false;
  }

  private async isSettled({ stack, sentAt }: ClaimRecord): Promise<boolean> {
    const { stackId, settledSince, clock, log } = this.tools;
    if (!settledSince) return true;
    // a name can be cut, an id never is.
    if (idOf(stack) === idOf(stackId)) return settledSince(stackId, sentAt);
    const other = this.arnOf(stack);
    // a failed rollback can wait for days to be continued.
    if (clock.now() - sentAt > LONGEST_DEPLOYMENT && !(await this.isBusy(other))) return true;
    try {
      return await settledSince(other, sentAt);
    } catch (error) {
      log.warn('cannot read whether the deployment of a stack has succeeded', { stack, error: reasonOf(error) });
      return false;
    }
  }

  private isGone(stack: string): Promise<boolean> {
    const stackId = this.arnOf(stack);
    let gone = this.gone.get(stackId);
    if (!gone) this.gone.set(stackId, (gone = this.readGone(stackId)));
    return gone;
  }

  /** A stack that cannot be read counts as existing. */
  private async readGone(stackId: string): Promise<boolean> {
    const { describeStack } = this.tools;
    return describeStack ? isStackGone(stackId, describeStack).catch(() => false) : false;
  }

  /** In the account and region of the sweep's own stack. */
  private arnOf(stack: string): string {
    return stack.startsWith('arn:') ? stack : `${this.tools.stackId.split('/')[0]}/${stack}`;
  }
}

const nameOf = (stack: string) => stack.split('/').at(-2) ?? '';
const idOf = (stack: string) => stack.split('/').at(-1);

/**
 * Throws if a run must no longer remove. Called before removals, which take minutes.
 *
 * @param when `now` if an answer of some seconds ago is too old
 */
export type Confirm = (when?: 'now') => Promise<void>;

/** How long, in milliseconds, an answer is valid. */
const COUNTS_FOR = 5_000;

/** Queries only when the last answer is no longer valid; concurrent callers share one query. */
export function nowAndThen(ask: () => Promise<void>, clock: Clock): Confirm {
  let last: { readonly at: number; readonly answer: Promise<void> } | undefined;
  return when => {
    if (when === 'now' || !last || clock.now() - last.at >= COUNTS_FOR) {
      last = { at: clock.now(), answer: ask() };
      // the next caller gets the error; here it must not count as unhandled.
      last.answer.catch(() => undefined);
    }
    return last.answer;
  };
}

/** While CloudFormation waits for the run, no other deployment of the stack can begin: an answer is never too old. */
export function whileAwaited(operation: CurrentOperation, clock: Clock): Confirm {
  const confirm = nowAndThen(() => operation.confirm('wait'), clock);
  return () => confirm();
}
