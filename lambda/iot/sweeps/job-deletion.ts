import { type JobExecutionCleanupConfig } from '../../../contract/iot';
import { isError, paged } from '../../runtime/retry';
import { Protected } from '../../sweep/judge';
import { type Guard, OutOfTime } from '../../sweep/pace';
import { type End, type SourceTools, StalePageToken } from '../../sweep/source';
import { type IotGateway } from '../gateway';
import { type CleanupCandidate } from './executions';
import { ExecutionKept } from './keep-reasons';
import { type SelectedJobs } from './selected-jobs';
import { type WholeJob } from './whole-job';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 15_000;
/** How long, in milliseconds, a slice waits for deletions; the state machine waits for longer ones. */
const SHORT_WAIT = 50_000;

/** Deletes whole jobs. The service does that in the background, and a limited number at a time. */
export class JobDeletion {
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly config: JobExecutionCleanupConfig,
    private readonly jobs: SelectedJobs,
    private readonly whole: WholeJob | undefined,
    private readonly tools: Pick<SourceTools, 'clock' | 'deadline'> & { readonly gateway: IotGateway },
  ) {}

  /** Begins a deletion. Only one at a time, so that only one waits if the limit of deletions is reached. */
  async remove({ jobId, validUntil = 0 }: CleanupCandidate, mayGoOn: Guard): Promise<End> {
    const goes = this.guardOf(jobId, validUntil, mayGoOn);
    const removal = this.line.then(() => this.delete(jobId, goes)).finally(() => this.jobs.forget(jobId));
    this.line = removal.catch(() => undefined);
    return removal;
  }

  /**
   * Whether all jobs in deletion are gone, including those that others delete, because the sweep no longer knows which
   * ones it has deleted.
   */
  async settled(): Promise<boolean> {
    const { clock, deadline } = this.tools;
    const until = Math.min(clock.now() + SHORT_WAIT, deadline.at);
    try {
      for (let pause = FIRST_PAUSE; await this.isDeleting(); pause = Math.min(2 * pause, LONGEST_PAUSE)) {
        if (clock.now() + pause >= until) return false;
        await clock.sleep(pause);
      }
      return true;
    } catch (error) {
      if (error instanceof OutOfTime) return false;
      throw error;
    }
  }

  /** Called before each attempt. */
  private guardOf(jobId: string, validUntil: number, mayGoOn: Guard): Guard {
    return async () => {
      await mayGoOn();
      const isValid = this.tools.clock.now() < validUntil;
      // a job that has ended does not change, but its id can soon belong to another job.
      if (!this.config.force && isValid) return;
      this.jobs.forget(jobId);
      const job = await this.jobs.find(jobId);
      const stillGoes = job && (await this.whole?.stillGoes(job, { ranksAgain: !isValid }));
      if (!stillGoes) throw new Protected(ExecutionKept.STATE_CHANGED);
    };
  }

  private async delete(jobId: string, goes: Guard): Promise<End> {
    const { force, namespaceId } = this.config;
    try {
      return await this.inPlace<End>(async () => {
        await this.tools.gateway.deleteJob(jobId, { force, namespaceId }, goes);
        return 'removed';
      });
    } catch (error) {
      if (isError(error, 'ResourceNotFoundException')) return 'gone';
      // its executions have changed while they were read again.
      if (error instanceof StalePageToken) return { kept: ExecutionKept.STATE_CHANGED };
      if (!isError(error, 'InvalidStateTransitionException')) throw error;
      // unverified: the service requires force for jobs that have ended and have executions. Force stops nothing there.
      if (force || !(await this.isOver(jobId))) return { kept: ExecutionKept.STATE_CHANGED };
      const isOver = async () => {
        await goes();
        if (!(await this.isOver(jobId))) throw new Protected(ExecutionKept.STATE_CHANGED);
      };
      await this.inPlace(() => this.tools.gateway.deleteJob(jobId, { force: true, namespaceId }, isOver));
      return 'removed';
    }
  }

  /** Repeats the call until the service accepts it: the error says that the limit of jobs in deletion is reached. */
  private async inPlace<T>(call: () => Promise<T>): Promise<T> {
    const { clock, deadline } = this.tools;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        return await call();
      } catch (error) {
        if (!isError(error, 'LimitExceededException')) throw error;
        if (deadline.remaining() <= pause) throw new OutOfTime('no other deletion could begin before the deadline');
        await clock.sleep(pause);
      }
    }
  }

  private async isOver(jobId: string): Promise<boolean> {
    const job = await this.tools.gateway.findJob(jobId);
    const { numberOfQueuedThings = 0, numberOfInProgressThings = 0 } = job?.jobProcessDetails ?? {};
    const hasEnded = job?.status === 'COMPLETED' || job?.status === 'CANCELED';
    return hasEnded && numberOfQueuedThings + numberOfInProgressThings === 0;
  }

  private async isDeleting(): Promise<boolean> {
    const { namespaceId } = this.config;
    const going = paged(async token => {
      const page = await this.tools.gateway.listJobs({ status: 'DELETION_IN_PROGRESS', namespaceId }, token);
      return { items: page.jobs, nextToken: page.nextToken };
    });
    for await (const { jobId = '' } of going) {
      if (this.jobs.mayBe({ jobId }) && (await this.tools.gateway.findJob(jobId))) return true;
    }
    return false;
  }
}
