/** Deletes versions of a schema by ranges of their numbers. */
import { VERSIONS_PER_CALL } from '../../../contract/glue';
import { type Clock, type Deadline } from '../../runtime/clock';
import { isError } from '../../runtime/retry';
import { OutOfTime } from '../../sweep/pace';
import { type End, type Failed } from '../../sweep/source';
import { type GlueGateway } from '../gateway';
import { type SchemaName } from '../names';
import { VersionKept } from './keep-reasons';

export interface RangeDeletion {
  readonly gateway: GlueGateway;
  readonly schema: SchemaName;
  /** What limits the repetition of a deletion that met another write. */
  readonly time: { readonly clock: Clock; readonly deadline: Deadline };
  /** The versions to remove. */
  readonly remove: readonly number[];
  /** The versions that no range must include. */
  readonly keep: readonly number[];
  /** Why a version stays after all, read directly before the call that would delete it. */
  readonly protection: (versionNumber: number) => Promise<string | undefined>;
  readonly report: (versionNumber: number, end: End | Failed) => void;
}

/** A version of a range is now protected: the range is planned again without it. */
class StaysAfterAll extends Error {
  constructor(
    readonly number: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** Until the last version of a range was read, what was read of the first one is too old: the range must be shorter. */
class ReadTooLong extends Error {
  /** @param last the last version that was read in time */
  constructor(readonly last: number) {
    super('the versions of a range cannot be read fast enough');
  }
}

/** How long, in milliseconds, what was read of a version is valid: a stack can adopt it at any time. */
const FRESH = 5_000;

/** How long, in milliseconds, a deletion that met another write waits before it is planned and sent again. */
const CONFLICT_DELAYS = [500, 2_000, 8_000];

/** Item errors that say that a version was already gone. */
const GONE = 'ResourceNotFoundException';

/**
 * Deletes as few ranges as necessary, from the lowest number on. Before each call the checkpoint is read again: if
 * somebody has moved it meanwhile, the new checkpoint stays, and the rest is planned again.
 */
export async function deleteRanges({
  gateway,
  schema,
  time,
  remove,
  keep,
  protection,
  report,
}: RangeDeletion): Promise<void> {
  const left = new Set(remove);
  const kept = new Set(keep);
  const end = (number: number, how: End | Failed) => {
    if (left.delete(number)) report(number, how);
  };
  const endAll = (range: Range, how: End | Failed, except?: ReadonlyMap<number, unknown>) => {
    for (const number of [...left].filter(each => isWithin(each, range) && !except?.has(each))) end(number, how);
  };
  const spare = (checkpoint: number) => {
    kept.add(checkpoint);
    end(checkpoint, { kept: VersionKept.CHECKPOINT });
  };
  const guard = (range: Range) => async () => {
    let since: number | undefined;
    let before = range.first;
    for (const number of [...left].filter(each => isWithin(each, range))) {
      const reason = await protection(number);
      if (reason !== undefined) throw new StaysAfterAll(number, reason);
      since ??= time.clock.now();
      if (time.clock.now() - since > FRESH) throw new ReadTooLong(before);
      before = number;
    }
  };
  let width = VERSIONS_PER_CALL;
  let isPlannedAgain = false;
  let conflicts = 0;
  while (left.size > 0) {
    const checkpoint = (await gateway.findSchema(schema))?.checkpoint;
    if (checkpoint === undefined) return endAll({ first: 1, last: Infinity }, 'gone');
    spare(checkpoint);
    const range = rangesOf(left, kept, width).at(0);
    if (!range) return;
    try {
      const items = await gateway.deleteVersions(schema, inWords(range), guard(range));
      const errors = new Map(items.map(({ VersionNumber = 0, ErrorDetails = {} }) => [VersionNumber, ErrorDetails]));
      endAll(range, 'removed', errors);
      // an attempt without an answer, or somebody else, may have begun the deletion.
      const isUnclear = [...errors.values()].some(({ ErrorCode }) => ErrorCode !== GONE);
      const there = isUnclear ? await remaining(gateway, schema) : new Set<number>();
      for (const [number, { ErrorCode = '', ErrorMessage = '' }] of errors) {
        end(number, there.has(number) ? { failed: new Error(`${ErrorCode}: ${ErrorMessage}`) } : 'gone');
      }
    } catch (error) {
      if (isError(error, 'EntityNotFoundException')) return endAll({ first: 1, last: Infinity }, 'gone');
      if (error instanceof StaysAfterAll) {
        kept.add(error.number);
        end(error.number, { kept: error.reason });
        continue;
      }
      if (error instanceof ReadTooLong) {
        width = error.last - range.first + 1;
        continue;
      }
      if (isError(error, 'ConcurrentModificationException') && conflicts < CONFLICT_DELAYS.length) {
        await pause(time, CONFLICT_DELAYS[conflicts++]);
        continue;
      }
      if (!isError(error, 'InvalidInputException')) throw error;
      // a refused call deletes nothing.
      const now = (await gateway.findSchema(schema))?.checkpoint;
      if (now !== undefined && isWithin(now, range) && !isPlannedAgain) {
        isPlannedAgain = true;
        spare(now);
      } else endAll(range, { failed: error });
    }
  }
}

async function pause({ clock, deadline }: RangeDeletion['time'], milliseconds: number): Promise<void> {
  if (deadline.remaining() <= milliseconds) throw new OutOfTime('no second attempt before the deadline');
  await clock.sleep(milliseconds);
}

/** Numbers of the versions that are not being deleted. */
async function remaining(gateway: GlueGateway, schema: SchemaName): Promise<ReadonlySet<number>> {
  const versions = await gateway.versionsOf(schema);
  return new Set(versions.filter(({ Status }) => Status !== 'DELETING').map(({ VersionNumber = 0 }) => VersionNumber));
}

/** A range of version numbers, both ends included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The least number of ranges that cover all numbers to remove and none to keep, none wider than `width`. A range can
 * include numbers of deleted versions, because they are never given again.
 */
export function rangesOf(remove: Iterable<number>, keep: Iterable<number>, width: number): Range[] {
  const numbers = [...new Set(remove)].sort((a, b) => a - b);
  const kept = [...new Set(keep)].sort((a, b) => a - b);
  const ranges: { first: number; last: number }[] = [];
  let next = 0;
  for (const number of numbers) {
    const open = ranges.at(-1);
    // the next kept number, which limits the open range.
    while (open && next < kept.length && kept[next] < open.last) next++;
    const isClear = kept[next] === undefined || kept[next] > number;
    if (open && isClear && number - open.first < width) open.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges;
}

/** In the form of DeleteSchemaVersions. */
export const inWords = ({ first, last }: Range): string => (first === last ? `${first}` : `${first}-${last}`);

export const isWithin = (number: number, { first, last }: Range): boolean => number >= first && number <= last;
