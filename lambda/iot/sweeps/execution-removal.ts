import { JobExecutionCleanupConfig } from '../../../contract/iot/sweeps';
import { KeepReason } from '../../../contract/sweep';
import { Plan } from '../../sweep/plan';
import { Removal } from '../../sweep/source';
import { SweepCalls, isError } from './calls';
import { Execution, ThingExecutions, heldBack } from './executions';
import { ExecutionKept } from './keep-reasons';

/** Deletes executions, each as it is at that moment. */
export class ExecutionRemoval {
  constructor(
    private readonly config: JobExecutionCleanupConfig,
    private readonly plan: Plan<Execution>,
    private readonly things: ThingExecutions,
    private readonly calls: SweepCalls,
  ) {}

  async remove(listed: Execution): Promise<Removal> {
    const current = await this.things.current(listed);
    if (!current) return 'gone';
    const kept = this.keptByNow(current);
    if (kept !== undefined) return { kept };
    try {
      // without force: that would also stop one that has begun meanwhile.
      if (current.status === 'QUEUED') await this.calls.cancelExecution(current);
      await this.delete(current, current.status === 'IN_PROGRESS');
      return 'removed';
    } catch (error) {
      if (isError(error, 'ResourceNotFoundException')) return 'gone';
      if (isError(error, 'InvalidStateTransitionException', 'VersionConflictException')) {
        return { kept: ExecutionKept.STATE_CHANGED };
      }
      throw error;
    }
  }

  /** Why it stays though the plan removes it: its state and its last update are those of this moment. */
  private keptByNow(current: Execution): string | undefined {
    const { action, reason } = this.plan.decide(current, undefined, []);
    if (action === 'keep') return reason === KeepReason.STATUS ? ExecutionKept.STATE_CHANGED : reason;
    return heldBack(this.config, current) === undefined ? undefined : ExecutionKept.STATE_CHANGED;
  }

  private async delete(current: Execution, force: boolean): Promise<void> {
    const { namespaceId } = this.config;
    try {
      await this.calls.deleteExecution(current, force, namespaceId);
    } catch (error) {
      // the guide counts TIMED_OUT among the states that nothing leaves; the operation's own page leaves it out.
      if (!isError(error, 'InvalidStateTransitionException') || current.status !== 'TIMED_OUT') throw error;
      await this.calls.deleteExecution(current, true, namespaceId);
    }
  }
}
