/** Sweeps that run to their end, in one slice or in many. */
import { type SweepConfig, type SweepRulesConfig } from '../../../contract/sweep';
import { type SweepCursor } from '../../../lambda/sweep/cursor';
import { runSlice } from '../../../lambda/sweep/slices';
import { type SweepSource } from '../../../lambda/sweep/source';
import { VirtualClock } from '../../../testing/clock';
import { type ToyCandidate, type ToyService } from '../../../testing/sweep/listing';
import { Lines } from '../../../testing/sweep/records';

export const config = (rules: SweepRulesConfig, more: Partial<SweepConfig> = {}): SweepConfig => ({
  name: 'test',
  rules,
  requestsPerSecond: 100,
  ...more,
});

interface Options {
  readonly clock?: VirtualClock;
  readonly records?: Lines;
  /** Milliseconds that a slice may work. */
  readonly slice?: number;
  readonly change?: (source: SweepSource<ToyCandidate>) => SweepSource<ToyCandidate>;
}

/** Runs a sweep to its end, in as many slices as it takes; cursors travel as JSON, as they do in a state machine. */
export async function sweepAll(service: ToyService, sweep: SweepConfig, options: Options = {}) {
  const { clock = new VirtualClock(), records = new Lines(), slice, change = source => source } = options;
  const cursors: SweepCursor[] = [];
  for (;;) {
    const { source, paces } = service.slice(clock, slice, cursors.at(-1)?.learned);
    const result = await clock.run(
      runSlice({ config: sweep, source: change(source) }, cursors.at(-1), {
        paces,
        now: () => clock.now(),
        records,
        again: false,
      }),
    );
    if (result.done) return { outcome: result.outcome, cursors, records };
    cursors.push(JSON.parse(JSON.stringify(result.cursor)) as SweepCursor);
    if (cursors.length > 500) throw new Error('the sweep does not come to an end');
  }
}

/** What must be left: decided by hand, newest last. */
export const newest = (all: readonly ToyCandidate[], keepLatest: number) =>
  all.filter((candidate, index) => index >= all.length - keepLatest || candidate.protectedBy).map(({ name }) => name);
