import { type JobExecutionCleanupConfig } from '../../../contract/iot';
import { type Plan } from '../../sweep/plan';
import { type IotGateway } from '../gateway';
import { type Execution, type ThingExecutions, executionsOf, heldBack } from './executions';
import { type SelectedJob } from './selected-jobs';

/** Decides whether a job can be removed as a whole, with one call: the rules must remove all of its executions. */
export class WholeJob {
  constructor(
    private readonly config: JobExecutionCleanupConfig,
    private readonly plan: Plan<Execution>,
    private readonly things: ThingExecutions,
    private readonly tools: { readonly gateway: IotGateway; readonly startedAt: number },
  ) {}

  /** Whether the executions need to be read. */
  mayGo({ status }: SelectedJob): boolean {
    return this.config.force || hasEnded(status);
  }

  /** Whether some executions of the job can be removed. */
  async allGo(executions: readonly Execution[]): Promise<boolean> {
    if (!executions.every(execution => this.goes(execution))) return false;
    if (this.plan.keepLatest === 0) return true;
    for (let at = 0; at < executions.length; at += CONCURRENCY) {
      const beyond = executions.slice(at, at + CONCURRENCY).map(execution => this.isBeyondLatest(execution));
      if (!(await Promise.all(beyond)).every(Boolean)) return false;
    }
    return true;
  }

  /**
   * Whether, since the decision to remove the job, no execution has begun or was updated that makes the job stay. Ranks
   * are not read again: newer executions do not make old ones rank higher.
   */
  async stillGoes(job: SelectedJob): Promise<boolean> {
    if (!this.mayGo(job)) return false;
    const isNew = ({ createdAt = Infinity }: Execution) => createdAt >= this.tools.startedAt;
    let after: string | undefined;
    do {
      const { executions, nextToken } = await executionsOf(job.jobId, this.tools.gateway, after);
      if (executions.length === 0 && after === undefined && nextToken === undefined) return this.emptyGoes(job);
      if (!executions.every(execution => this.goes(execution))) return false;
      if (this.plan.keepLatest > 0 && executions.some(isNew)) return false;
      after = nextToken;
    } while (after !== undefined);
    return true;
  }

  /** A job without executions: if it has not ended, it waits for them, and the age of the job itself counts. */
  emptyGoes({ status, lastUpdatedAt }: SelectedJob): boolean {
    const { minAgeSeconds = 0 } = this.config.rules;
    return hasEnded(status) && this.tools.startedAt - lastUpdatedAt >= minAgeSeconds * 1000;
  }

  /** By every rule but keepLatest. */
  private goes(execution: Execution): boolean {
    const { jobs } = this.config;
    return (
      (jobs.by !== 'THING' || jobs.thingName === execution.thingName) &&
      this.plan.decide(execution, undefined, []).action === 'remove' &&
      heldBack(this.config, execution) === undefined
    );
  }

  private async isBeyondLatest(execution: Execution): Promise<boolean> {
    const latest = await this.plan.rank(this.things.siblings(execution));
    return this.plan.decide(execution, latest, []).action === 'remove';
  }
}

/** How many things' executions are ranked at a time: the pace sets the rate. */
const CONCURRENCY = 16;

const hasEnded = (status: string) => status === 'COMPLETED' || status === 'CANCELED';
