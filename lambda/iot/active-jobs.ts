/**
 * The versions of a package that jobs deploy or are about to deploy. Only DescribeJob tells, so this takes one call for
 * each job.
 */
import { type Job, type JobStatus } from '@aws-sdk/client-iot';
import { DEFAULT_POINTER } from '../../contract/iot';
import { OutOfTime } from '../sweep/pace';
import { type IotGateway } from './gateway';
import { type VersionName, deployedVersion } from './names';

/**
 * The states in which a job can deploy, in the order in which they are listed. Maintenance windows move jobs back and
 * forth between the first two: a job that has left one list is in the next. A canceled job lets executions in progress
 * end.
 */
export const DEPLOYING: readonly JobStatus[] = ['SCHEDULED', 'IN_PROGRESS', 'SCHEDULED', 'CANCELED'];

/** How long, in milliseconds, a reading of the jobs is valid: a job can begin at any time. */
export const JOBS_FRESH = 60_000;

/** How much, in milliseconds, the clocks of AWS IoT and of a function can differ. */
export const CLOCK_SKEW = 60_000;

/** The versions of a package that a page of jobs deploys. */
export interface DeployedVersions {
  /** Names of versions, by the jobs that deploy them. */
  readonly versions: ReadonlyMap<string, string>;
  /** A job that could not be described, and why: it can deploy any version. */
  readonly undescribed?: string;
  readonly nextToken?: string;
}

/** A page of the jobs in one of those states. */
export interface JobPage {
  readonly status: JobStatus;
  readonly pageToken?: string;
  /** In milliseconds since the epoch. Earlier jobs are not described: what a job deploys never changes. Absent: all are. */
  readonly createdSince?: number;
}

/** Reads a page. */
export async function readDeployed(
  gateway: IotGateway,
  packageName: string,
  { status, pageToken, createdSince = -Infinity }: JobPage,
): Promise<DeployedVersions> {
  const { jobs: all = [], nextToken } = await gateway.listJobs({ status }, pageToken);
  const jobs = all.filter(({ createdAt }) => (createdAt?.getTime() ?? Infinity) >= createdSince);
  const versions = new Map<string, string>();
  let undescribed: string | undefined;
  await inParallel(jobs, async ({ jobId = '' }) => {
    const job = await gateway.findJob(jobId).catch((error: Error) => {
      if (error instanceof OutOfTime) throw error;
      undescribed = `${jobId} (${error.message})`;
      return undefined;
    });
    for (const version of await versionsOf(job, packageName, gateway)) versions.set(version, jobId);
  });
  return { versions, undescribed, nextToken };
}

/** All pages of the jobs in one of those states. */
export async function* pagesOf(
  gateway: IotGateway,
  packageName: string,
  filter: Omit<JobPage, 'pageToken'>,
): AsyncGenerator<DeployedVersions> {
  let pageToken: string | undefined;
  do {
    const page = await readDeployed(gateway, packageName, { ...filter, pageToken });
    yield page;
    pageToken = page.nextToken;
  } while (pageToken !== undefined);
}

/**
 * The job that may need a version, in words; `undefined` if there is none.
 *
 * @param createdSince absent: all jobs are described
 */
export async function neededByJob(
  gateway: IotGateway,
  at: VersionName,
  createdSince?: number,
): Promise<string | undefined> {
  for (const status of DEPLOYING) {
    for await (const page of pagesOf(gateway, at.packageName, { status, createdSince })) {
      const jobId = page.versions.get(at.versionName);
      if (jobId !== undefined) return `job ${jobId} deploys it`;
      if (page.undescribed !== undefined) return `job ${page.undescribed}, which may deploy it, cannot be described`;
    }
  }
  return undefined;
}

async function versionsOf(job: Job | undefined, packageName: string, gateway: IotGateway): Promise<string[]> {
  if (!job || hasEnded(job)) return [];
  const named = (job.destinationPackageVersions ?? [])
    .map(deployedVersion)
    .filter(version => version?.packageName === packageName)
    .map(version => version!.versionName);
  if (!named.includes(DEFAULT_POINTER)) return named;
  const current = (await gateway.findPackage(packageName))?.defaultVersionName;
  return current === undefined ? named : [...named, current];
}

const hasEnded = ({ status, jobProcessDetails }: Job) =>
  status === 'CANCELED' && jobProcessDetails?.numberOfInProgressThings === 0;

/** How many jobs are described at a time. */
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
