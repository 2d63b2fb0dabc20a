import fc from 'fast-check';
import { VERSIONS_PER_CALL } from '../../../../contract/glue';
import { type GlueGateway } from '../../../../lambda/glue/gateway';
import {
  type Range,
  type RangeDeletion,
  deleteRanges,
  inWords,
  isWithin,
  rangesOf,
} from '../../../../lambda/glue/sweeps/version-ranges';
import { Deadline } from '../../../../lambda/runtime/clock';
import { OutOfTime } from '../../../../lambda/sweep/pace';
import { FakeClock } from '../../../../testing/clock';

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

describe('a deletion', () => {
  const failure = (name: string, message = 'no') => Object.assign(new Error(message), { name });
  type Answer = Error | Awaited<ReturnType<GlueGateway['deleteVersions']>>;

  /** A registry that answers deletions one after the other, and then with success. Where it has a checkpoint, it moves there. */
  class Registry {
    readonly calls: string[] = [];
    readonly asked: number[] = [];
    readonly ends: Record<number, unknown> = {};
    readonly clock = new FakeClock();
    answers: Answer[] = [];
    checkpoints: (number | undefined)[] = [];
    listed: { VersionNumber: number; Status: string }[] = [];
    listings = 0;

    async delete(remove: number[], more: Partial<RangeDeletion> = {}, time = 600_000): Promise<void> {
      const gateway = {
        findSchema: async () => {
          const checkpoint = this.checkpoints.length > 0 ? this.checkpoints.shift() : 1;
          return checkpoint === undefined ? undefined : { checkpoint };
        },
        deleteVersions: async (_schema: unknown, versions: string, guard: () => Promise<void>) => {
          await guard();
          this.calls.push(versions);
          const answer = this.answers.shift() ?? [];
          if (answer instanceof Error) throw answer;
          return answer;
        },
        versionsOf: async () => {
          this.listings++;
          return this.listed;
        },
      } as unknown as GlueGateway;
      await deleteRanges({
        gateway,
        schema: { registryName: 'default-registry', schemaName: 'orders' },
        time: { clock: this.clock, deadline: new Deadline(this.clock, this.clock.now() + time) },
        remove,
        keep: [],
        protection: async number => void this.asked.push(number),
        report: (number, end) => (this.ends[number] = end),
        ...more,
      });
    }
  }
  let registry: Registry;
  beforeEach(() => (registry = new Registry()));
  const item = (VersionNumber: number, ErrorCode: string) => ({
    VersionNumber,
    ErrorDetails: { ErrorCode, ErrorMessage: 'no' },
  });

  test('looks again at each version of a range before its call, and at no other', async () => {
    await registry.delete([2, 3, 90]);
    expect(registry.calls).toEqual(['2-3', '90']);
    expect(registry.asked).toEqual([2, 3, 90]);
    expect(registry.ends).toEqual({ 2: 'removed', 3: 'removed', 90: 'removed' });
  });

  test('leaves out what is protected by then', async () => {
    const protection = async (number: number) => (number === 3 ? 'OWNED' : undefined);
    await registry.delete([2, 3, 4], { protection });
    expect(registry.calls).toEqual(['2', '4']);
    expect(registry.ends).toEqual({ 2: 'removed', 3: { kept: 'OWNED' }, 4: 'removed' });
  });

  test.each([
    ['before a call', [undefined], [], []],
    ['when it is called', [], [failure('EntityNotFoundException')], ['2-3']],
  ])('is done where the schema is gone %s', async (_when, checkpoints, answers, calls) => {
    Object.assign(registry, { checkpoints, answers });
    await registry.delete([2, 3]);
    expect(registry.calls).toEqual(calls);
    expect(registry.ends).toEqual({ 2: 'gone', 3: 'gone' });
  });

  test.each([
    [1_000, ['2-7', '8-13']],
    [3_000, ['2-3', '4-5', '6-7', '8-9', '10-11', '12-13']],
    [9_000, ['2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13']],
  ])('comes within seconds of the look at its first version, if each takes %d milliseconds', async (takes, calls) => {
    const remove = Array.from({ length: 12 }, (_, index) => index + 2);
    const protection = async () => void registry.clock.advance(takes);
    await registry.delete(remove, { protection });
    expect(registry.calls).toEqual(calls);
    expect(Object.values(registry.ends)).toEqual(remove.map(() => 'removed'));
  });

  test('of a version that was gone needs no listing', async () => {
    registry.answers = [[item(3, 'ResourceNotFoundException')]];
    await registry.delete([2, 3]);
    expect(registry.ends).toEqual({ 2: 'removed', 3: 'gone' });
    expect(registry.listings).toBe(0);
  });

  test('has failed where a version with an error is still there, and not where it goes', async () => {
    registry.answers = [[item(2, 'ResourceNotFoundException'), item(3, 'Internal'), item(4, 'Internal')]];
    registry.listed = [
      { VersionNumber: 3, Status: 'AVAILABLE' },
      { VersionNumber: 4, Status: 'DELETING' },
    ];
    await registry.delete([2, 3, 4, 5]);
    expect(registry.ends).toEqual({ 2: 'gone', 3: { failed: new Error('Internal: no') }, 4: 'gone', 5: 'removed' });
  });

  test('that meets another write is repeated three times, later each time', async () => {
    const conflict = failure('ConcurrentModificationException');
    registry.answers = [conflict, conflict, conflict];
    await registry.delete([2]);
    expect(registry.clock.sleeps).toEqual([500, 2_000, 8_000]);
    expect(registry.ends).toEqual({ 2: 'removed' });
    registry.answers = [conflict, conflict, conflict, conflict];
    await expect(registry.delete([3])).rejects.toBe(conflict);
  });

  test('that meets another write is not repeated after the deadline', async () => {
    registry.answers = [failure('ConcurrentModificationException')];
    await expect(registry.delete([2], {}, 500)).rejects.toThrow(OutOfTime);
    expect(registry.clock.sleeps).toEqual([]);
  });

  test('that is denied ends the work', async () => {
    const denied = failure('AccessDeniedException');
    registry.answers = [denied];
    await expect(registry.delete([2, 90])).rejects.toBe(denied);
    expect(registry.ends).toEqual({});
  });

  test('that is refused where the checkpoint has moved is planned once more without it, and fails the second time', async () => {
    const refused = failure('InvalidInputException');
    Object.assign(registry, { answers: [refused, refused], checkpoints: [1, 3, 1, 4] });
    await registry.delete([2, 3, 4, 5]);
    expect(registry.calls).toEqual(['2-5', '2', '4-5']);
    expect(registry.ends).toEqual({
      2: { failed: refused },
      3: { kept: 'CHECKPOINT' },
      4: 'removed',
      5: 'removed',
    });
  });

  test('that is refused for another reason fails its range, and the others go', async () => {
    const refused = failure('InvalidInputException');
    registry.answers = [refused];
    await registry.delete([2, 3, 90]);
    expect(registry.ends).toEqual({ 2: { failed: refused }, 3: { failed: refused }, 90: 'removed' });
  });
});
