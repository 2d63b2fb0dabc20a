import { type JobExecutionCleanupConfig } from '../../../contract/iot';
import { KeepReason } from '../../../contract/sweep';
import { type Deadline } from '../../runtime/clock';
import { isError } from '../../runtime/retry';
import { Protected } from '../../sweep/judge';
import { type Guard, OutOfTime } from '../../sweep/pace';
import { type Plan, type Threshold } from '../../sweep/plan';
import { type End } from '../../sweep/source';
import { type IotGateway } from '../gateway';
import { type JobExecution, type ThingExecutions, heldBack } from './executions';
import { ExecutionKept } from './keep-reasons';

/**
 * Milliseconds that are reserved for the deletion of a canceled execution: its wait for a turn, and one or two
 * throttles.
 */
const TIME_TO_DELETE = 20_000;

/** Stops the removal of an execution that is gone. */
class Gone extends Error {}

/** What a look at an execution has shown. */
interface Looked {
  readonly current: JobExecution;
  /** What keepLatest keeps of its thing's. Absent: as it was listed. */
  readonly latest?: Threshold;
}

/** Deletes executions, each in the way that its current state needs. */
export class ExecutionRemoval {
  private readonly timeToDelete: number;

  constructor(
    private readonly config: JobExecutionCleanupConfig,
    private readonly plan: Plan<JobExecution>,
    private readonly things: ThingExecutions,
    private readonly tools: { readonly gateway: IotGateway; readonly deadline: Deadline },
  ) {
    // less in a short slice.
    this.timeToDelete = Math.min(TIME_TO_DELETE, tools.deadline.remaining() / 2);
  }

  async remove(listed: JobExecution, mayGoOn: Guard): Promise<End> {
    const looked = await this.look(listed);
    const { current } = looked;
    if (!current) return 'gone';
    const kept = this.keptByNow({ ...looked, current });
    if (kept !== undefined) return { kept };
    try {
      // without force, which would also stop an execution that has begun meanwhile.
      const isQueued = current.status === 'QUEUED';
      const goes = both(mayGoOn, this.guardOf(listed, current.status));
      if (isQueued) await this.cancel(current, goes);
      // an execution that is canceled here is young, and may be in a state that the rules do not select.
      const guard = isQueued ? both(mayGoOn, this.guardOfCanceled(listed)) : goes;
      await this.delete(current, { force: current.status === 'IN_PROGRESS', guard });
      return 'removed';
    } catch (error) {
      if (error instanceof Gone) return 'gone';
      if (isError(error, 'ResourceNotFoundException')) return 'gone';
      if (isError(error, 'InvalidStateTransitionException', 'VersionConflictException')) {
        return { kept: ExecutionKept.STATE_CHANGED };
      }
      throw error;
    }
  }

  /**
   * Called before each attempt: checks that the execution is still to be removed, and in the same way. A throttled call
   * is not repeated without a new check.
   */
  private guardOf(listed: JobExecution, status: string | undefined): Guard {
    let attempts = 0;
    return async () => {
      if (attempts++ > 0) this.things.forget(listed);
      const looked = await this.look(listed);
      const { current } = looked;
      if (!current) throw new Gone('the execution is gone');
      const kept = current.status === status ? this.keptByNow({ ...looked, current }) : ExecutionKept.STATE_CHANGED;
      if (kept !== undefined) throw new Protected(kept);
    };
  }

  /**
   * Called before each attempt but the first: checks that it is still the execution that was canceled here, and not
   * another one with the same number.
   */
  private guardOfCanceled(listed: JobExecution): Guard {
    let attempts = 0;
    return async () => {
      if (attempts++ === 0) return;
      const current = await this.things.currentAnew(listed);
      if (!current) throw new Gone('the execution is gone');
      if (current.status !== 'CANCELED') throw new Protected(ExecutionKept.STATE_CHANGED);
    };
  }

  /** The execution as it is now, and ranked anew where it was not listed a moment ago: others of its thing move, too. */
  private async look(listed: JobExecution): Promise<Partial<Looked>> {
    const isRanked = this.plan.keepLatest === 0 || this.things.hasSeen(listed);
    const latest = isRanked ? undefined : await this.plan.rank(this.things.siblings(listed));
    return { current: await this.things.current(listed), latest };
  }

  /** Why an execution stays although the plan removes it, by its current state, rank and last update. */
  private keptByNow({ current, latest }: Looked): string | undefined {
    const { action, reason } = this.plan.decide(current, latest, []);
    if (action === 'keep') return reason === KeepReason.STATUS ? ExecutionKept.STATE_CHANGED : reason;
    return heldBack(this.config, current) === undefined ? undefined : ExecutionKept.STATE_CHANGED;
  }

  /**
   * Throws if it is too late to delete the execution in this slice: the next slice would find it young and in another
   * state.
   */
  private async cancel(current: JobExecution, guard: Guard): Promise<void> {
    if (this.tools.deadline.remaining() < this.timeToDelete) throw new OutOfTime('too late to cancel and delete');
    await this.tools.gateway.cancelExecution(current, guard);
  }

  private async delete(
    current: JobExecution,
    { force, guard }: { readonly force: boolean; readonly guard?: Guard },
  ): Promise<void> {
    const { namespaceId } = this.config;
    try {
      await this.tools.gateway.deleteExecution(current, { force, namespaceId }, guard);
    } catch (error) {
      // the guide lists TIMED_OUT among the final states; the operation's own page does not.
      if (!isError(error, 'InvalidStateTransitionException') || current.status !== 'TIMED_OUT') throw error;
      await this.tools.gateway.deleteExecution(current, { force: true, namespaceId }, guard);
    }
  }
}

const both =
  (first: Guard, second: Guard): Guard =>
  async () => {
    await first();
    await second();
  };
