import { type Scope } from '../runtime/custom-resource';

/**
 * Undoes what a replacement did before it failed: it answers with the old id, so nobody would ever delete what it has
 * made or taken.
 */
export async function undoneOnFailure<T>(
  work: () => Promise<T>,
  undo: (inRollback: Scope) => Promise<void>,
  scope: Scope,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await undo({ ...scope, stackPhase: async () => 'rolling-back' }).catch(reason =>
      scope.log.error('the failed replacement could not be undone', { reason: String(reason) }),
    );
    throw error;
  }
}
