/** What stacks are doing, whose deployments a sweep must not get in the way of. */
import { type OwnershipTags } from '../../contract/ownership';
import { type Clock } from '../runtime/clock';
import { type Log } from '../runtime/log';
import { reasonOf } from '../runtime/messages';
import { type ClaimRecord, type Tags, claimsIn } from '../runtime/ownership';
import { type DescribeStack, LONGEST_DEPLOYMENT } from '../runtime/stack';

/** What a run finds its stack doing. */
export type StackRest = 'at-rest' | 'busy' | 'rolling-back' | 'gone';

/**
 * Reads a stack and those that it is nested in. One that has failed is busy, too: somebody will continue or roll it
 * back, and a rollback may need what the sweep would remove.
 */
export async function stackRest(stackId: string, describe: DescribeStack): Promise<StackRest> {
  let rest: StackRest = 'at-rest';
  for (let id: string | undefined = stackId; id !== undefined;) {
    const { status, parentId } = await describe(id);
    if (status === 'DELETE_COMPLETE') return 'gone';
    if (UNDONE.test(status)) return 'rolling-back';
    if (!status.endsWith('_COMPLETE')) rest = 'busy';
    id = parentId;
  }
  return rest;
}

const UNDONE = /ROLLBACK_(COMPLETE_CLEANUP_)?IN_PROGRESS$|ROLLBACK_FAILED$/;

/** Whether a deployment that CloudFormation waits for is over, and not in the way that it began. */
export async function isUndone(stackId: string, describe: DescribeStack): Promise<boolean> {
  for (let id: string | undefined = stackId; id !== undefined;) {
    const { status, parentId } = await describe(id);
    if (/ROLLBACK|FAILED$/.test(status)) return true;
    id = parentId;
  }
  return false;
}

/** What the stacks can be asked with. */
export interface StackTools {
  /** The sweep's own stack. */
  readonly stackId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent where it cannot be asked: then every stack counts as living and at rest. */
  readonly describeStack?: DescribeStack;
  /** Whether a stack's deployment has succeeded since. Absent where it cannot be asked: then every one counts as over. */
  readonly settledSince?: (stackId: string, claimedAt: number) => Promise<boolean>;
  /** Of the sweep's own stack, while CloudFormation waits for the sweep. Absent: no deployment of it is under way. */
  readonly idsSinceSuccess?: () => Promise<ReadonlySet<string>>;
}

/** The stacks of the account and region, as far as their marks on candidates tell them. A mark names `<name>/<id>`. */
export class Stacks {
  /** What was asked in this slice: what is gone stays so, and to take for living what is gone since is safe. */
  private readonly gone = new Map<string, Promise<boolean>>();

  constructor(private readonly tools: StackTools) {}

  /**
   * Whether a stack that exists owns or claims something by its tags: what a stack held that is gone is nobody's.
   *
   * @param whole how long a name must be to be cut in a mark, perhaps: such a mark tells no stack
   */
  async isHeld(tags: Tags, keys: OwnershipTags, whole = Infinity): Promise<boolean> {
    const claims = claimsIn(tags, keys).map(({ stack }) => stack);
    // a claim that cannot be read is somebody's.
    if (claims.length < Object.keys(tags).filter(key => key.startsWith(keys.claim)).length) return true;
    for (const stack of [...(keys.owner in tags ? [tags[keys.stack]] : []), ...claims]) {
      if (!stack || nameOf(stack).length >= whole || !(await this.isGone(stack))) return true;
    }
    return false;
  }

  /** The physical ids that the own stack's resources come back to where the deployment that is under way fails, and others. */
  async idsUnderWay(): Promise<ReadonlySet<string>> {
    return (await this.tools.idsSinceSuccess?.()) ?? new Set();
  }

  /** Whether a deployment of another stack is under way or has failed. One that cannot be read is not waited for. */
  async isBusy(stackId: string): Promise<boolean> {
    const { describeStack, log } = this.tools;
    if (!describeStack) return false;
    try {
      const rest = await stackRest(stackId, describeStack);
      return rest === 'busy' || rest === 'rolling-back';
    } catch (error) {
      if (!isMissing(error)) log.warn(`whether stack ${stackId} is at rest cannot be read: ${reasonOf(error)}`);
      return false;
    }
  }

  /** Whether one of the claims to a candidate is of a deployment that has not succeeded: what that has made goes with it. */
  async isProvisional(claims: readonly ClaimRecord[]): Promise<boolean> {
    for (const claim of claims) {
      if (!(await this.isSettled(claim))) return true;
    }
    return false;
  }

  private async isSettled({ stack, sentAt }: ClaimRecord): Promise<boolean> {
    const { stackId, settledSince, clock, log } = this.tools;
    if (!settledSince) return true;
    // a name may be cut, an id never is.
    if (idOf(stack) === idOf(stackId)) return settledSince(stackId, sentAt);
    const other = this.arnOf(stack);
    // a rollback that has failed may wait for days to be continued.
    if (clock.now() - sentAt > LONGEST_DEPLOYMENT && !(await this.isBusy(other))) return true;
    try {
      return await settledSince(other, sentAt);
    } catch (error) {
      log.warn('whether the deployment of a stack has succeeded cannot be read', { stack, error: reasonOf(error) });
      return false;
    }
  }

  private isGone(stack: string): Promise<boolean> {
    const stackId = this.arnOf(stack);
    let gone = this.gone.get(stackId);
    if (!gone) this.gone.set(stackId, (gone = this.readGone(stackId)));
    return gone;
  }

  /** What cannot be read is taken for living. */
  private async readGone(stackId: string): Promise<boolean> {
    try {
      return (await this.tools.describeStack?.(stackId))?.status === 'DELETE_COMPLETE';
    } catch (error) {
      return isMissing(error);
    }
  }

  /** Of the account and region of the sweep's own stack. */
  private arnOf(stack: string): string {
    return stack.startsWith('arn:') ? stack : `${this.tools.stackId.split('/')[0]}/${stack}`;
  }
}

const nameOf = (stack: string) => stack.split('/').at(-2) ?? '';
const idOf = (stack: string) => stack.split('/').at(-1);

const isMissing = (error: unknown) =>
  error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);

/** Whether a run may still remove: throws where not. Asked before removals, which go on for minutes. */
export type Confirm = () => Promise<void>;

/** Milliseconds for which an answer counts. */
const COUNTS_FOR = 5_000;

/** Asks no more often than an answer counts; what is asked at the same time is asked once. */
export function nowAndThen(ask: Confirm, clock: Clock): Confirm {
  let last: { readonly at: number; readonly answer: Promise<void> } | undefined;
  return () => {
    if (!last || clock.now() - last.at >= COUNTS_FOR) {
      last = { at: clock.now(), answer: ask() };
      // whoever asks next hears of it; here it must not count as unhandled.
      last.answer.catch(() => undefined);
    }
    return last.answer;
  };
}
