// documented: API model; developer guide, "Jobs and job execution states"
// unverified: that TIMED_OUT is terminal for each operation: see deleteTimedOut
/** The states of a job's execution for one thing. */
export const EXECUTION_STATUSES = [
  'QUEUED',
  'IN_PROGRESS',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'REJECTED',
  'REMOVED',
  'CANCELED',
] as const;

export type JobExecutionStatus = (typeof EXECUTION_STATUSES)[number];

export const isTerminal = (status: JobExecutionStatus) => status !== 'QUEUED' && status !== 'IN_PROGRESS';
