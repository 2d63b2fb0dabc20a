import { Duration, Stack } from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import {
  IotSweepType,
  type JobExecutionCleanupConfig,
  NamespaceIdShape,
  TERMINAL_EXECUTION_STATUSES,
  checkExecutionPatterns,
} from '../../contract/iot';
import { optional } from '../../contract/shape';
import { FLAG, requireKinds, withMember } from '../core/arguments';
import { invalid, orNone, requireProps, validate } from '../core/validation';
import { SweepBase } from '../sweep/sweep';
import { type SweepOptions, type SweepRules, knownPatterns, sweepConfig } from '../sweep/sweep-rules';
import { SweepTrigger } from '../sweep/sweep-trigger';
import { JobExecutionStatus, JobStatus } from './enums';
import { type JobSelection } from './job-selection';
import { IotArtifactProvider } from './provider';
import { requireStatuses } from './statuses';
import { cleanupPermissions } from './sweep-permissions';

/** Properties of a `JobExecutionCleanup`. */
export interface JobExecutionCleanupProps extends SweepOptions {
  /** The jobs whose executions the cleanup removes. */
  readonly jobs: JobSelection;

  /**
   * Only jobs in one of these states.
   *
   * @default - all states
   */
  readonly jobStatuses?: JobStatus[];

  /**
   * Only executions in one of these states. `QUEUED` and `IN_PROGRESS` need `force`.
   *
   * @default - the final states; with `force`, all states
   */
  readonly statuses?: JobExecutionStatus[];

  /**
   * Whether to remove executions that have not ended, too. Queued ones are canceled first. Those in progress are
   * deleted while the device works: it can then neither report on its job nor look it up. Use it only for devices that
   * can recover from that.
   *
   * @default false
   */
  readonly force?: boolean;

  /**
   * Whether to delete a whole job if all of its executions can be removed: one call instead of one for each execution.
   *
   * @default false - jobs stay
   */
  readonly deleteJobs?: boolean;

  /**
   * Whether the cleanup waits until the jobs that it deletes are gone, which AWS IoT can take minutes for. Only with
   * `deleteJobs`.
   *
   * @default true
   */
  readonly waitForDeletion?: boolean;

  /**
   * The namespace of the jobs, such as that of AWS IoT Greengrass. The cleanup leaves alone jobs of other namespaces
   * and jobs without one.
   *
   * @default - only jobs without a namespace
   */
  readonly namespaceId?: string;

  /**
   * What is kept. `keepLatest` counts for each thing, over the selected jobs.
   *
   * @default - nothing is kept
   */
  readonly rules?: SweepRules;

  /**
   * When the cleanup runs. With an empty list, it runs only when you start its state machine.
   *
   * @default [SweepTrigger.onDestroy()]
   */
  readonly triggers?: SweepTrigger[];
}

/**
 * Removes executions of AWS IoT jobs, and with `deleteJobs` the jobs themselves, no matter who created them.
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import { Schedule } from 'aws-cdk-lib/aws-events';
 * import { JobExecutionCleanup, JobSelection, SweepTrigger } from 'cdk-versioned-artifacts';
 *
 * new JobExecutionCleanup(this, 'Cleanup', {
 *   jobs: JobSelection.byIdPrefix('ota-brake-'),
 *   rules: { minAge: Duration.days(30) },
 *   triggers: [SweepTrigger.onSchedule(Schedule.rate(Duration.days(1)))],
 * });
 */
export class JobExecutionCleanup extends SweepBase {
  constructor(scope: Construct, id: string, props: JobExecutionCleanupProps) {
    super(scope, id, { ...props, triggers: orNone(props).triggers ?? [SweepTrigger.onDestroy()] }, sweep => {
      const config = configOf(sweep, props);
      const provider = IotArtifactProvider.of(sweep);
      provider._allow(...cleanupPermissions(Stack.of(sweep), config));
      return { provider, config };
    });
  }
}

function configOf(sweep: IConstruct, props: JobExecutionCleanupProps): JobExecutionCleanupConfig {
  validateProps(sweep, props);
  const force = props.force ?? false;
  return {
    type: IotSweepType.JOB_EXECUTION_CLEANUP,
    ...sweepConfig(sweep, { kind: 'cleanup', ...props }),
    statuses: props.statuses ?? (force ? Object.values(JobExecutionStatus) : TERMINAL_EXECUTION_STATUSES),
    jobs: props.jobs._bind(sweep),
    jobStatuses: props.jobStatuses ?? undefined,
    force,
    deleteJobs: props.deleteJobs ?? false,
    waitForDeletion: props.waitForDeletion ?? true,
    namespaceId: props.namespaceId ?? undefined,
  };
}

function validateProps(sweep: IConstruct, props: JobExecutionCleanupProps): void {
  requireProps(sweep, props, 'jobs');
  requireKinds(sweep, props, {
    jobs: withMember('_bind', 'a JobSelection', "one such as JobSelection.byIdPrefix('ota-')"),
    force: FLAG,
    deleteJobs: FLAG,
    waitForDeletion: FLAG,
  });
  const { statuses, force, deleteJobs } = props;
  requireStatuses(sweep, { property: 'jobStatuses', statuses: props.jobStatuses, known: JobStatus });
  requireStatuses(sweep, { property: 'statuses', statuses, known: JobExecutionStatus });
  validate(sweep, optional(NamespaceIdShape), props.namespaceId);
  const active = statuses?.filter(status => !TERMINAL_EXECUTION_STATUSES.includes(status)) ?? [];
  if (active.length > 0 && !force) {
    throw invalid(
      sweep,
      `executions that have not ended are only removed with force, got statuses with ${active.join(' and ')}: ` +
        'leave them out, or set force: true',
    );
  }
  if (force && statuses && active.length === 0 && !deleteJobs) {
    throw invalid(
      sweep,
      'force is for executions in QUEUED or IN_PROGRESS, got statuses without either: name one, or leave force out',
    );
  }
  const problem = checkExecutionPatterns({
    include: knownPatterns(props.rules?.include),
    exclude: knownPatterns(props.rules?.exclude),
  });
  if (problem) throw invalid(sweep, problem);
  if (force && props.jobs._bind(sweep).by === 'ALL' && Object.entries(props.rules ?? {}).every(isNothing)) {
    throw invalid(
      sweep,
      'a cleanup of all jobs with force takes every execution of the account from its device, got no rule that keeps or ' +
        'limits anything: select jobs (JobSelection.byIdPrefix), leave force out, or set rules such as minAge or maxRemovals',
    );
  }
  if (props.waitForDeletion != null && !deleteJobs) {
    throw invalid(
      sweep,
      'waitForDeletion only takes effect if jobs are deleted, got no deleteJobs: set deleteJobs: true',
    );
  }
}

/** Whether a rule keeps or limits nothing. */
function isNothing([name, rule]: [string, unknown]): boolean {
  if (rule instanceof Duration) return !rule.isUnresolved() && rule.toMilliseconds() === 0;
  if (Array.isArray(rule)) return rule.length === 0 || (name === 'include' && rule.some(includesAll));
  return rule == null || rule === 0 || rule === false;
}

const includesAll = (pattern: unknown) => /^[*/]+$/.test(String(pattern));
