import { METRIC_NAMESPACE } from '../../contract/cloudformation';
import { type SweepConfig } from '../../contract/sweep';
import { type Clock, type Deadline } from '../runtime/clock';
import { type Log } from '../runtime/log';
import { type SweepCursor } from './cursor';
import { type SweepKinds, kindOf } from './kind';
import { Paces } from './pace';
import { LogRecords } from './records';
import { type SliceResult, runSlice } from './slices';

/** One slice of a sweep, whoever asks for it. */
export interface Work {
  readonly config: SweepConfig;
  readonly stackId: string;
  /** Absent at the beginning. */
  readonly cursor: SweepCursor | undefined;
  /** Whether the slice has been begun from this cursor before. */
  readonly again: boolean;
  readonly deadline: Deadline;
  readonly clock: Clock;
  readonly log: Log;
}

export async function work(kinds: SweepKinds, slice: Work): Promise<SliceResult> {
  const { config, stackId, cursor, again, deadline, clock, log } = slice;
  const kind = kindOf(kinds, config);
  kind.validate(config);
  const startedAt = cursor?.startedAt ?? clock.now();
  const paces = new Paces({ requestsPerSecond: config.requestsPerSecond, clock, deadline }, cursor?.learned);
  const tools = { paces, clock, deadline, log, stackId, startedAt, prepared: cursor?.prepared };
  const records = new LogRecords(log, config.name, METRIC_NAMESPACE, () => clock.now());
  const source = kind.source(config, tools);
  return runSlice({ config: { order: kind.order, ...config }, source }, cursor, {
    paces,
    now: () => startedAt,
    records,
    again,
  });
}
