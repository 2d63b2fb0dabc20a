import { METRIC_NAMESPACE } from '../../contract/cloudformation';
import { type SweepConfig } from '../../contract/sweep';
import { type Clock, type Deadline } from '../runtime/clock';
import { type Log } from '../runtime/log';
import { type DescribeStack } from '../runtime/stack';
import { type Confirm } from './confirmed';
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
  /** Of a run that nobody waits for, or that a state machine goes on with. */
  readonly describeStack?: DescribeStack;
  readonly settledSince: (stackId: string, claimedAt: number) => Promise<boolean>;
  /** Whether CloudFormation waits: the run then does not wait for other stacks, but leaves everything. */
  readonly isAwaited: boolean;
  /** Asked before removals. */
  readonly confirm: Confirm;
}

export async function work(kinds: SweepKinds, slice: Work): Promise<SliceResult> {
  const { config, stackId, cursor, again, deadline, clock, log, describeStack, settledSince } = slice;
  const kind = kindOf(kinds, config);
  kind.validate(config);
  const startedAt = cursor?.startedAt ?? clock.now();
  const paces = new Paces({ requestsPerSecond: config.requestsPerSecond, clock, deadline }, cursor?.learned);
  const tools = {
    paces,
    clock,
    deadline,
    log,
    describeStack,
    settledSince,
    stackId,
    startedAt,
    prepared: cursor?.prepared,
  };
  const records = new LogRecords(log, config.name, METRIC_NAMESPACE, () => clock.now());
  const source = kind.source(config, tools);
  const sweep = { config: { order: kind.order, ...config }, source };
  const result = await runSlice(sweep, cursor, {
    paces,
    now: () => startedAt,
    records,
    again,
    confirm: slice.confirm,
  });
  if (result.done || source.waitsFor === undefined) return result;
  log.info(`a deployment of ${source.waitsFor} is under way or has failed, and may need what the sweep would remove`);
  // whom CloudFormation waits for does not wait in turn, perhaps for ever.
  return slice.isAwaited
    ? { done: true, outcome: { status: 'SUCCEEDED', counts: result.cursor.counts } }
    : { ...result, waits: true };
}
