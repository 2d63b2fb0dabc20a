import { type Stack } from 'aws-cdk-lib';
import {
  type JobExecutionCleanupConfig,
  type JobSelectionConfig,
  type PackageVersionRetentionConfig,
} from '../../contract/iot';
import { type Permission } from '../provider/permissions';
import { otherStacksPermissions } from '../provider/runtime-permissions';
import { LISTING_OF_JOBS, iotArn, onJobs, packageArn, readingOfJobs } from './permissions';

const ANY_VERSION = 'A retention removes versions that no stack owns, and their names are only known when it runs.';
const ANY_THING = 'A cleanup removes executions of things that are only known when it runs.';

/** What a retention needs beside that: the provider can list versions, and read them and their tags, in every stack. */
export function retentionPermissions(stack: Stack, config: PackageVersionRetentionConfig): Permission[] {
  const { packageName, action } = config;
  return [
    {
      actions: [action === 'DELETE' ? 'iot:DeletePackageVersion' : 'iot:UpdatePackageVersion'],
      resources: [packageArn(stack, packageName), packageArn(stack, packageName, '*')],
      collapsedResource: packageArn(stack, '*'),
      wildcardReason: ANY_VERSION,
    },
    ...otherStacksPermissions(stack),
    ...(config.protectInActiveJobs ? readingOfJobs(stack) : []),
    ...(config.protectOnDevices
      ? [{ actions: ['iot:SearchIndex'], resources: [iotArn(stack, 'index', 'AWS_Things')] }]
      : []),
  ];
}

/** What a cleanup needs. */
export function cleanupPermissions(stack: Stack, config: JobExecutionCleanupConfig): Permission[] {
  const { jobs, force, deleteJobs, waitForDeletion } = config;
  const jobsAreListed = jobs.by !== 'IDS' && jobs.by !== 'THING';
  // a thing lists its own executions; the job lists whether they are all that it has.
  const listing = jobs.by === 'THING' && !deleteJobs ? [] : ['iot:ListJobExecutionsForJob'];
  // authorized on the job and on the thing.
  const removal = ['iot:DescribeJobExecution', 'iot:DeleteJobExecution', ...(force ? ['iot:CancelJobExecution'] : [])];
  return [
    ...(jobsAreListed || (deleteJobs && waitForDeletion) ? [LISTING_OF_JOBS] : []),
    onJobs(stack, idsOf(jobs), ['iot:DescribeJob', ...listing, ...removal, ...(deleteJobs ? ['iot:DeleteJob'] : [])]),
    {
      // the sweep reads an execution again right before it deletes it.
      actions: ['iot:ListJobExecutionsForThing', ...removal],
      resources: [iotArn(stack, 'thing', jobs.by === 'THING' ? jobs.thingName : '*')],
      wildcardReason: ANY_THING,
    },
  ];
}

/** The ids of jobs, as a policy names them. */
function idsOf(jobs: JobSelectionConfig): readonly string[] {
  if (jobs.by === 'IDS') return jobs.jobIds;
  return [jobs.by === 'ID_PREFIX' ? `${jobs.prefix}*` : '*'];
}
