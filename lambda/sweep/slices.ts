import { METRIC_NAMESPACE } from '../../contract/cloudformation';
import { type SweepConfig, SweepLimits, SweepMetric } from '../../contract/sweep';
import { type Clock, type Deadline } from '../runtime/clock';
import { type Log } from '../runtime/log';
import { checkArn, rejectProblems } from '../runtime/messages';
import { type DescribeStack } from '../runtime/stack';
import { type SweepCounts, type SweepCursor, atBeginning, checkedCursor, firstCursor, replanned } from './cursor';
import { Judge } from './judge';
import { OutOfTime, Paces } from './pace';
import { Plan } from './plan';
import { type PassSteps, checkPass, heedsGuard, planPass } from './plan-pass';
import { LogRecords, type Records } from './records';
import { removePass } from './remove-pass';
import { type Candidate, StalePageToken, type SweepKinds, SweepRefused, type SweepSource, kindOf } from './source';
import { type Confirm, Stacks } from './stacks';

/** One slice of a sweep, for any caller. */
export interface Work {
  readonly config: SweepConfig;
  readonly stackId: string;
  /** Absent at the beginning. */
  readonly cursor: SweepCursor | undefined;
  /** Whether a slice has begun from this cursor before. */
  readonly again: boolean;
  readonly deadline: Deadline;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: no stack is asked about. */
  readonly describeStack?: DescribeStack;
  readonly settledSince: (stackId: string, claimedAt: number) => Promise<boolean>;
  readonly idsSinceSuccess: () => Promise<ReadonlySet<string>>;
  /** Whether CloudFormation waits: the run then does not wait for other stacks, but removes nothing. */
  readonly isAwaited: boolean;
  /** Called before removals. */
  readonly confirm: Confirm;
  /** Who is told of each decision. Absent: the log. */
  readonly records?: Records;
}

/** Works on one slice of a sweep of any kind. */
export async function work(kinds: SweepKinds, slice: Work): Promise<SliceResult> {
  const { config, stackId, cursor, again, deadline, clock, log, describeStack, settledSince } = slice;
  const idsSinceSuccess = slice.isAwaited ? slice.idsSinceSuccess : undefined;
  const kind = kindOf(kinds, config);
  kind.validate(config);
  rejectProblems(checkArn(config.arn, stackId));
  const startedAt = cursor?.startedAt ?? clock.now();
  const paces = new Paces(
    { requestsPerSecond: config.requestsPerSecond, clock, deadline },
    cursor?.learned,
    cursor?.troubles,
  );
  const tools = {
    paces,
    clock,
    deadline,
    log,
    stacks: new Stacks({ stackId, clock, log, describeStack, settledSince, idsSinceSuccess }),
    stackId,
    startedAt,
    prepared: cursor?.prepared,
  };
  const records = slice.records ?? new LogRecords(log, config.name, METRIC_NAMESPACE, () => clock.now());
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
  // a run that CloudFormation waits for must not wait itself, perhaps forever.
  return slice.isAwaited
    ? { done: true, outcome: { status: 'SUCCEEDED', counts: result.cursor.counts, hasLeft: true } }
    : { done: false, cursor: replanned(result.cursor), waits: true };
}

/** A sweep of one kind: its rules and its candidates. */
export interface Sweep<C extends Candidate> {
  readonly config: SweepConfig;
  readonly source: SweepSource<C>;
}

export interface SliceSurroundings {
  /** The paces of the source's calls, made with the slice's deadline and the rates in the cursor. */
  readonly paces: Paces;
  readonly now: () => number;
  readonly records: Records;
  /**
   * Whether a slice has begun from the same cursor before and was cut off. It may have removed candidates and so moved
   * others past the cursor's page token: then the pass starts over.
   */
  readonly again: boolean;
  /** Called before removals. Absent: they can continue. */
  readonly confirm?: Confirm;
}

/** How a sweep ended. `FAILED`: some removals failed, the others are done. `REFUSED`: nothing more was removed. */
export interface SweepOutcome {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'REFUSED';
  readonly counts: SweepCounts;
  /** Why the sweep was refused. */
  readonly message?: string;
  /** Whether it has left removals to a later run, since another stack is not at rest. */
  readonly hasLeft?: boolean;
}

/** The result of a slice: the cursor from which the next slice continues, at once or after a while, or the outcome. */
export type SliceResult =
  | { readonly done: false; readonly cursor: SweepCursor; readonly waits: boolean }
  | { readonly done: true; readonly outcome: SweepOutcome };

/**
 * Works on a sweep until it is done or the deadline of the paces comes. `before` is the cursor that the last slice
 * returned: a slice that was cut off is repeated from that cursor and only removes what the plan removes, because
 * removed candidates are no longer listed.
 */
export async function runSlice<C extends Candidate>(
  sweep: Sweep<C>,
  before: SweepCursor | undefined,
  surroundings: SliceSurroundings,
): Promise<SliceResult> {
  const from = before ?? firstCursor(surroundings.now());
  const start: SweepCursor = from.pass === 'BEGIN' ? { ...from, pass: plans(sweep) ? 'PLAN' : 'REMOVE' } : from;
  const again = surroundings.again && start.pass !== 'SETTLE' && start.pass !== 'CHECK';
  return new Slice(sweep, again ? atBeginning(start) : start, surroundings).run();
}

/** Whether the listing must be read before anything is removed. */
function plans<C extends Candidate>({ config: { rules }, source }: Sweep<C>): boolean {
  return rules.maxRemovals !== undefined || (Boolean(rules.keepLatest) && !source.siblings);
}

class Slice<C extends Candidate> {
  private readonly plan: Plan<C>;

  constructor(
    private readonly sweep: Sweep<C>,
    private cursor: SweepCursor,
    private readonly surroundings: SliceSurroundings,
  ) {
    this.plan = new Plan(sweep.config, cursor.startedAt);
  }

  async run(): Promise<SliceResult> {
    const { removed } = this.cursor.counts;
    const result = await this.work();
    const { records, paces } = this.surroundings;
    if (result.done) record(records, result.outcome);
    const { counts } = result.done ? result.outcome : result.cursor;
    records.counted({
      [SweepMetric.REMOVED]: counts.removed - removed,
      [SweepMetric.THROTTLED]: paces.throttled,
      ...(result.done && {
        [SweepMetric.KEPT]: counts.kept,
        [SweepMetric.FAILED]: counts.failed,
        [SweepMetric.REFUSED]: result.outcome.status === 'REFUSED' ? 1 : 0,
      }),
    });
    return result;
  }

  private async work(): Promise<SliceResult> {
    for (;;) {
      try {
        const ended = await this.pass();
        if (!ended && (await this.prepared())) continue;
        if (!ended && this.hasWaited()) return { done: true, outcome: this.outcome() };
        if (!ended) return { done: false, cursor: checkedCursor(this.settled()), waits: this.cursor.pass === 'SETTLE' };
        const outcome = this.next();
        if (outcome) return { done: true, outcome };
      } catch (error) {
        if (error instanceof SweepRefused) return { done: true, outcome: this.refusal(error.message) };
        if (!(error instanceof StalePageToken) || this.cursor.restarts === SweepLimits.RESTARTS) throw error;
        this.surroundings.records.restarted();
        this.cursor = { ...atBeginning(this.cursor), restarts: this.cursor.restarts + 1 };
      }
    }
  }

  /** Continues the current pass; false if the deadline came first. */
  private async pass(): Promise<boolean> {
    const { source } = this.sweep;
    if (this.cursor.pass === 'SETTLE') return (await source.settled?.()) ?? true;
    const { records, paces, confirm = async () => {} } = this.surroundings;
    const steps: PassSteps<C> = {
      source,
      plan: this.plan,
      judge: new Judge(this.plan, source, records),
      records,
      confirm,
      inFlight: () => paces.inFlight,
      save: cursor => void (this.cursor = cursor),
    };
    if (this.cursor.pass === 'PLAN') return planPass(steps, this.cursor);
    if (this.cursor.pass === 'CHECK') return checkPass(steps, this.cursor);
    return removePass(steps, this.cursor);
  }

  /** Finishes a preparation that ended the pass early; false if there is none, or the deadline came first. */
  private async prepared(): Promise<boolean> {
    const { preparation } = this.sweep.source;
    if (!preparation?.isDue) return false;
    try {
      await preparation.run();
      return true;
    } catch (error) {
      if (error instanceof OutOfTime) return false;
      throw error;
    }
  }

  /** What comes after a finished pass: an outcome, or another pass that is set up here. */
  private next(): SweepOutcome | undefined {
    const { counts, pass, passRemoved, repeats } = this.cursor;
    this.sweep.source.preparation?.reset();
    if (pass === 'PLAN' && this.cursor.pushesOut && this.sweep.source.isProvisional) {
      this.cursor = { ...this.cursor, pass: 'CHECK', checked: undefined };
      return undefined;
    }
    if (pass === 'CHECK' && this.ranksProvisional()) {
      this.cursor = { ...atBeginning({ ...this.cursor, pass: 'PLAN' }), threshold: undefined };
      return undefined;
    }
    if (pass === 'PLAN' || pass === 'CHECK') {
      const { maxRemovals, dryRun } = this.plan;
      const planned = counts.planned ?? 0;
      const { removed, gone } = counts;
      const more = planned - removed - gone;
      if (more > maxRemovals && !this.cursor.exact && heedsGuard(this.sweep.source)) {
        this.cursor = { ...atBeginning({ ...this.cursor, pass: 'PLAN' }), exact: true };
        return undefined;
      }
      if (more > maxRemovals && !dryRun) return this.refusal(tooMany(more, maxRemovals));
      this.cursor = { ...atBeginning(this.cursor), pass: 'REMOVE', counts, passRemoved: false };
      return undefined;
    }
    if (pass === 'REMOVE' && passRemoved && repeats < SweepLimits.REPEATS) {
      this.cursor = { ...atBeginning(this.cursor), repeats: repeats + 1, passRemoved: false };
      return undefined;
    }
    if (pass === 'REMOVE' && this.sweep.source.settled && !this.plan.dryRun) {
      this.cursor = { ...this.cursor, pass: 'SETTLE' };
      return undefined;
    }
    return this.outcome();
  }

  /** Whether the sweep has waited in vain until the removals are complete: others can keep deletions going for days. */
  private hasWaited(): boolean {
    const { pass, waits = 0 } = this.cursor;
    if (pass !== 'SETTLE') return false;
    this.cursor = { ...this.cursor, waits: waits + 1 };
    if (waits < SweepLimits.WAITS) return false;
    this.surroundings.records.unsettled();
    return true;
  }

  /**
   * Whether the plan has ranked candidates that can be removed without the sweep: the plan must be made without them.
   */
  private ranksProvisional(): boolean {
    const provisional = new Set(this.cursor.provisional);
    return (this.cursor.ranking as readonly C[]).some(({ name }) => provisional.has(name));
  }

  private outcome(): SweepOutcome {
    const { counts } = this.settled();
    const { maxRemovals, dryRun } = this.plan;
    if (dryRun && counts.planned !== undefined && counts.planned > maxRemovals) {
      return this.refusal(tooMany(counts.planned, maxRemovals));
    }
    return { status: counts.failed > 0 ? 'FAILED' : 'SUCCEEDED', counts };
  }

  private refusal(message: string): SweepOutcome {
    return { status: 'REFUSED', counts: this.settled().counts, message };
  }

  /** The cursor with what the paces have learned. */
  private settled(): SweepCursor {
    const { paces } = this.surroundings;
    const { counts } = this.cursor;
    return {
      ...this.cursor,
      counts: { ...counts, throttled: counts.throttled + paces.throttled },
      prepared: this.sweep.source.preparation?.state(),
      learned: paces.learned(),
      troubles: paces.met(),
    };
  }
}

function record(records: Records, { status, counts, message }: SweepOutcome): void {
  if (message !== undefined) records.refused(message);
  records.ended(status, counts);
}

const tooMany = (planned: number, maxRemovals: number) =>
  `the plan removes ${planned}, which is ${planned - maxRemovals} more than maxRemovals allows (${maxRemovals}): ` +
  'check the rules with dryRun, or raise maxRemovals';
