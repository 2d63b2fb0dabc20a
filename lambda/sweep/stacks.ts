/** What stacks are doing, whose deployments a sweep must not get in the way of. */
import { type Clock } from '../runtime/clock';
import { reasonOf } from '../runtime/messages';
import { type ClaimRecord } from '../runtime/ownership';
import { type DescribeStack, LONGEST_DEPLOYMENT } from '../runtime/stack';
import { type SourceTools } from './source';

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

/** Whether a stack does not exist any more. What cannot be read is taken for living. */
export async function isGone(stackId: string | undefined, describe: DescribeStack | undefined): Promise<boolean> {
  if (!stackId || !describe) return false;
  try {
    return (await describe(stackId)).status === 'DELETE_COMPLETE';
  } catch (error) {
    return isMissing(error);
  }
}

/** Whether a deployment of another stack is under way or has failed. One that cannot be read is not waited for. */
export async function isBusy(stackId: string, describe: DescribeStack, warn: (why: string) => void): Promise<boolean> {
  try {
    const rest = await stackRest(stackId, describe);
    return rest === 'busy' || rest === 'rolling-back';
  } catch (error) {
    if (!isMissing(error)) warn(`whether stack ${stackId} is at rest cannot be read: ${reasonOf(error)}`);
    return false;
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);

/** Whether one of the claims to a candidate is of a deployment that has not succeeded: what that has made goes with it. */
export async function isProvisional(claims: readonly ClaimRecord[], tools: SourceTools): Promise<boolean> {
  for (const claim of claims) {
    if (!(await isSettled(claim, tools))) return true;
  }
  return false;
}

async function isSettled({ stack, sentAt }: ClaimRecord, { stackId, settledSince, clock, log }: SourceTools) {
  if (!settledSince) return true;
  const [partition, , id] = stackId.split('/');
  // a name may be cut, an id never is.
  if (stack.split('/').at(-1) === id) return settledSince(stackId, sentAt);
  if (clock.now() - sentAt > LONGEST_DEPLOYMENT) return true;
  try {
    return await settledSince(`${partition}/${stack}`, sentAt);
  } catch (error) {
    log.warn('whether the deployment of a stack has succeeded cannot be read', { stack, error: reasonOf(error) });
    return false;
  }
}

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
