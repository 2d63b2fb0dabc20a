/** Deletes versions of a schema by ranges. */
import { VERSIONS_PER_CALL } from '../../../contract/glue';
import { type Failed, type Removal } from '../../sweep/source';
import { type RetentionCalls, isError } from './calls';
import { VersionKept } from './keep-reasons';
import { type Range, isWithin, rangesOf } from './ranges';

export interface RangeDeletion {
  readonly calls: RetentionCalls;
  /** What goes. */
  readonly remove: readonly number[];
  /** What no range may touch. */
  readonly keep: readonly number[];
  readonly report: (versionNumber: number, end: Removal | Failed) => void;
}

/** Items of an answer that say that a version was gone already. */
const GONE = 'ResourceNotFoundException';

/**
 * Deletes as few ranges as it takes, from the lowest number on. Before each call the checkpoint is read again: one that
 * somebody has moved meanwhile stays, and what is left is planned anew.
 */
export async function deleteRanges({ calls, remove, keep, report }: RangeDeletion): Promise<void> {
  const left = new Set(remove);
  const kept = new Set(keep);
  const end = (number: number, how: Removal | Failed) => {
    if (left.delete(number)) report(number, how);
  };
  const endAll = (range: Range, how: Removal | Failed, except?: ReadonlyMap<number, unknown>) => {
    for (const number of [...left].filter(each => isWithin(each, range) && !except?.has(each))) end(number, how);
  };
  const spare = (checkpoint: number) => {
    kept.add(checkpoint);
    end(checkpoint, { kept: VersionKept.CHECKPOINT });
  };
  let isPlannedAgain = false;
  while (left.size > 0) {
    const checkpoint = await calls.checkpoint();
    if (checkpoint === undefined) return endAll({ first: 1, last: Infinity }, 'gone');
    spare(checkpoint);
    const range = rangesOf(left, kept, VERSIONS_PER_CALL).at(0);
    if (!range) return;
    try {
      const items = await calls.deleteVersions(range);
      const errors = new Map(items.map(({ VersionNumber = 0, ErrorDetails = {} }) => [VersionNumber, ErrorDetails]));
      endAll(range, 'removed', errors);
      // an attempt whose answer was lost may have begun the deletion, or somebody else has.
      const isUnclear = [...errors.values()].some(({ ErrorCode }) => ErrorCode !== GONE);
      const there = isUnclear ? await calls.remaining() : new Set<number>();
      for (const [number, { ErrorCode = '', ErrorMessage = '' }] of errors) {
        end(number, there.has(number) ? { failed: new Error(`${ErrorCode}: ${ErrorMessage}`) } : 'gone');
      }
    } catch (error) {
      if (isError(error, 'EntityNotFoundException')) return endAll({ first: 1, last: Infinity }, 'gone');
      if (!isError(error, 'InvalidInputException')) throw error;
      // of a refused call nothing is deleted.
      const now = await calls.checkpoint();
      if (now !== undefined && isWithin(now, range) && !isPlannedAgain) {
        isPlannedAgain = true;
        spare(now);
      } else endAll(range, { failed: error });
    }
  }
}
