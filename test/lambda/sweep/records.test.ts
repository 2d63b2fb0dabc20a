import { type Fields, type Log } from '../../../lambda/runtime/log';
import { NOTHING, type SweepCursor } from '../../../lambda/sweep/cursor';
import { LogRecords } from '../../../lambda/sweep/records';
import { runSlice } from '../../../lambda/sweep/slices';
import { VirtualClock } from '../../../testing/clock';
import { ToyService, candidates } from '../../../testing/sweep/listing';

function setUp() {
  const lines: { level: string; message: string; fields: Fields }[] = [];
  const line =
    (level: string) =>
    (message: string, fields: Fields = {}) =>
      void lines.push({ level, message, fields });
  const log: Log = { info: line('INFO'), warn: line('WARN'), error: line('ERROR'), count: () => {} };
  return { lines, records: new LogRecords(log, 'Stack/Keep', 'Namespace', () => 1234) };
}

test('each removed, failed and kept candidate is one record that names it and says why', () => {
  const { lines, records } = setUp();
  records.removed('1.0.0', 'BEYOND_LATEST');
  records.kept('2.0.0', 'DEFAULT_VERSION');
  records.failed('3.0.0', Object.assign(new Error('in use'), { name: 'ConflictException' }));
  records.wouldRemove('4.0.0', 'SELECTED');
  const sweep = 'Stack/Keep';
  expect(lines).toEqual([
    {
      level: 'INFO',
      message: 'removed 1.0.0',
      fields: { record: 'removed', sweep, name: '1.0.0', reason: 'BEYOND_LATEST' },
    },
    {
      level: 'INFO',
      message: 'kept 2.0.0: DEFAULT_VERSION',
      fields: { record: 'kept', sweep, name: '2.0.0', reason: 'DEFAULT_VERSION' },
    },
    {
      level: 'ERROR',
      message: 'failed to remove 3.0.0: in use',
      fields: { record: 'failed', sweep, name: '3.0.0', error: 'ConflictException' },
    },
    {
      level: 'INFO',
      message: 'dry run: would remove 4.0.0',
      fields: { record: 'would-remove', sweep, name: '4.0.0', reason: 'SELECTED' },
    },
  ]);
});

test('a refusal is an error, and the end tells the counts by reason', () => {
  const { lines, records } = setUp();
  records.refused('too many');
  const counts = { ...NOTHING, removed: 3, kept: 2, keptBy: { OWNED: 2 } };
  records.ended('REFUSED', counts);
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'ERROR refused: too many',
    'INFO sweep ended: 3 removed, 0 gone, 0 failed, 2 kept',
  ]);
  expect(lines[1].fields).toEqual({ record: 'ended', sweep: 'Stack/Keep', status: 'REFUSED', counts });
});

test('what cannot be read, a listing read again and a wait given up are warnings', () => {
  const { lines, records } = setUp();
  records.unreadable('1.0.0', 'no answer');
  records.restarted();
  records.unsettled();
  expect(lines.map(({ level, fields }) => [level, fields])).toEqual([
    ['WARN', { record: 'unreadable', sweep: 'Stack/Keep', name: '1.0.0', error: 'Error' }],
    ['WARN', { record: 'restarted', sweep: 'Stack/Keep' }],
    ['WARN', { record: 'unsettled', sweep: 'Stack/Keep' }],
  ]);
});

test('no counts are no metrics', () => {
  const { lines, records } = setUp();
  records.counted({});
  expect(lines).toEqual([]);
});

test('counts are metrics in the embedded format, with the sweep as their only dimension', () => {
  const { lines, records } = setUp();
  records.counted({ Removed: 3, Throttled: 0 });
  expect(lines).toEqual([
    {
      level: 'INFO',
      message: 'counts',
      fields: {
        _aws: {
          Timestamp: 1234,
          CloudWatchMetrics: [
            {
              Namespace: 'Namespace',
              Dimensions: [['Sweep']],
              Metrics: [
                { Name: 'Removed', Unit: 'Count' },
                { Name: 'Throttled', Unit: 'Count' },
              ],
            },
          ],
        },
        Sweep: 'Stack/Keep',
        Removed: 3,
        Throttled: 0,
      },
    },
  ]);
});

test('of the kept candidates the first hundred have a record, over all slices', async () => {
  const { lines, records } = setUp();
  const clock = new VirtualClock();
  const service = new ToyService(candidates(150, () => ({ protectedBy: 'OWNED' })));
  const config = { name: 'Stack/Keep', rules: {}, requestsPerSecond: 100 };
  let cursor: SweepCursor | undefined;
  for (let slices = 1; ; slices++) {
    const { source, paces } = service.slice(clock, 2500, cursor?.learned);
    const around = { paces, now: () => clock.now(), records, again: false };
    const result = await clock.run(runSlice({ config, source }, cursor, around));
    if (result.done) {
      expect(slices).toBeGreaterThan(2);
      expect(result.outcome.counts.keptBy).toEqual({ OWNED: 150 });
      break;
    }
    cursor = result.cursor;
  }
  const kept = lines.filter(({ fields }) => fields.record === 'kept');
  expect(kept).toHaveLength(100);
  expect(new Set(kept.map(({ fields }) => fields.name)).size).toBe(100);
});

test('of the kept candidates the first hundred are recorded, or as many as the records take', async () => {
  const many = candidates(150);
  const keptOf = async (mostKept?: number) => {
    const names: string[] = [];
    const clock = new VirtualClock();
    const service = new ToyService(many);
    service.pageSize = 50;
    const records = Object.assign(setUp().records, { mostKept, kept: (name: string) => void names.push(name) });
    const { source, paces } = service.slice(clock);
    const config = { name: 'Keep', rules: { keepLatest: 200 }, requestsPerSecond: 100 };
    await clock.run(runSlice({ config, source }, undefined, { paces, now: clock.now, records, again: false }));
    return names.length;
  };
  expect(await keptOf()).toBe(100);
  expect(await keptOf(Infinity)).toBe(150);
});
