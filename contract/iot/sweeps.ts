/**
 * The sweeps over AWS IoT: what they select, beside the rules that all sweeps share. Limits as the AWS IoT API
 * reference states them.
 */
import { type Problem, type StringRule, checkString, quote } from '../custom-resource';
import { type SweepConfig } from '../sweep';

/** Types of the sweeps, and of the custom resources that run them. Frozen, as for every custom resource. */
export const IotSweepType = {
  PACKAGE_VERSION_RETENTION: 'Custom::IoTPackageVersionRetention',
  JOB_EXECUTION_CLEANUP: 'Custom::IoTJobExecutionCleanup',
} as const;

/** What a retention does with a version that it does not keep. */
export type RetentionAction = 'DELETE' | 'DEPRECATE';

/** Keeps the best versions of a software package. `statuses` are PackageVersionStatus, `order` defaults to SEMVER. */
export interface PackageVersionRetentionConfig extends SweepConfig {
  readonly type: typeof IotSweepType.PACKAGE_VERSION_RETENTION;
  readonly packageName: string;
  readonly action: RetentionAction;
  readonly protectInActiveJobs: boolean;
  readonly protectOnDevices: boolean;
}

/** States of a job. */
export type JobStatus = 'SCHEDULED' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELED' | 'DELETION_IN_PROGRESS';

/** States of an execution of a job for one thing. */
export type JobExecutionStatus =
  'QUEUED' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'REJECTED' | 'REMOVED' | 'CANCELED';

/** The states that an execution never leaves. The developer guide counts TIMED_OUT among them. */
export const TERMINAL_EXECUTION_STATUSES: readonly JobExecutionStatus[] = [
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'REJECTED',
  'REMOVED',
  'CANCELED',
];

/** Which jobs a cleanup ranges over. */
export type JobSelectionConfig =
  | { readonly by: 'IDS'; readonly jobIds: readonly string[] }
  | { readonly by: 'ID_PREFIX'; readonly prefix: string }
  | { readonly by: 'THING'; readonly thingName: string }
  /** The version's ARN, or the package's with `/version/$default`. */
  | { readonly by: 'PACKAGE_VERSION'; readonly packageVersionArn: string }
  | { readonly by: 'ALL' };

/** Removes executions of jobs. `statuses` are JobExecutionStatus; minAge counts from the last update. */
export interface JobExecutionCleanupConfig extends SweepConfig {
  readonly type: typeof IotSweepType.JOB_EXECUTION_CLEANUP;
  readonly jobs: JobSelectionConfig;
  /** Only jobs in one of these states. Absent: in any but DELETION_IN_PROGRESS. */
  readonly jobStatuses?: readonly JobStatus[];
  readonly force: boolean;
  readonly deleteJobs: boolean;
  readonly waitForDeletion: boolean;
  /** Jobs of this namespace, and no others. Absent: jobs without one, and no others. */
  readonly namespaceId?: string;
}

export const JOB_ID: StringRule = {
  what: 'the id of a job',
  min: 1,
  max: 64,
  pattern: /^[a-zA-Z0-9_-]+$/,
  allowed: 'letters, digits, "_" and "-"',
};
export const THING_NAME: StringRule = {
  what: 'the name of a thing',
  min: 1,
  max: 128,
  pattern: /^[a-zA-Z0-9:_-]+$/,
  allowed: 'letters, digits, ":", "_" and "-"',
};
export const NAMESPACE_ID: StringRule = { ...JOB_ID, what: 'the id of a namespace', max: 2048 };

export const checkJobId = (value: string): Problem => checkString(JOB_ID, value);
export const checkThingName = (value: string): Problem => checkString(THING_NAME, value);
export const checkNamespaceId = (value: string): Problem => checkString(NAMESPACE_ID, value);

/** Whether the fleet index can be asked for a package: its name is part of a field's path. */
export function checkPackageNameInIndex(packageName: string): Problem {
  return packageName.includes('.')
    ? `protectOnDevices needs a package name without dots, got ${quote(packageName)}: how a dot is written in a field of ` +
        'the fleet index is not documented'
    : undefined;
}

/** At most so many jobs may be in DELETION_IN_PROGRESS at once. */
export const MAX_JOBS_IN_DELETION = 10;
