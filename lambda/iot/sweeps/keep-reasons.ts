/** Why the sweeps over AWS IoT keep a candidate, beside the rules. */
export const VersionKept = {
  /** The package's default version. */
  DEFAULT: 'DEFAULT_VERSION',
  /** It was the default before a deployment moved the default: a rollback designates it again. */
  DEFAULT_PREDECESSOR: 'DEFAULT_PREDECESSOR',
  /** A stack owns it. */
  OWNED: 'OWNED',
  /** A job that is scheduled or in progress deploys it. */
  IN_ACTIVE_JOB: 'IN_ACTIVE_JOB',
  /** A device reports that it runs it. */
  ON_DEVICE: 'ON_DEVICE',
  /** The lifecycle does not allow it: a draft cannot be deprecated. */
  NO_TRANSITION: 'NO_TRANSITION',
  /** It is already deprecated. */
  DEPRECATED: 'ALREADY_DEPRECATED',
} as const;

export const ExecutionKept = {
  /** It is queued or in progress, and the cleanup does not have `force`. */
  NOT_TERMINAL: 'NOT_TERMINAL',
  /** It has changed its state meanwhile. */
  STATE_CHANGED: 'STATE_CHANGED',
} as const;

export const JobRemoved = {
  /** All its executions can be removed. */
  WHOLE_JOB: 'WHOLE_JOB',
} as const;
