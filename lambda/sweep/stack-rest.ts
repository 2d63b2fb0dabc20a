import { type DescribeStack } from '../runtime/stack';

/** What a run that nobody waits for finds its stack doing. */
export type StackRest = 'at-rest' | 'busy' | 'gone';

/**
 * Reads a stack and those that it is nested in. One that has failed is busy, too: somebody will continue or roll it
 * back, and a rollback may need what the sweep would remove.
 */
export async function stackRest(stackId: string, describe: DescribeStack): Promise<StackRest> {
  for (let id: string | undefined = stackId; id !== undefined;) {
    const { status, parentId } = await describe(id);
    if (status === 'DELETE_COMPLETE') return 'gone';
    if (!status.endsWith('_COMPLETE')) return 'busy';
    id = parentId;
  }
  return 'at-rest';
}
