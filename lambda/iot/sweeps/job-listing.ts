import { type JobExecutionCleanupConfig } from '../../../contract/iot';
import { type Clock } from '../../runtime/clock';
import { type Page } from '../../sweep/source';
import { type IotGateway } from '../gateway';
import { type CleanupCandidate, FRESH, executionsOf, executionsPerPage } from './executions';
import { JobRemoved } from './keep-reasons';
import { type SelectedJob, type SelectedJobs } from './selected-jobs';
import { type WholeJob } from './whole-job';

/** The position in the listing: a page of jobs, a job on it, and a page of that job's executions. */
interface Place {
  readonly jobsAt?: string;
  /** Absent: the first one of the page. */
  readonly job?: string;
  /** Some of the jobs before it on the page, the nearest first: where the job is gone, the page goes on behind them. */
  readonly before?: readonly string[];
  /** The page token of the job's executions. Absent: the first page. */
  readonly after?: string;
  /** How the decision about the whole job has gone so far. Absent: it begins here. */
  readonly decision?: DecisionTime;
  /** Set if the job is not removed as a whole, so that its executions are candidates. */
  readonly inParts?: boolean;
}

interface JobPage {
  readonly ids: readonly string[];
  readonly nextToken?: string;
}

/** How many jobs are described ahead. */
const AHEAD = 8;

/** The executions of the selected jobs, job by job; if a job is removed as a whole, the job instead of them. */
export class JobListing {
  private held: { readonly at: string | undefined; readonly page: Promise<JobPage> } | undefined;

  constructor(
    private readonly config: JobExecutionCleanupConfig,
    private readonly jobs: SelectedJobs,
    private readonly whole: WholeJob | undefined,
    private readonly tools: { readonly gateway: IotGateway; readonly clock: Clock },
  ) {}

  async list(pageToken: string | undefined): Promise<Page<CleanupCandidate>> {
    if (pageToken === undefined) this.held = undefined;
    const place = pageToken === undefined ? {} : (JSON.parse(pageToken) as Place);
    const { ids, nextToken } = await this.page(place.jobsAt);
    const at = (index: number): Place => ({
      jobsAt: place.jobsAt,
      job: ids[index],
      before: ids.slice(Math.max(0, index - REMEMBERED), index).reverse(),
    });
    for (let index = beginning(ids, place); index < ids.length; index++) {
      for (const ahead of ids.slice(index + 1, index + AHEAD)) void this.jobs.find(ahead).catch(() => undefined);
      const job = await this.jobs.find(ids[index]);
      if (!job) continue;
      const here = job.jobId === place.job ? place : at(index);
      const next = index + 1 < ids.length ? at(index + 1) : nextPage(nextToken);
      return this.partsOf(job, here, next);
    }
    return page([], nextPage(nextToken));
  }

  private async partsOf(job: SelectedJob, here: Place, next: Place | undefined): Promise<Page<CleanupCandidate>> {
    if (!here.inParts && this.whole?.mayGo(job)) return this.decide(job, this.whole, here, next);
    const found = await executionsOf(job.jobId, this.tools.gateway, this.at(here));
    return page(found.executions, found.nextToken === undefined ? next : { ...here, after: found.nextToken });
  }

  /** One page of executions at a time, so that a job can have more executions than a slice can read. */
  private async decide(
    job: SelectedJob,
    whole: WholeJob,
    here: Place,
    next: Place | undefined,
  ): Promise<Page<CleanupCandidate>> {
    const { clock } = this.tools;
    const begun = clock.now();
    const { executions, nextToken } = await executionsOf(job.jobId, this.tools.gateway, this.at(here));
    const isEmpty = executions.length === 0 && here.after === undefined && nextToken === undefined;
    const allGo = isEmpty ? whole.emptyGoes(job) : await whole.allGo(executions);
    const decision = lasted(here.decision, begun, clock.now());
    if (isEmpty) return page(allGo ? [wholeJob(job, decision)] : [], next);
    if (!allGo) {
      return this.partsOf(job, { ...here, after: undefined, decision: undefined, inParts: true }, next);
    }
    return nextToken === undefined
      ? page([wholeJob(job, decision)], next)
      : page([], { ...here, decision, after: nextToken });
  }

  private at({ after }: Place) {
    return { after, most: executionsPerPage(this.config) };
  }

  private page(at: string | undefined): Promise<JobPage> {
    if (this.held?.at !== at || !this.held) this.held = { at, page: this.readPage(at) };
    return this.held.page;
  }

  private async readPage(at: string | undefined): Promise<JobPage> {
    const { jobs: selection, jobStatuses = [], namespaceId } = this.config;
    // an id that is named twice would have no next one.
    if (selection.by === 'IDS') return { ids: [...new Set(selection.jobIds)] };
    const status = jobStatuses.length === 1 ? jobStatuses[0] : undefined;
    const { jobs = [], nextToken } = await this.tools.gateway.listJobs({ status, namespaceId }, at);
    return { ids: jobs.filter(job => this.jobs.mayBe(job)).map(({ jobId = '' }) => jobId), nextToken };
  }
}

/** How many of the jobs before a job a place remembers. */
const REMEMBERED = 8;

/** The index on a page from which a listing goes on: jobs that were removed meanwhile have moved others forward. */
function beginning(ids: readonly string[], { job, before = [] }: Place): number {
  if (job === undefined) return 0;
  const index = ids.indexOf(job);
  return index >= 0 ? index : 1 + Math.max(-1, ...before.map(each => ids.indexOf(each)));
}

const nextPage = (jobsAt: string | undefined): Place | undefined => (jobsAt === undefined ? undefined : { jobsAt });

/** When a decision about a job began, and how long it has taken without what lay between its pages, in milliseconds. */
export interface DecisionTime {
  readonly since: number;
  readonly took: number;
}

export const lasted = (before: DecisionTime | undefined, begun: number, now: number): DecisionTime => ({
  since: before?.since ?? begun,
  took: (before?.took ?? 0) + now - begun,
});

/** A decision is valid for a while, and the longer it has taken: otherwise that about a large job would never be. */
export const wholeJob = ({ jobId }: SelectedJob, { since, took }: DecisionTime): CleanupCandidate => ({
  name: jobId,
  jobId,
  decided: JobRemoved.WHOLE_JOB,
  validUntil: since + took + Math.max(took, FRESH),
});

const page = (candidates: CleanupCandidate[], next: Place | undefined): Page<CleanupCandidate> => ({
  candidates,
  nextToken: next && JSON.stringify(next),
});
