import { type JobExecutionCleanupConfig } from '../../../contract/iot';
import { type SweepRulesConfig } from '../../../contract/sweep';
import { type Clock } from '../../runtime/clock';
import { type Plan, type Threshold, selection } from '../../sweep/plan';
import { type Candidate } from '../../sweep/source';
import { type IotGateway } from '../gateway';
import { FRESH, type JobExecution, type ThingExecutions, executionsOf, heldBack } from './executions';
import { type SelectedJob } from './selected-jobs';

/** Decides whether a job can be removed as a whole, with one call: the rules must remove all of its executions. */
export class WholeJob {
  private readonly ranked = new Map<string, { readonly at: number; readonly latest: Promise<Threshold | undefined> }>();

  constructor(
    private readonly config: JobExecutionCleanupConfig,
    private readonly plan: Plan<JobExecution>,
    private readonly things: ThingExecutions,
    private readonly tools: { readonly gateway: IotGateway; readonly clock: Clock; readonly startedAt: number },
  ) {}

  /** Whether the executions need to be read. */
  mayGo({ status }: SelectedJob): boolean {
    return this.config.force || hasEnded(status);
  }

  /** Whether some executions of the job can be removed. */
  async allGo(executions: readonly JobExecution[]): Promise<boolean> {
    return executions.every(execution => this.goes(execution)) && this.areBeyondLatest(executions);
  }

  private async areBeyondLatest(executions: readonly JobExecution[]): Promise<boolean> {
    if (this.plan.keepLatest === 0) return true;
    for (let at = 0; at < executions.length; at += CONCURRENCY) {
      const beyond = executions.slice(at, at + CONCURRENCY).map(execution => this.isBeyondLatest(execution));
      if (!(await Promise.all(beyond)).every(Boolean)) return false;
    }
    return true;
  }

  /**
   * Whether, since the decision to remove the job, no execution has begun or was updated that makes the job stay, and
   * none has become one of the latest because newer ones are gone.
   *
   * @param how whether to rank the executions again, which takes a call for each thing
   */
  async stillGoes(job: SelectedJob, { ranksAgain }: { readonly ranksAgain: boolean }): Promise<boolean> {
    if (!this.mayGo(job)) return false;
    const isNew = ({ createdAt = Infinity }: JobExecution) => createdAt >= this.tools.startedAt;
    let after: string | undefined;
    do {
      const { executions, nextToken } = await executionsOf(job.jobId, this.tools.gateway, { after });
      if (executions.length === 0 && after === undefined && nextToken === undefined) return this.emptyGoes(job);
      if (!executions.every(execution => this.goes(execution))) return false;
      if (this.plan.keepLatest > 0 && executions.some(isNew)) return false;
      if (ranksAgain && !(await this.areBeyondLatest(executions))) return false;
      after = nextToken;
    } while (after !== undefined);
    return true;
  }

  /** A job without executions: if it has not ended, it waits for them, and the age of the job itself counts. */
  emptyGoes({ jobId, status, lastUpdatedAt }: SelectedJob): boolean {
    const { minAgeSeconds = 0 } = this.config.rules;
    if (!hasEnded(status) || this.tools.startedAt - lastUpdatedAt < minAgeSeconds * 1000) return false;
    const { include, exclude } = this.config.rules;
    // patterns are meant for executions: one of any thing counts, too.
    const names = [jobId, `${jobId}/-/1`].map(name => ({ name }));
    const isKept = (rules: SweepRulesConfig) => (named: Candidate) => selection({ rules })(named) !== undefined;
    return !names.every(isKept({ include })) && !names.some(isKept({ exclude }));
  }

  /** By every rule but keepLatest. */
  private goes(execution: JobExecution): boolean {
    const { jobs } = this.config;
    return (
      (jobs.by !== 'THING' || jobs.thingName === execution.thingName) &&
      this.plan.decide(execution, undefined, []).action === 'remove' &&
      heldBack(this.config, execution) === undefined
    );
  }

  private async isBeyondLatest(execution: JobExecution): Promise<boolean> {
    return this.plan.decide(execution, await this.latestOf(execution), []).action === 'remove';
  }

  /** What keepLatest keeps of a thing, as it is or was a moment ago. */
  private latestOf(execution: JobExecution): Promise<Threshold | undefined> {
    const { thingName } = execution;
    const now = this.tools.clock.now();
    let held = this.ranked.get(thingName);
    if (!held || now - held.at >= FRESH) {
      held = { at: now, latest: this.plan.rank(this.things.siblings(execution)) };
      // what fails is asked again, and those who wait for it hear of it.
      held.latest.catch(() => this.ranked.delete(thingName));
      this.ranked.delete(thingName);
      this.ranked.set(thingName, held);
      if (this.ranked.size > REMEMBERED) this.ranked.delete(this.ranked.keys().next().value!);
    }
    return held.latest;
  }
}

/** How many things' ranks are remembered: more than can be listed while they are valid. */
const REMEMBERED = 5_000;

/** How many things' executions are ranked at a time: the pace sets the rate. */
const CONCURRENCY = 16;

const hasEnded = (status: string) => status === 'COMPLETED' || status === 'CANCELED';
