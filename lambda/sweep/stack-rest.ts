import { reasonOf } from '../runtime/messages';
import { type DescribeStack } from '../runtime/stack';

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
