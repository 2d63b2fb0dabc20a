/** Metadata of versions: the user's, as opposed to the library's own. Pure. */
import { type MetadataInfo } from '@aws-sdk/client-glue';

export type Pair = readonly [key: string, value: string];

/** A metadata pair of a version. */
export interface HeldPair {
  readonly key: string;
  readonly value: string;
  /** In milliseconds since the epoch. */
  readonly putAt: number;
}

export interface MetadataChange {
  /** Removed first, to make room: a version can have ten pairs. */
  readonly remove: readonly Pair[];
  readonly put: readonly Pair[];
}

/**
 * The change from the current pairs to the wanted ones. Of the other pairs, only those that the template set before are
 * removed.
 */
export function diffMetadata(
  wanted: Readonly<Record<string, string>>,
  held: readonly HeldPair[],
  previous: Readonly<Record<string, string>>,
): MetadataChange {
  const isHeld = ([key, value]: Pair) => held.some(pair => pair.key === key && pair.value === value);
  return {
    remove: Object.entries(previous).filter(([key, value]) => wanted[key] !== value && isHeld([key, value])),
    put: Object.entries(wanted).filter(pair => !isHeld(pair)),
  };
}

/** The pairs that one template has and the next one has not, and that are gone. */
export const dropped = (
  template: Readonly<Record<string, string>>,
  next: Readonly<Record<string, string>>,
  held: readonly HeldPair[],
): readonly Pair[] => diffMetadata(template, held, {}).put.filter(([key, value]) => next[key] !== value);

/** The same change, but not of keys whose value is neither the event's nor gone: somebody has changed these since. */
export function restoreMetadata(
  wanted: Readonly<Record<string, string>>,
  held: readonly HeldPair[],
  event: Readonly<Record<string, string>>,
): MetadataChange {
  const { remove, put } = diffMetadata(wanted, held, event);
  const isChanged = (key: string) => held.some(pair => pair.key === key && pair.value !== event[key]);
  return { remove, put: put.filter(([key]) => !isChanged(key)) };
}

/** Metadata as the service answers it; the newest value of a key comes first. */
export function pairsFrom(entries: readonly (readonly [string, MetadataInfo])[]): readonly HeldPair[] {
  return entries.flatMap(([key, { OtherMetadataValueList = [], ...newest }]) =>
    [newest, ...OtherMetadataValueList].flatMap(({ MetadataValue, CreatedTime = '' }) =>
      MetadataValue === undefined ? [] : { key, value: MetadataValue, putAt: Date.parse(CreatedTime) },
    ),
  );
}
