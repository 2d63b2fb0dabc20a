import { type Job } from '@aws-sdk/client-iot';
import { DEFAULT_POINTER } from '../../../contract/iot';
import { OutOfTime } from '../../sweep/pace';
import { type Preparation, StalePageToken } from '../../sweep/source';
import { type IotGateway } from '../gateway';
import { deployedVersion } from './arns';

// maintenance windows move jobs to and fro between the two: what left one list meanwhile is in the next.
const ACTIVE = ['SCHEDULED', 'IN_PROGRESS', 'SCHEDULED'] as const;

/** How far the reading has come: plain JSON, with the package's own versions alone. */
interface Progress {
  readonly versions: readonly string[];
  /** Which of the states is read; beyond them the reading is finished. */
  readonly state: number;
  readonly pageToken?: string;
  /** Jobs that could not be described: any version may be one of theirs. */
  readonly undescribed?: string;
}

const BEGINNING: Progress = { versions: [], state: 0 };

/**
 * The versions of a package that jobs are about to deploy. Only DescribeJob tells them, so it is one call for each job
 * in progress or scheduled, whatever it deploys.
 */
export class ActiveJobs implements Preparation {
  isDue = false;
  private progress: Progress;

  constructor(
    private readonly packageName: string,
    private readonly gateway: IotGateway,
    prepared: object | undefined,
  ) {
    // the state is this class's own.
    this.progress = (prepared as Progress | undefined) ?? BEGINNING;
  }

  state(): object | undefined {
    return this.progress === BEGINNING ? undefined : this.progress;
  }

  reset(): void {
    this.progress = BEGINNING;
  }

  /** Throws `OutOfTime` where the jobs have not been read, and an error where one of them cannot be. */
  deploys(versionName: string): boolean {
    const { versions, undescribed } = this.progress;
    if (versions.includes(versionName)) return true;
    if (undescribed !== undefined) throw new Error(`a job in progress cannot be described: ${undescribed}`);
    if (this.isFinished) return false;
    this.isDue = true;
    throw new OutOfTime('the active jobs are read first');
  }

  async run(): Promise<void> {
    while (!this.isFinished) await this.readPage();
    this.isDue = false;
  }

  private get isFinished(): boolean {
    return this.progress.state >= ACTIVE.length || this.progress.undescribed !== undefined;
  }

  private async readPage(): Promise<void> {
    const { state, pageToken } = this.progress;
    try {
      const { jobs = [], nextToken } = await this.gateway.listJobs({ status: ACTIVE[state] }, pageToken);
      const versions = new Set(this.progress.versions);
      let undescribed: string | undefined;
      await inParallel(jobs, async ({ jobId = '' }) => {
        const job = await this.gateway.findJob(jobId).catch((error: Error) => {
          if (error instanceof OutOfTime) throw error;
          undescribed = `${jobId} (${error.message})`;
          return undefined;
        });
        for (const version of await this.versionsOf(job)) versions.add(version);
      });
      this.progress = {
        versions: [...versions],
        state: nextToken === undefined ? state + 1 : state,
        pageToken: nextToken,
        undescribed,
      };
    } catch (error) {
      if (error instanceof StalePageToken) this.progress = { ...this.progress, pageToken: undefined };
      throw error;
    }
  }

  private async versionsOf(job: Job | undefined): Promise<string[]> {
    const named = (job?.destinationPackageVersions ?? [])
      .map(deployedVersion)
      .filter(version => version?.packageName === this.packageName)
      .map(version => version!.versionName);
    if (!named.includes(DEFAULT_POINTER)) return named;
    const current = (await this.gateway.findPackage(this.packageName))?.defaultVersionName;
    return current === undefined ? named : [...named, current];
  }
}

/** Jobs that are described at a time: the pace sets the rate. */
const CONCURRENCY = 8;

async function inParallel<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await each(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker));
  const failed = ends.find(end => end.status === 'rejected');
  if (failed) throw failed.reason;
}
