import { SweepLimits } from '../../../contract/sweep';
import { NOTHING, atBeginning, checkedCursor, firstCursor, handedOn } from '../../../lambda/sweep/cursor';

const NOW = 1_000_000;

describe('of a cursor that somebody hands on', () => {
  test('the age, the counts of what is gone, and the rates stay', () => {
    const counts = { ...NOTHING, removed: 3, gone: 2, throttled: 1, kept: 4, failed: 5, planned: 9 };
    const cursor = { ...firstCursor(NOW - 5_000), pass: 'REMOVE', repeats: 2, counts, learned: { delete: 7 } };
    expect(handedOn(cursor, NOW)).toEqual({
      ...firstCursor(NOW - 5_000),
      counts: { ...NOTHING, removed: 3, gone: 2, throttled: 1 },
      learned: { delete: 7 },
    });
  });

  test('nothing need be there, and nothing has been removed at first', () => {
    expect(handedOn({}, NOW)).toEqual(firstCursor(NOW));
    expect(firstCursor(NOW).passRemoved).toBe(false);
  });

  test.each<[unknown, number]>([
    [NOW, NOW],
    [NOW + 1, NOW],
    [0, 0],
    [-1, NOW],
    [Infinity, NOW],
    ['5', NOW],
    [null, NOW],
  ])('a beginning at %j is one at %d', (startedAt, expected) => {
    expect(handedOn({ startedAt }, NOW).startedAt).toBe(expected);
  });

  test.each<[unknown, number]>([
    [0, 0],
    [0.5, 0.5],
    [-1, 0],
    [Infinity, 0],
    ['5', 0],
  ])('a count of %j is %d, and as a rate it counts if it is more than 0', (value, expected) => {
    const { counts, learned } = handedOn({ counts: { removed: value }, learned: { delete: value } }, NOW);
    expect(counts).toEqual({ ...NOTHING, removed: expected });
    expect(learned).toEqual(expected > 0 ? { delete: expected } : {});
  });
});

test('a cursor fits the state machine up to its limit', () => {
  const of = (length: number) => ({ ...firstCursor(NOW), pageToken: 'x'.repeat(length) });
  const most = SweepLimits.CURSOR_BYTES - Buffer.byteLength(JSON.stringify(of(0)));
  expect(checkedCursor(of(most)).pageToken).toHaveLength(most);
  expect(() => checkedCursor(of(most + 1))).toThrow(`at most ${SweepLimits.CURSOR_BYTES} bytes`);
});

test('a listing that begins again keeps what is gone, and the plan where that is made already', () => {
  const counts = {
    ...NOTHING,
    removed: 3,
    gone: 2,
    throttled: 1,
    kept: 4,
    keptBy: { OWNED: 4 },
    failed: 5,
    planned: 9,
  };
  const cursor = { ...firstCursor(NOW), pageToken: 'p', ranking: [{}], pushesOut: true, counts };
  const kept = { ...NOTHING, removed: 3, gone: 2, throttled: 1 };
  expect(atBeginning({ ...cursor, pass: 'REMOVE' })).toEqual({
    ...firstCursor(NOW),
    pass: 'REMOVE',
    counts: { ...kept, planned: 9 },
  });
  expect(atBeginning({ ...cursor, pass: 'PLAN' }).counts).toEqual(kept);
});
