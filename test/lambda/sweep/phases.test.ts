import { SweepLimits } from '../../../contract/sweep';
import { type SweepCursor } from '../../../lambda/sweep/cursor';
import { OutOfTime } from '../../../lambda/sweep/pace';
import { type SweepOutcome, runSlice } from '../../../lambda/sweep/slices';
import { type Preparation, type SweepSource } from '../../../lambda/sweep/source';
import { VirtualClock } from '../../../testing/clock';
import { type ToyCandidate, ToyService, candidates } from '../../../testing/sweep/listing';
import { Lines } from '../../../testing/sweep/records';

let clock: VirtualClock;
let service: ToyService;
beforeEach(() => {
  clock = new VirtualClock();
  service = new ToyService(candidates(10));
});

/** Runs to the end in slices of so many milliseconds; `change` adds to the source of each slice. */
async function sweepAll(
  change: (source: SweepSource<ToyCandidate>, cursor: SweepCursor | undefined) => SweepSource<ToyCandidate>,
  { slice = Infinity, rules = {}, again = (_slice: number): boolean => false } = {},
) {
  const cursors: SweepCursor[] = [];
  const waits: boolean[] = [];
  const records = new Lines();
  let outcome: SweepOutcome | undefined;
  for (let count = 0; !outcome && count < 100; count++) {
    const { source, paces } = service.slice(clock, slice, cursors.at(-1)?.learned);
    const surroundings = { paces, now: () => clock.now(), records, again: again(count) };
    const config = { name: 'test', rules, requestsPerSecond: 100 };
    const result = await clock.run(
      runSlice({ config, source: change(source, cursors.at(-1)) }, cursors.at(-1), surroundings),
    );
    if (result.done) outcome = result.outcome;
    else {
      waits.push(result.waits);
      cursors.push(JSON.parse(JSON.stringify(result.cursor)) as SweepCursor);
    }
  }
  return { outcome, cursors, waits, records };
}

/** Reads in steps of 400 ms, as many as it is told, before a protection can be judged. */
class Steps implements Preparation {
  isDue = false;
  private done: number;

  constructor(
    private readonly total: number,
    private readonly until: number,
    prepared: object | undefined,
    private readonly read: (step: number) => void,
  ) {
    this.done = (prepared as { done: number } | undefined)?.done ?? 0;
  }

  get isFinished(): boolean {
    return this.done === this.total;
  }

  ask(): void {
    if (this.isFinished) return;
    this.isDue = true;
    throw new OutOfTime('not prepared');
  }

  async run(): Promise<void> {
    while (this.done < this.total) {
      if (clock.now() + 400 > this.until) throw new OutOfTime('no time for a step');
      await clock.sleep(400);
      this.read(++this.done);
    }
    this.isDue = false;
  }

  state = () => ({ done: this.done });
  reset = () => void (this.done = 0);
}

describe('a preparation', () => {
  const read: number[] = [];
  const prepared =
    (slice: number) =>
    (source: SweepSource<ToyCandidate>, cursor: SweepCursor | undefined): SweepSource<ToyCandidate> => {
      const preparation = new Steps(5, clock.now() + slice, cursor?.prepared, step => read.push(step));
      const protection = async ({ name }: ToyCandidate) => {
        preparation.ask();
        return name.endsWith('3') ? 'PREPARED' : undefined;
      };
      return { ...source, preparation, protection };
    };
  beforeEach(() => void read.splice(0));

  test('is made before the first protection is judged, once for each pass', async () => {
    const { outcome } = await sweepAll(prepared(Infinity));
    expect(outcome?.counts).toMatchObject({ removed: 9, keptBy: { PREPARED: 1 } });
    // the pass that removed something, and the one that found nothing left to remove but what is protected.
    expect(read).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
  });

  test('takes as many slices as it needs, and begins where it was', async () => {
    const { outcome, cursors, waits } = await sweepAll(prepared(1000), { slice: 1000 });
    expect(new Set(waits)).toEqual(new Set([false]));
    expect(outcome?.counts).toMatchObject({ removed: 9, kept: 1 });
    expect(cursors[0].prepared).toEqual({ done: 1 });
    expect(read.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  test('that fails ends the slice with its error', async () => {
    const failing = (source: SweepSource<ToyCandidate>): SweepSource<ToyCandidate> => ({
      ...prepared(Infinity)(source, undefined),
      preparation: {
        isDue: true,
        isFinished: false,
        run: () => Promise.reject(new Error('denied')),
        state: () => undefined,
        reset: () => {},
      },
    });
    await expect(sweepAll(failing)).rejects.toThrow('denied');
    expect(service.removed).toEqual([]);
  });

  test('is not made where no rule would remove anything', async () => {
    await sweepAll(prepared(Infinity), { rules: { minAgeSeconds: 1e9 } });
    expect(read).toEqual([]);
  });
});

describe('what the source has decided', () => {
  test('goes whatever the rules say, and counts in the plan', async () => {
    service = new ToyService(candidates(4, index => ({ decided: index < 3 ? 'WHOLE' : undefined })));
    const rules = { keepLatest: 4, minAgeSeconds: 1e9, exclude: ['*'], maxRemovals: 3 };
    const { outcome } = await sweepAll(source => source, { rules });
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 3, kept: 1, planned: 3 } });
    service = new ToyService(candidates(4, () => ({ decided: 'WHOLE' })));
    expect((await sweepAll(source => source, { rules })).outcome?.status).toBe('REFUSED');
  });
});

describe('what removals have begun', () => {
  test('is waited for once the last pass is over, with a pause between', async () => {
    let asked = 0;
    const settled = async () => ++asked > 3;
    const { outcome, waits, cursors } = await sweepAll(source => ({ ...source, settled }));
    expect(waits).toEqual([true, true, true]);
    expect(cursors.map(({ pass }) => pass)).toEqual(['SETTLE', 'SETTLE', 'SETTLE']);
    expect(outcome?.counts).toMatchObject({ removed: 10, kept: 0 });
  });

  test('is waited for alone when the slice was cut off meanwhile: what was counted stays counted', async () => {
    service = new ToyService(candidates(10, index => ({ protectedBy: index < 4 ? 'OWNED' : undefined })));
    let asked = 0;
    const settled = async () => ++asked > 2;
    const { outcome } = await sweepAll(source => ({ ...source, settled }), { again: count => count > 0 });
    expect(outcome?.counts).toMatchObject({ removed: 6, kept: 4 });
  });

  test('is waited for no longer after many times: others can go on for days', async () => {
    const settled = async () => false;
    const { outcome, waits, records } = await sweepAll(source => ({ ...source, settled }));
    expect(waits).toHaveLength(SweepLimits.WAITS);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 10 } });
    expect(records.lines.slice(-2)).toEqual(['unsettled', 'ended SUCCEEDED']);
  });

  test('is nothing in a dry run', async () => {
    const settled = async () => {
      throw new Error('nobody asks');
    };
    const { outcome } = await sweepAll(source => ({ ...source, settled }), { rules: { dryRun: true } });
    expect(outcome?.counts).toMatchObject({ wouldRemove: 10 });
  });
});
