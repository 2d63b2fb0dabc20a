import { type JobExecutionSummary } from '@aws-sdk/client-iot';
import { type JobExecutionCleanupConfig, TERMINAL_EXECUTION_STATUSES } from '../../../contract/iot';
import { type Clock } from '../../runtime/clock';
import { type Candidate } from '../../sweep/source';
import { type IotGateway } from '../gateway';
import { thingNameOf } from '../names';
import { ExecutionKept } from './keep-reasons';
import { type SelectedJobs } from './selected-jobs';

/** An execution, or a whole job where no thing is named. */
export interface CleanupCandidate extends Candidate {
  readonly jobId: string;
  readonly thingName?: string;
  readonly executionNumber?: number;
}

export interface Execution extends CleanupCandidate {
  readonly thingName: string;
  readonly executionNumber: number;
}

export const isExecution = (candidate: CleanupCandidate): candidate is Execution => candidate.thingName !== undefined;

/** Its number is a long beyond 32 bits, and one thing may have several executions of a job. */
export function execution(jobId: string, thingName: string, summary: JobExecutionSummary = {}): Execution {
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

/** Why an execution stays that the rules would remove. */
export const heldBack = ({ force }: JobExecutionCleanupConfig, { status }: Candidate): string | undefined =>
  force || isTerminal(status) ? undefined : ExecutionKept.NOT_TERMINAL;

/** A page of the executions of a job; none where it is gone. */
export async function executionsOf(
  jobId: string,
  gateway: IotGateway,
  after?: string,
): Promise<{ executions: Execution[]; nextToken?: string }> {
  const page = await gateway.listExecutionsOfJob(jobId, after);
  const executions = (page?.executionSummaries ?? []).map(({ thingArn = '', jobExecutionSummary }) =>
    execution(jobId, thingNameOf(thingArn), jobExecutionSummary),
  );
  return { executions, nextToken: page?.nextToken };
}

interface Seen {
  readonly at: number;
  readonly execution: Execution | undefined;
}

/** Milliseconds for which what a listing has shown is what is. */
export const FRESH = 15_000;

/** The listings of things, and what they have shown last of an execution. */
export class ThingExecutions {
  private readonly seen = new WeakMap<Execution, Seen>();

  constructor(
    private readonly namespaceId: string | undefined,
    private readonly jobs: SelectedJobs,
    private readonly gateway: IotGateway,
    private readonly clock: Clock,
  ) {}

  /** All executions of the thing, of the selected jobs. */
  async *siblings(of: Execution): AsyncIterable<Execution> {
    const { thingName, namespaceId } = { ...of, namespaceId: this.namespaceId };
    const at = this.clock.now();
    this.seen.set(of, { at, execution: undefined });
    let nextToken: string | undefined;
    do {
      const page = await this.gateway.listExecutionsOfThing({ thingName, namespaceId }, nextToken);
      // a thing that is gone lists nothing: its executions are told by their jobs alone.
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
   * The execution as it is now, or was a moment ago; `undefined` where it is gone. Its number may have been given to
   * another one meanwhile.
   */
  async current(of: Execution): Promise<Execution | undefined> {
    const isFresh = this.hasSeen(of);
    const listed = isFresh ? this.seen.get(of)!.execution : await this.listed(of);
    if (!isFresh) this.seen.set(of, { at: this.clock.now(), execution: listed });
    // that a listing does not show it proves nothing.
    return listed ?? this.described(of);
  }

  /** Whether a listing has shown a moment ago what has become of it. */
  hasSeen(of: Execution): boolean {
    const seen = this.seen.get(of);
    return seen !== undefined && this.clock.now() - seen.at < FRESH;
  }

  /** What has been seen before does not count any more. */
  forget(of: Execution): void {
    this.seen.delete(of);
  }

  /** The same, whatever has been seen before. */
  async currentAnew(of: Execution): Promise<Execution | undefined> {
    this.forget(of);
    return this.current(of);
  }

  private async described(of: Execution): Promise<Execution | undefined> {
    const found = await this.gateway.findExecution(of);
    const described = found && execution(of.jobId, of.thingName, found);
    return described && isSame(described, of) ? described : undefined;
  }

  private async listed(of: Execution): Promise<Execution | undefined> {
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

const isSame = (a: Execution, b: Execution) =>
  a.jobId === b.jobId && a.executionNumber === b.executionNumber && a.createdAt === b.createdAt;
