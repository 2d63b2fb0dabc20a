import { type Clock } from '../../runtime/clock';
import { type Page } from '../../sweep/source';
import { type IotGateway } from '../gateway';
import { type CleanupCandidate, type JobExecution, execution, executionsOf } from './executions';
import { lasted, wholeJob } from './job-listing';
import { type SelectedJob, type SelectedJobs } from './selected-jobs';
import { type WholeJob } from './whole-job';

/** The executions of one thing, of the selected jobs; if such a job is removed as a whole, the job instead of them. */
export class ThingListing {
  /** @param most how many executions a page has */
  constructor(
    private readonly filter: { readonly thingName: string; readonly namespaceId?: string },
    private readonly most: number,
    private readonly jobs: SelectedJobs,
    private readonly tools: {
      readonly gateway: IotGateway;
      readonly clock: Clock;
      readonly whole: WholeJob | undefined;
    },
  ) {}

  async list(pageToken: string | undefined): Promise<Page<CleanupCandidate>> {
    const page = await this.tools.gateway.listExecutionsOfThing(this.filter, pageToken, this.most);
    const found = (page?.executionSummaries ?? []).map(({ jobId = '', jobExecutionSummary }) =>
      execution(jobId, this.filter.thingName, jobExecutionSummary),
    );
    const candidates: CleanupCandidate[] = [];
    for (const [jobId, executions] of byJob(found)) {
      const job = await this.jobs.find(jobId);
      if (!job) continue;
      const { clock } = this.tools;
      const begun = clock.now();
      const goesAsWhole = await this.goesAsWhole(job);
      candidates.push(...(goesAsWhole ? [wholeJob(job, lasted(undefined, begun, clock.now()))] : executions));
    }
    return { candidates, nextToken: page?.nextToken };
  }

  private async goesAsWhole(job: SelectedJob): Promise<boolean> {
    const { whole } = this.tools;
    if (!whole?.mayGo(job)) return false;
    const { executions, nextToken } = await executionsOf(job.jobId, this.tools.gateway);
    // one thing does not have so many executions; and without any, the thing is no longer related to the job.
    if (nextToken !== undefined || executions.length === 0) return false;
    return whole.allGo(executions);
  }
}

function byJob(executions: readonly JobExecution[]): Map<string, JobExecution[]> {
  const jobs = new Map<string, JobExecution[]>();
  for (const each of executions) jobs.set(each.jobId, [...(jobs.get(each.jobId) ?? []), each]);
  return jobs;
}
