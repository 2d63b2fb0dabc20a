import { Stack } from 'aws-cdk-lib';
import {
  type JobExecutionCleanupConfig,
  type JobSelectionConfig,
  type PackageVersionRetentionConfig,
} from '../../contract/iot';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { packageArn } from './permissions';

const ANY_VERSION = 'A retention removes versions that no stack owns and whose names are only known when it runs.';
const ANY_JOB = 'The jobs that a sweep looks at are only known when it runs.';
const ANY_THING = 'The things whose executions a cleanup removes are only known when it runs.';
const LISTING = 'AWS IoT has no resource-level permission for ListJobs.';

/** Lets the provider run a retention. It may list versions, and read them and their tags, anyway. */
export function allowRetention(provider: ArtifactProvider, config: PackageVersionRetentionConfig): void {
  const stack = Stack.of(provider);
  const { packageName, action } = config;
  provider._allow({
    actions: [action === 'DELETE' ? 'iot:DeletePackageVersion' : 'iot:UpdatePackageVersion'],
    resources: [packageArn(stack, packageName), packageArn(stack, packageName, '*')],
    wildcardReason: ANY_VERSION,
  });
  if (config.protectInActiveJobs) {
    allowListing(provider);
    allowOnJobs(provider, ['*'], ['iot:DescribeJob']);
  }
  if (config.protectOnDevices) {
    provider._allow({ actions: ['iot:SearchIndex'], resources: [iotArn(provider, 'index', 'AWS_Things')] });
  }
}

/** Lets the provider run a cleanup. */
export function allowCleanup(provider: ArtifactProvider, config: JobExecutionCleanupConfig): void {
  const { jobs, force, deleteJobs, waitForDeletion } = config;
  const jobsAreListed = jobs.by !== 'IDS' && jobs.by !== 'THING';
  if (jobsAreListed || (deleteJobs && waitForDeletion)) allowListing(provider);
  // the executions of a thing are listed by the thing; whether they are all that its job has, by the job.
  const listing = jobs.by === 'THING' && !deleteJobs ? [] : ['iot:ListJobExecutionsForJob'];
  // authorised on the job and on the thing, each.
  const removal = ['iot:DeleteJobExecution', ...(force ? ['iot:CancelJobExecution'] : [])];
  allowOnJobs(provider, idsOf(jobs), [
    'iot:DescribeJob',
    ...listing,
    ...removal,
    ...(deleteJobs ? ['iot:DeleteJob'] : []),
  ]);
  provider._allow({
    // an execution is looked at once more right before it is deleted.
    actions: ['iot:ListJobExecutionsForThing', ...removal],
    resources: [iotArn(provider, 'thing', jobs.by === 'THING' ? jobs.thingName : '*')],
    wildcardReason: ANY_THING,
  });
}

/** The ids of jobs, as a policy names them. */
function idsOf(jobs: JobSelectionConfig): readonly string[] {
  if (jobs.by === 'IDS') return jobs.jobIds;
  return [jobs.by === 'ID_PREFIX' ? `${jobs.prefix}*` : '*'];
}

function allowListing(provider: ArtifactProvider): void {
  provider._allow({ actions: ['iot:ListJobs'], resources: ['*'], wildcardReason: LISTING });
}

function allowOnJobs(provider: ArtifactProvider, jobIds: readonly string[], actions: string[]): void {
  provider._allow({
    actions,
    resources: jobIds.map(jobId => iotArn(provider, 'job', jobId)),
    collapsedResource: iotArn(provider, 'job', '*'),
    wildcardReason: ANY_JOB,
  });
}

function iotArn(provider: ArtifactProvider, resource: string, resourceName: string): string {
  return Stack.of(provider).formatArn({ service: 'iot', resource, resourceName });
}
