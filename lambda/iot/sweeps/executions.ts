import { type JobExecutionSummary } from '@aws-sdk/client-iot';
import { type JobExecutionCleanupConfig, TERMINAL_EXECUTION_STATUSES } from '../../../contract/iot';
import { type Clock } from '../../runtime/clock';
import { type Candidate, pageSize } from '../../sweep/source';
import { EXECUTIONS_PER_PAGE, type IotGateway } from '../gateway';
import { thingNameOf } from '../names';
import { ExecutionKept } from './keep-reasons';
import { type SelectedJobs } from './selected-jobs';

/** An execution, or a whole job if no thing is named. */
export interface CleanupCandidate extends Candidate {
  readonly jobId: string;
  readonly thingName?: string;
  readonly executionNumber?: number;
  /** Of a whole job: until when the decision is valid, in milliseconds since the epoch. */
  readonly validUntil?: number;
}

export interface JobExecution extends CleanupCandidate {
  readonly thingName: string;
  readonly executionNumber: number;
}

export const isExecution = (candidate: CleanupCandidate): candidate is JobExecution =>
  candidate.thingName !== undefined;

/** The number has more than 32 bits, and one thing can have several executions of a job. */
export function execution(jobId: string, thingName: string, summary: JobExecutionSummary = {}): JobExecution {
  const { executionNumber = 0, status, queuedAt, lastUpdatedAt } = summary;
  return {
    name: `${jobId}/${thingName}/${executionNumber}`,
    jobId,
    thingName,
    executionNumber,
    status,
    createdAt: queuedAt?.getTime(),
    agedFrom: lastUpdatedAt?.getTime(),
  };
}

export const isTerminal = (status: string | undefined) => TERMINAL_EXECUTION_STATUSES.some(known => known === status);

/** Why an execution stays although the rules would remove it. */
export const heldBack = ({ force }: JobExecutionCleanupConfig, { status }: Candidate): string | undefined =>
  force || isTerminal(status) ? undefined : ExecutionKept.NOT_TERMINAL;

/** keepLatest takes a call for each execution. */
export const executionsPerPage = (config: JobExecutionCleanupConfig): number =>
  config.rules.keepLatest ? pageSize(EXECUTIONS_PER_PAGE, config) : EXECUTIONS_PER_PAGE;

/** A page of the executions of a job; none if the job is gone. */
export async function executionsOf(
  jobId: string,
  gateway: IotGateway,
  at: { readonly after?: string; readonly most?: number } = {},
): Promise<{ executions: JobExecution[]; nextToken?: string }> {
  const page = await gateway.listExecutionsOfJob(jobId, at.after, at.most);
  const executions = (page?.executionSummaries ?? []).map(({ thingArn = '', jobExecutionSummary }) =>
    execution(jobId, thingNameOf(thingArn), jobExecutionSummary),
  );
  return { executions, nextToken: page?.nextToken };
}

interface Seen {
  readonly at: number;
  readonly execution: JobExecution | undefined;
}

/** How long, in milliseconds, the result of a listing is valid. */
export const FRESH = 15_000;

/** The listings of things, and the last state of each execution in them. */
export class ThingExecutions {
  private readonly seen = new WeakMap<JobExecution, Seen>();

  constructor(
    private readonly namespaceId: string | undefined,
    private readonly jobs: SelectedJobs,
    private readonly gateway: IotGateway,
    private readonly clock: Clock,
  ) {}

  /** All executions of the selected jobs for the thing. */
  async *siblings(of: JobExecution): AsyncIterable<JobExecution> {
    const { thingName, namespaceId } = { ...of, namespaceId: this.namespaceId };
    const at = this.clock.now();
    this.seen.set(of, { at, execution: undefined });
    let nextToken: string | undefined;
    do {
      const page = await this.gateway.listExecutionsOfThing({ thingName, namespaceId }, nextToken);
      // a deleted thing lists nothing: only the jobs list its executions.
      if (!page) this.seen.delete(of);
      for (const { jobId = '', jobExecutionSummary } of page?.executionSummaries ?? []) {
        const found = execution(jobId, thingName, jobExecutionSummary);
        if (isSame(found, of)) this.seen.set(of, { at, execution: found });
        if (jobId === of.jobId || (await this.jobs.find(jobId))) yield found;
      }
      nextToken = page?.nextToken;
    } while (nextToken);
  }

  /**
   * The execution as it is now, or was a moment ago; `undefined` if it is gone. Another execution may have its number
   * meanwhile.
   */
  async current(of: JobExecution): Promise<JobExecution | undefined> {
    const isFresh = this.hasSeen(of);
    const listed = isFresh ? this.seen.get(of)!.execution : await this.listed(of);
    if (!isFresh) this.seen.set(of, { at: this.clock.now(), execution: listed });
    // an execution that is not in a listing may still exist.
    return listed ?? this.described(of);
  }

  /** Whether the result of a listing is still valid for the execution. */
  hasSeen(of: JobExecution): boolean {
    const seen = this.seen.get(of);
    return seen !== undefined && this.clock.now() - seen.at < FRESH;
  }

  /** Earlier results are not used again. */
  forget(of: JobExecution): void {
    this.seen.delete(of);
  }

  /** The same, without using an earlier result. */
  async currentAnew(of: JobExecution): Promise<JobExecution | undefined> {
    this.forget(of);
    return this.current(of);
  }

  private async described(of: JobExecution): Promise<JobExecution | undefined> {
    const found = await this.gateway.findExecution(of);
    const described = found && execution(of.jobId, of.thingName, found);
    return described && isSame(described, of) ? described : undefined;
  }

  private async listed(of: JobExecution): Promise<JobExecution | undefined> {
    const { thingName, jobId } = of;
    let nextToken: string | undefined;
    do {
      const filter = { thingName, jobId, namespaceId: this.namespaceId };
      const page = await this.gateway.listExecutionsOfThing(filter, nextToken);
      if (!page) return undefined;
      const found = page.executionSummaries
        ?.map(({ jobExecutionSummary }) => execution(jobId, thingName, jobExecutionSummary))
        .find(candidate => isSame(candidate, of));
      if (found) return found;
      nextToken = page.nextToken;
    } while (nextToken);
    return undefined;
  }
}

const isSame = (a: JobExecution, b: JobExecution) =>
  a.jobId === b.jobId && a.executionNumber === b.executionNumber && a.createdAt === b.createdAt;
