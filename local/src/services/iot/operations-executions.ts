/** Operations on job executions. */
// documented: API reference of each operation; authorization reference
import { checked } from '../../core/checked';
import { Listing } from '../../core/paging';
import { type Operations } from '../../core/service';
import { date } from '../../core/time';
import type { JobBehavior } from './behavior';
import { EXECUTIONS } from './constraints';
import { invalidRequest, invalidStateTransition, notFound, versionConflict } from './errors';
import { isTerminal } from './execution-status';
import type { JobExecution } from './job-store';
import { type JobContext, inNamespace } from './operations-jobs';

export function jobExecutionOperations({ jobs, fleet, behavior }: JobContext): Operations {
  return {
    DescribeJobExecution: checked(invalidRequest, {
      members: EXECUTIONS.DescribeJobExecution,
      // unverified: which of the two resources is needed; the authorization reference says that both are optional.
      run({ jobId, thingName, executionNumber }, { world }) {
        // unverified: that the latest one is used if there is no number.
        return { execution: describe(jobs.execution(jobId, thingName, executionNumber), world.clock.now()) };
      },
    }),

    CancelJobExecution: checked(invalidRequest, {
      members: EXECUTIONS.CancelJobExecution,
      run({ jobId, thingName, force = false, expectedVersion, statusDetails }) {
        const execution = jobs.execution(jobId, thingName);
        if (expectedVersion !== undefined && expectedVersion !== execution.versionNumber) {
          throw versionConflict(`The execution has version ${execution.versionNumber}, not ${expectedVersion}`);
        }
        if (isTerminal(execution.status) || (execution.status === 'IN_PROGRESS' && !force)) {
          throw invalidStateTransition(`Job execution is ${execution.status} and cannot be canceled`);
        }
        execution.forceCanceled = force;
        execution.statusDetails = statusDetails ?? execution.statusDetails;
        jobs.move(execution, 'CANCELED');
      },
    }),

    DeleteJobExecution: checked(invalidRequest, {
      members: EXECUTIONS.DeleteJobExecution,
      run({ jobId, thingName, executionNumber, force = false, namespaceId }) {
        const execution = jobs.execution(jobId, thingName, executionNumber);
        inNamespace(execution.job, namespaceId);
        if (!mayBeDeleted(execution, { force }, behavior)) {
          throw invalidStateTransition(`Job execution is ${execution.status} and cannot be deleted`);
        }
        jobs.remove(execution);
      },
    }),

    ListJobExecutionsForJob: checked(invalidRequest, {
      members: EXECUTIONS.ListJobExecutionsForJob,
      run({ jobId, status, ...request }) {
        const page = jobs.job(jobId).executions.page(request, {
          scope: `executions of job ${jobId} ${status ?? ''}`,
          pageSize: 250,
          matches: execution => status === undefined || execution.status === status,
          badToken: invalidRequest,
        });
        return {
          executionSummaries: page.items.map(execution => ({
            thingArn: execution.thing.arn,
            jobExecutionSummary: summary(execution),
          })),
          nextToken: page.nextToken,
        };
      },
    }),

    ListJobExecutionsForThing: checked(invalidRequest, {
      members: EXECUTIONS.ListJobExecutionsForThing,
      run({ thingName, status, jobId, namespaceId, ...request }) {
        const thing = fleet.things.get(thingName);
        if (!thing && behavior.executionsOfMissingThing === 'not-found') throw notFound(`Thing ${thingName} not found`);
        const isHidden = !thing || (thing.deleted && behavior.executionsOfDeletedThing === 'empty');
        const page = jobs.settled(isHidden ? new Listing() : thing.executions).page(request, {
          scope: `executions of thing ${thingName} ${status ?? ''} ${jobId ?? ''} ${namespaceId ?? ''}`,
          pageSize: 250,
          matches: execution =>
            (status === undefined || execution.status === status) &&
            (jobId === undefined || execution.job.id === jobId) &&
            (namespaceId === undefined || execution.job.settings.namespaceId === namespaceId),
          badToken: invalidRequest,
        });
        return {
          executionSummaries: page.items.map(execution => ({
            jobId: execution.job.id,
            jobExecutionSummary: summary(execution),
          })),
          nextToken: page.nextToken,
        };
      },
    }),
  };
}

function mayBeDeleted(
  { status }: JobExecution,
  { force }: { readonly force: boolean },
  behavior: JobBehavior,
): boolean {
  if (status === 'QUEUED') return force && behavior.forcedDeleteOfQueued === 'allowed';
  if (status === 'TIMED_OUT') return force || behavior.deleteTimedOut === 'free';
  return force || isTerminal(status);
}

function summary(execution: JobExecution) {
  return {
    status: execution.status,
    queuedAt: date(execution.queuedAt),
    startedAt: date(execution.startedAt),
    lastUpdatedAt: date(execution.updatedAt),
    executionNumber: execution.number,
    retryAttempt: execution.retryAttempt,
  };
}

function describe(execution: JobExecution, now: number) {
  const { retryAttempt: _, ...rest } = summary(execution);
  return {
    ...rest,
    jobId: execution.job.id,
    thingArn: execution.thing.arn,
    forceCanceled: execution.forceCanceled,
    statusDetails: execution.statusDetails && { detailsMap: execution.statusDetails },
    versionNumber: execution.versionNumber,
    approximateSecondsBeforeTimedOut: secondsLeft(execution, now),
  };
}

function secondsLeft({ status, startedAt, job }: JobExecution, now: number): number | undefined {
  const minutes = job.settings.timeoutConfig?.inProgressTimeoutInMinutes;
  if (status !== 'IN_PROGRESS' || startedAt === undefined || minutes === undefined) return undefined;
  return Math.max(0, Math.round(minutes * 60 - (now - startedAt) / 1000));
}
