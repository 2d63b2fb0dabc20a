import { type Stack } from './stack';

/** Two resources of a stack that both have had one artifact. */
export const RESOURCES = ['Former', 'Taker'] as const;
export type DeletedResource = (typeof RESOURCES)[number];
export type DeleteOrder = readonly [DeletedResource, DeletedResource];
export const ORDERS: readonly [DeleteOrder, DeleteOrder] = [RESOURCES, ['Taker', 'Former']];

/**
 * Deletes one of the two resources, and the other one at a call of the first Delete, or after it if there is no such
 * call.
 *
 * @returns whether there was such a call
 */
export async function deleteAtOnce(
  stack: Stack,
  { order: [first, second], call }: { readonly order: DeleteOrder; readonly call: number },
  remove: (resource: DeletedResource) => Promise<unknown>,
): Promise<boolean> {
  let calls = 0;
  let isAtOnce = false;
  stack.interrupt = async (_operation, moment) => {
    if (moment !== 'before' || ++calls !== call) return;
    isAtOnce = true;
    stack.interrupt = undefined;
    await remove(second);
  };
  await remove(first);
  stack.interrupt = undefined;
  if (!isAtOnce) await remove(second);
  return isAtOnce;
}
