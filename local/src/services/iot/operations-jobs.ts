/** Operations on jobs. */
// documented: API reference of each operation; authorization reference
import { checked } from '../../core/checked';
import { Listing } from '../../core/paging';
import { type Needed, type Operations, type World } from '../../core/service';
import type { Input } from '../../core/shape';
import { date } from '../../core/time';
import type { JobBehavior } from './behavior';
import type { Catalog } from './catalog';
import { JOBS } from './constraints';
import { alreadyExists, invalidRequest, invalidStateTransition, limitExceeded, notFound } from './errors';
import { EXECUTION_STATUSES } from './execution-status';
import { type Fleet, thingGroupArn } from './fleet';
import type { Job, JobSettings, JobStore } from './job-store';
import { resolveJob } from './job-substitution';
import type { TagStore } from './operations-tags';
import { readSchedule } from './schedule';

/** The context that the operations of jobs and executions share. */
export interface JobContext {
  readonly jobs: JobStore;
  readonly fleet: Fleet;
  readonly catalog: Catalog;
  readonly tags: TagStore;
  readonly behavior: JobBehavior;
}

export const jobArn = (world: World, id = '*') => world.arn('iot', `job/${id}`);

// documented: developer guide, job-limits
const MAX_TARGETS = 100;
const MAX_DELETIONS = 10;

export function jobOperations(context: JobContext): Operations {
  const { jobs, fleet, catalog, tags, behavior } = context;
  const onTargets = (action: string, targets: readonly string[] = []): Needed[] =>
    targets.map(resource => ({ action: `iot:${action}`, resource, context: tags.context(resource) }));

  return {
    CreateJob: checked(invalidRequest, {
      members: JOBS.CreateJob,
      needs: (input, world) => {
        const requested = Object.fromEntries((input.tags ?? []).map(({ Key, Value }) => [Key, Value ?? '']));
        const resource = jobArn(world, input.jobId);
        const role = input.presignedUrlConfig?.roleArn;
        return [
          { action: 'iot:CreateJob', resource, context: tags.context(resource, requested) },
          ...onTargets('CreateJob', input.targets),
          ...(role ? [{ action: 'iam:PassRole', resource: role }] : []),
        ];
      },
      run({ jobId, targets, tags: requested = [], ...settings }, { world }) {
        const arn = jobArn(world, jobId);
        if (jobs.all.get(jobId)) throw alreadyExists(`Job ${jobId} already exists`, jobId, arn);
        checkDocument(settings);
        checkDestinations(catalog, settings.destinationPackageVersions);
        checkTargets(fleet, targets);
        const now = world.clock.now();
        const schedule = readSchedule(settings.schedulingConfig, now);
        jobs.add({
          id: jobId,
          arn,
          targets: new Set(targets),
          settings: { targetSelection: 'SNAPSHOT', ...settings },
          resolved: resolveJob(catalog, settings),
          status: schedule.later ? 'SCHEDULED' : 'IN_PROGRESS',
          startsAt: schedule.startsAt,
          endsAt: schedule.endsAt,
          ended: false,
          createdAt: now,
          updatedAt: now,
          executions: new Listing(),
          counts: noExecutions(),
        });
        tags.register(arn, Object.fromEntries(requested.map(({ Key, Value }) => [Key, Value ?? ''])));
        return { jobArn: arn, jobId, description: settings.description };
      },
    }),

    DescribeJob: checked(invalidRequest, {
      members: JOBS.DescribeJob,
      run({ jobId, beforeSubstitution = false }) {
        const job = jobs.job(jobId);
        const { destinationPackageVersions } = beforeSubstitution ? job.settings : job.resolved;
        return {
          documentSource: job.settings.documentSource,
          job: { ...describe(job), destinationPackageVersions },
        };
      },
    }),

    GetJobDocument: checked(invalidRequest, {
      members: JOBS.GetJobDocument,
      // a documentSource is not read.
      run({ jobId, beforeSubstitution = false }) {
        const { settings, resolved } = jobs.job(jobId);
        return { document: beforeSubstitution ? settings.document : resolved.document };
      },
    }),

    UpdateJob: checked(invalidRequest, {
      members: JOBS.UpdateJob,
      run({ jobId, namespaceId, ...settings }, { world }) {
        const job = inNamespace(jobs.job(jobId), namespaceId);
        job.settings = { ...job.settings, ...settings };
        job.updatedAt = world.clock.now();
      },
    }),

    CancelJob: checked(invalidRequest, {
      members: JOBS.CancelJob,
      run({ jobId, reasonCode, comment, force = false }) {
        const job = jobs.job(jobId);
        // unverified: the error; the operation declares no InvalidStateTransitionException.
        if (job.ended) throw invalidRequest(`Job ${jobId} is ${job.status} and cannot be canceled`);
        job.reasonCode = reasonCode;
        job.comment = comment;
        jobs.cancel(job, { force });
        return { jobArn: job.arn, jobId, description: job.settings.description };
      },
    }),

    DeleteJob: checked(invalidRequest, {
      members: JOBS.DeleteJob,
      run({ jobId, force = false, namespaceId }) {
        const job = inNamespace(jobs.job(jobId), namespaceId);
        if (job.status === 'DELETION_IN_PROGRESS')
          throw invalidStateTransition(`Job ${jobId} is being deleted already`);
        if (!force && !mayBeDeleted(job, behavior)) {
          throw invalidStateTransition(`Job ${jobId} is ${job.status} and can only be deleted with force`);
        }
        const deletions = [...jobs.all.values()].filter(({ status }) => status === 'DELETION_IN_PROGRESS').length;
        // documented: developer guide, job-limits
        if (deletions >= MAX_DELETIONS) throw limitExceeded(`${MAX_DELETIONS} jobs are being deleted already`);
        jobs.delete(job);
      },
    }),

    ListJobs: checked(invalidRequest, {
      members: JOBS.ListJobs,
      run(input, { world }) {
        const { maxResults, nextToken, ...filter } = input;
        if (filter.thingGroupName) fleet.group(filter.thingGroupName);
        const page = jobs.all.page(
          { maxResults, nextToken },
          {
            scope: `jobs ${JSON.stringify(filter)}`,
            pageSize: 250,
            matches: job => matches(job, filter, world),
            badToken: invalidRequest,
          },
        );
        return { jobs: page.items.map(summary), nextToken: page.nextToken };
      },
    }),

    AssociateTargetsWithJob: checked(invalidRequest, {
      members: JOBS.AssociateTargetsWithJob,
      needs: (input, world) => [
        ...onTargets('AssociateTargetsWithJob', [jobArn(world, input.jobId), ...(input.targets ?? [])]),
      ],
      run({ jobId, targets, comment, namespaceId }) {
        const job = inNamespace(jobs.job(jobId), namespaceId);
        if (job.settings.targetSelection !== 'CONTINUOUS' || job.status !== 'IN_PROGRESS') {
          throw invalidRequest(`Job ${jobId} must be CONTINUOUS and IN_PROGRESS`);
        }
        checkTargets(fleet, [...new Set([...job.targets, ...targets])]);
        job.comment = comment ?? job.comment;
        jobs.addTargets(job, targets);
        return { jobArn: job.arn, jobId, description: job.settings.description };
      },
    }),
  };
}

/** unverified: that a filter by another namespace hides the job, and that no filter shows every job. */
export function inNamespace(job: Job, namespaceId: string | undefined): Job {
  if (namespaceId !== undefined && job.settings.namespaceId !== namespaceId) {
    throw notFound(`Job ${job.id} cannot be found in namespace ${namespaceId}.`);
  }
  return job;
}

function mayBeDeleted(job: Job, behavior: JobBehavior): boolean {
  const isOver = job.status === 'COMPLETED' || job.status === 'CANCELED';
  return isOver && (behavior.deleteJobWithExecutions === 'free' || job.executions.size === 0);
}

/** unverified: the errors for both and for neither. */
function checkDocument({ document, documentSource, jobTemplateArn }: JobSettings): void {
  if (jobTemplateArn) throw notFound(`Job template ${jobTemplateArn} not found: the local AWS has none`);
  if (document === undefined && documentSource === undefined) {
    throw invalidRequest('Either document or documentSource is required');
  }
  if (document !== undefined && documentSource !== undefined) {
    throw invalidRequest('document and documentSource cannot be used together');
  }
}

/** unverified: the errors. */
function checkDestinations(catalog: Catalog, arns: readonly string[] = []): void {
  for (const arn of arns) {
    const version = catalog.findVersion(arn);
    if (!version) throw notFound(`Package version ${arn} not found`);
    if (version.status === 'DRAFT') throw invalidRequest(`${arn} is a draft and cannot be deployed`);
  }
}

function checkTargets(fleet: Fleet, targets: readonly string[]): void {
  for (const target of targets) fleet.target(target);
  // documented: developer guide, job-limits
  if (targets.length > MAX_TARGETS) throw limitExceeded(`A job can have at most ${MAX_TARGETS} targets`);
}

type Filter = Omit<Input<typeof JOBS.ListJobs>, 'maxResults' | 'nextToken'>;

function matches(job: Job, filter: Filter, world: World): boolean {
  const { status, targetSelection, thingGroupName, thingGroupId, namespaceId } = filter;
  const group = thingGroupName ?? thingGroupId;
  // captured: public report, aws-cli issue 8924: the filter by group leaves out the scheduled jobs.
  if (group && (job.status === 'SCHEDULED' || !job.targets.has(thingGroupArn(world, group)))) return false;
  return (
    (status === undefined || job.status === status) &&
    (targetSelection === undefined || job.settings.targetSelection === targetSelection) &&
    (namespaceId === undefined || job.settings.namespaceId === namespaceId)
  );
}

/** The list shows less than DescribeJob: no namespace and no package versions. */
function summary(job: Job) {
  return {
    jobArn: job.arn,
    jobId: job.id,
    targetSelection: job.settings.targetSelection,
    status: job.status,
    createdAt: date(job.createdAt),
    lastUpdatedAt: date(job.updatedAt),
    completedAt: date(job.completedAt),
    isConcurrent: job.cancelation !== undefined,
  };
}

function describe(job: Job) {
  const { document: _, documentSource: __, ...settings } = job.settings;
  return {
    ...settings,
    ...summary(job),
    targets: [...job.targets],
    forceCanceled: job.forceCanceled,
    reasonCode: job.reasonCode,
    comment: job.comment,
    // unverified: whether a retried thing counts once, or with each of its executions, as here.
    jobProcessDetails: {
      numberOfCanceledThings: job.counts.CANCELED,
      numberOfSucceededThings: job.counts.SUCCEEDED,
      numberOfFailedThings: job.counts.FAILED,
      numberOfRejectedThings: job.counts.REJECTED,
      numberOfQueuedThings: job.counts.QUEUED,
      numberOfInProgressThings: job.counts.IN_PROGRESS,
      numberOfRemovedThings: job.counts.REMOVED,
      numberOfTimedOutThings: job.counts.TIMED_OUT,
    },
  };
}

const noExecutions = () => Object.fromEntries(EXECUTION_STATUSES.map(status => [status, 0])) as Job['counts'];
