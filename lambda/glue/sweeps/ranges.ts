/** A range of version numbers, both ends included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The least number of ranges that cover all numbers to remove and none to keep, none wider than `width`. Numbers of
 * versions that are gone may lie within: they are never given again.
 */
export function rangesOf(remove: Iterable<number>, keep: Iterable<number>, width: number): Range[] {
  const numbers = [...new Set(remove)].sort((a, b) => a - b);
  const kept = [...new Set(keep)].sort((a, b) => a - b);
  const ranges: { first: number; last: number }[] = [];
  let next = 0;
  for (const number of numbers) {
    const open = ranges.at(-1);
    // the kept number that ends what can be covered from the open range on.
    while (open && next < kept.length && kept[next] < open.last) next++;
    const isClear = kept[next] === undefined || kept[next] > number;
    if (open && isClear && number - open.first < width) open.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges;
}

/** As DeleteSchemaVersions takes it. */
export const inWords = ({ first, last }: Range): string => (first === last ? `${first}` : `${first}-${last}`);

export const isWithin = (number: number, { first, last }: Range): boolean => number >= first && number <= last;
