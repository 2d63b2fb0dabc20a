import { type Job, type JobSummary } from '@aws-sdk/client-iot';
import { DEFAULT_POINTER, type JobExecutionCleanupConfig } from '../../../contract/iot';
import { type IotGateway } from '../gateway';
import { deployedVersion } from '../names';

/** What a cleanup needs to know of a job. */
export interface SelectedJob {
  readonly jobId: string;
  readonly status: string;
  readonly lastUpdatedAt: number;
}

/** How many descriptions are cached, a few megabytes at most: things have most of their jobs in common. */
const REMEMBERED = 10_000;

/** The jobs whose executions a cleanup considers. Only DescribeJob returns namespace and package versions. */
export class SelectedJobs {
  private readonly described = new Map<string, Promise<SelectedJob | undefined>>();

  constructor(
    private readonly config: JobExecutionCleanupConfig,
    private readonly gateway: IotGateway,
  ) {}

  /** Whether the summary of a job in a listing matches the selection. */
  mayBe({ jobId = '', status }: Pick<JobSummary, 'jobId' | 'status'>): boolean {
    const { jobs } = this.config;
    if (jobs.by === 'IDS' && !jobs.jobIds.includes(jobId)) return false;
    if (jobs.by === 'ID_PREFIX' && !jobId.startsWith(jobs.prefix)) return false;
    return status === undefined || this.hasStatus(status);
  }

  /** `undefined` if the job is gone, or not selected. */
  find(jobId: string): Promise<SelectedJob | undefined> {
    let found = this.described.get(jobId);
    if (!found) {
      found = this.describe(jobId);
      // a failed call is repeated, and callers that do not wait for it must not have to handle the failure.
      found.catch(() => this.described.delete(jobId));
      this.described.set(jobId, found);
      if (this.described.size > REMEMBERED) this.described.delete(this.described.keys().next().value!);
    }
    return found;
  }

  /** Discards what is known about a job. */
  forget(jobId: string): void {
    this.described.delete(jobId);
  }

  private async describe(jobId: string): Promise<SelectedJob | undefined> {
    if (!this.mayBe({ jobId })) return undefined;
    const job = await this.gateway.findJob(jobId, this.selectsByDefault ? { beforeSubstitution: true } : {});
    if (!job?.status || !this.hasStatus(job.status) || !this.isSelected(job)) return undefined;
    return { jobId, status: job.status, lastUpdatedAt: job.lastUpdatedAt?.getTime() ?? Infinity };
  }

  /** Only the view before the substitution shows that a job deploys `$default`. */
  private get selectsByDefault(): boolean {
    const { jobs } = this.config;
    return jobs.by === 'PACKAGE_VERSION' && deployedVersion(jobs.packageVersionArn)?.versionName === DEFAULT_POINTER;
  }

  private isSelected({ namespaceId, destinationPackageVersions = [] }: Job): boolean {
    const { jobs, namespaceId: wanted } = this.config;
    // no namespace and an empty namespace are the same.
    if ((namespaceId || undefined) !== wanted) return false;
    return jobs.by !== 'PACKAGE_VERSION' || destinationPackageVersions.includes(jobs.packageVersionArn);
  }

  private hasStatus(status: string): boolean {
    const { jobStatuses } = this.config;
    if (status === 'DELETION_IN_PROGRESS') return false;
    return !jobStatuses?.length || jobStatuses.some(wanted => wanted === status);
  }
}
