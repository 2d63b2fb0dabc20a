import { reasonOf } from './messages';

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

/**
 * Reads the phase once, when it is first asked for.
 *
 * Throws where a stack cannot be read. Every guess would be unsafe: a Delete that is taken for an ordinary one in a
 * rollback removes what the failed deployment had merely adopted, one that is taken for a rollback's keeps what should
 * go. A failed event touches nothing and says what is missing.
 */
export function stackPhase(stackId: string, describe: DescribeStack): () => Promise<StackPhase> {
  let phase: Promise<StackPhase> | undefined;
  return () => (phase ??= readPhase(stackId, describe));
}

async function readPhase(stackId: string, describe: DescribeStack): Promise<StackPhase> {
  let deleting = false;
  for (let id: string | undefined = stackId; id !== undefined;) {
    const stack: StackState = await describeOrExplain(id, describe);
    if (ROLLING_BACK.test(stack.status)) return 'rolling-back';
    deleting ||= stack.status === 'DELETE_IN_PROGRESS';
    id = stack.parentId;
  }
  return deleting ? 'deleting' : 'deploying';
}

/**
 * Including UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS. A nested stack that goes because its parent rolls back is in
 * DELETE_IN_PROGRESS itself, so the parents are asked as well.
 */
const ROLLING_BACK = /ROLLBACK_(COMPLETE_CLEANUP_)?IN_PROGRESS$/;

async function describeOrExplain(stackId: string, describe: DescribeStack): Promise<StackState> {
  try {
    return await describe(stackId);
  } catch (error) {
    throw new Error(
      `whether stack ${stackId} is rolling back cannot be read, and what is safe to do depends on it: ` +
        `${reasonOf(error)}; ` +
        `the provider needs cloudformation:DescribeStacks on the stack and those that it is nested in`,
      { cause: error },
    );
  }
}
