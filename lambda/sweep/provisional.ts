/** Whether something stays if a deployment that is not over fails. */
import { reasonOf } from '../runtime/messages';
import { type ClaimRecord } from '../runtime/ownership';
import { LONGEST_DEPLOYMENT } from '../runtime/stack';
import { type SourceTools } from './kind';

/** Whether one of the claims to a thing is of a deployment that has not succeeded: what that has made goes with it. */
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
