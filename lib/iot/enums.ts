/** The state that a package version must have. A version never returns to draft. */
export enum PackageVersionStatus {
  /** All of its properties can change. No job can deploy it, and it cannot be the default. */
  DRAFT = 'DRAFT',

  /** Jobs can deploy it. Its attributes and its artifact are frozen. */
  PUBLISHED = 'PUBLISHED',

  /** Superseded. Jobs can still deploy it, and it can be published again. */
  DEPRECATED = 'DEPRECATED',
}

/** What a retention does with a version that it does not keep. */
export enum RetentionAction {
  /** It is deleted. */
  DELETE = 'DELETE',

  /** It is deprecated. A draft stays: AWS IoT deprecates only what is published. */
  DEPRECATE = 'DEPRECATE',
}

/** The state of a job. A job that is being deleted is never selected. */
export enum JobStatus {
  /** It has not begun. */
  SCHEDULED = 'SCHEDULED',

  /** AWS IoT tells devices of it. A continuous job without an end stays in this state. */
  IN_PROGRESS = 'IN_PROGRESS',

  /** All of its executions have ended. */
  COMPLETED = 'COMPLETED',

  /** Somebody has canceled it. */
  CANCELED = 'CANCELED',
}

/** The state of a job's execution for one thing. All but `QUEUED` and `IN_PROGRESS` are final. */
export enum JobExecutionStatus {
  /** The device has not begun. */
  QUEUED = 'QUEUED',

  /** The device has begun. */
  IN_PROGRESS = 'IN_PROGRESS',

  /** The device has reported success. */
  SUCCEEDED = 'SUCCEEDED',

  /** The device has reported a failure. */
  FAILED = 'FAILED',

  /** The device has not reported in time. */
  TIMED_OUT = 'TIMED_OUT',

  /** The device has refused. */
  REJECTED = 'REJECTED',

  /** The thing has left the job's targets, or is gone. */
  REMOVED = 'REMOVED',

  /** Somebody has canceled it. */
  CANCELED = 'CANCELED',
}
