import fc from 'fast-check';
import { VERSIONS_PER_CALL } from '../../../../contract/glue';
import { type Range, inWords, isWithin, rangesOf } from '../../../../lambda/glue/sweeps/version-ranges';

const numbersIn = ({ first, last }: Range) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** The least number of ranges, by trying every end of the first one. */
function least(remove: readonly number[], keep: readonly number[], width: number): number {
  const [first] = remove;
  if (first === undefined) return 0;
  const ends = remove.filter(last => last - first < width && !keep.some(kept => kept > first && kept < last));
  return (
    1 +
    Math.min(
      ...ends.map(last =>
        least(
          remove.filter(number => number > last),
          keep,
          width,
        ),
      ),
    )
  );
}

/** Numbers of versions, each of which goes, stays or is not there. */
const versions = fc
  .record({
    fates: fc.array(fc.constantFrom('remove', 'keep', 'absent'), { maxLength: 24 }),
    width: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ fates, width }) => {
    const of = (fate: string) => fates.flatMap((each, index) => (each === fate ? [index + 1] : []));
    return { remove: of('remove'), keep: of('keep'), width };
  });

test('ranges cover what goes, touch nothing that stays, are in order and no wider than a call may be', () => {
  fc.assert(
    fc.property(versions, ({ remove, keep, width }) => {
      const ranges = rangesOf(remove, keep, width);
      for (const number of remove) expect(ranges.filter(range => isWithin(number, range))).toHaveLength(1);
      for (const number of keep) expect(ranges.some(range => isWithin(number, range))).toBe(false);
      for (const range of ranges) expect(numbersIn(range).length).toBeLessThanOrEqual(width);
      expect(ranges).toEqual([...ranges].sort((a, b) => a.first - b.first));
    }),
  );
});

test('there is no way with fewer ranges', () => {
  fc.assert(
    fc.property(versions, ({ remove, keep, width }) => {
      expect(rangesOf(remove, keep, width)).toHaveLength(least(remove, keep, width));
    }),
  );
});

test('the order in which numbers are listed makes no difference', () => {
  fc.assert(
    fc.property(versions, fc.func(fc.integer()), ({ remove, keep, width }, key) => {
      const shuffled = (numbers: readonly number[]) => [...numbers].sort((a, b) => key(a) - key(b));
      expect(rangesOf(shuffled(remove), shuffled(keep), width)).toEqual(rangesOf(remove, keep, width));
    }),
  );
});

test('997 of 1,000 versions take 40 calls where three stay apart', () => {
  const keep = [1, 500, 1_000];
  const remove = numbersIn({ first: 1, last: 1_000 }).filter(number => !keep.includes(number));
  expect(rangesOf(remove, keep, VERSIONS_PER_CALL)).toHaveLength(20 + 20);
});

test.each<[Range, string]>([
  [{ first: 3, last: 3 }, '3'],
  [{ first: 3, last: 27 }, '3-27'],
])('%o is written %s', (range, written) => {
  expect(inWords(range)).toBe(written);
});
