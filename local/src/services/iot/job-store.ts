/** Jobs and their executions: state machines that calls, devices and time move. */
// documented: developer guide, "Jobs and job execution states", "How job configurations work" and job-limits
import { Listing } from '../../core/paging';
import type { World } from '../../core/service';
import type { Input } from '../../core/shape';
import type { JobBehavior } from './behavior';
import type { JOBS } from './constraints';
import { notFound } from './errors';
import { type JobExecutionStatus, isTerminal } from './execution-status';
import type { Fleet, Thing } from './fleet';
import type { ResolvedJob } from './job-substitution';

export type JobStatus = 'SCHEDULED' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELED' | 'DELETION_IN_PROGRESS';

export type JobSettings = Omit<Input<typeof JOBS.CreateJob>, 'jobId' | 'targets' | 'tags'>;

export interface Job {
  readonly id: string;
  readonly arn: string;
  readonly targets: Set<string>;
  readonly createdAt: number;
  readonly executions: Listing<JobExecution>;
  /** What the job deploys and its document, with `$default` and placeholders resolved. */
  readonly resolved: ResolvedJob;
  readonly counts: Record<JobExecutionStatus, number>;
  readonly startsAt?: number;
  readonly endsAt?: number;
  settings: JobSettings;
  status: JobStatus;
  updatedAt: number;
  completedAt?: number;
  forceCanceled?: boolean;
  reasonCode?: string;
  comment?: string;
  /** Whether the rollout of executions has ended. */
  ended: boolean;
  /** The executions that are still to cancel, one after the other. */
  cancelation?: { readonly force: boolean; readonly rest: Iterator<JobExecution>; next: number };
  /** When its deletion is complete. */
  goneAt?: number;
}

export interface JobExecution {
  readonly job: Job;
  readonly thing: Thing;
  readonly number: number;
  readonly retryAttempt: number;
  readonly queuedAt: number;
  status: JobExecutionStatus;
  startedAt?: number;
  updatedAt: number;
  versionNumber: number;
  forceCanceled?: boolean;
  statusDetails?: Readonly<Record<string, string>>;
}

const openExecutions = ({ counts }: Job) => counts.QUEUED + counts.IN_PROGRESS;

function latest(executions: Listing<JobExecution> | undefined, jobId: string): JobExecution | undefined {
  return [...(executions?.values() ?? [])].filter(({ job }) => job.id === jobId).at(-1);
}

const hasOpenExecution = (thing: Thing, job: Job) =>
  [...thing.executions.values()].some(execution => execution.job === job && !isTerminal(execution.status));

const MINUTE = 60_000;

/** The listeners to the results of jobs. */
export interface JobListener {
  succeeded(execution: JobExecution): void;
  gone(job: Job): void;
}

export class JobStore {
  private readonly jobs = new Listing<Job>();
  /** The jobs that time moves. */
  private readonly timed = new Set<Job>();
  /** The highest number of a job's executions on a thing, if numbers are not used again. */
  private readonly given = new WeakMap<Job, Map<Thing, number>>();

  constructor(
    private readonly world: World,
    private readonly fleet: Fleet,
    private readonly behavior: JobBehavior,
    private readonly told: JobListener,
  ) {}

  /** All jobs in their current state. */
  get all(): Listing<Job> {
    this.settle();
    return this.jobs;
  }

  /** A list of executions in its current state. */
  settled(executions: Listing<JobExecution>): Listing<JobExecution> {
    this.settle();
    return executions;
  }

  job(id: string): Job {
    const found = this.all.get(id);
    if (!found) throw notFound(`Job ${id} cannot be found.`);
    return found;
  }

  /** The latest execution of a job on a thing, or the one with the given number. */
  execution(jobId: string, thingName: string, number?: number): JobExecution {
    this.settle();
    const executions = this.fleet.things.get(thingName)?.executions;
    const found = number === undefined ? latest(executions, jobId) : executions?.get(`${jobId}#${number}`);
    if (!found) throw notFound(`Job execution of job ${jobId} on thing ${thingName} cannot be found.`);
    return found;
  }

  add(job: Job): void {
    this.jobs.add(job.id, job);
    this.timed.add(job);
    if (job.status === 'IN_PROGRESS') this.rollOut(job, this.now());
    this.settle();
  }

  /** Starts a rollout to new targets of the job. */
  addTargets(job: Job, targets: readonly string[]): void {
    for (const target of targets) job.targets.add(target);
    this.touch(job, this.now());
    this.rollOut(job, this.now());
  }

  /** Cancels a job at once, and its executions gradually. documented: API reference, CancelJob */
  cancel(job: Job, { force, at = this.now() }: { readonly force: boolean; readonly at?: number }): void {
    job.status = 'CANCELED';
    job.forceCanceled = force;
    job.ended = true;
    job.completedAt = at;
    this.touch(job, at);
    job.cancelation = { force, rest: job.executions.values(), next: at + this.cancelationPause() };
    this.timed.add(job);
  }

  // documented: API reference, DeleteJob
  delete(job: Job): void {
    job.status = 'DELETION_IN_PROGRESS';
    job.ended = true;
    job.goneAt = this.now() + this.behavior.jobDeletionTime(job.executions.size);
    this.touch(job, this.now());
    this.timed.add(job);
  }

  /** Opens or closes a maintenance window of a job, which moves between IN_PROGRESS and SCHEDULED. */
  setWindow(job: Job, window: 'open' | 'closed'): void {
    if (job.ended) return;
    job.status = window === 'open' ? 'IN_PROGRESS' : 'SCHEDULED';
    this.touch(job, this.now());
    if (window === 'open') this.rollOut(job, this.now());
  }

  /** Moves an execution, retries it if its job says so, and completes the job after the last one. */
  move(execution: JobExecution, status: JobExecutionStatus, at = this.now()): void {
    const { job } = execution;
    job.counts[execution.status]--;
    job.counts[status]++;
    execution.status = status;
    execution.updatedAt = at;
    execution.versionNumber++;
    if (status === 'IN_PROGRESS') execution.startedAt ??= at;
    if (status === 'SUCCEEDED') this.told.succeeded(execution);
    if (this.mayRetry(execution)) this.queue(job, execution.thing, at, execution.retryAttempt + 1);
    this.complete(job, at);
  }

  remove(execution: JobExecution): void {
    const { job, thing, number } = execution;
    job.counts[execution.status]--;
    job.executions.delete(`${thing.name}#${number}`);
    thing.executions.delete(`${job.id}#${number}`);
    this.complete(job, this.now());
  }

  /** Handles that a thing joins or leaves a group. */
  regroup(thing: Thing, group: string): void {
    for (const job of this.all.values()) {
      const concerned = job.settings.targetSelection === 'CONTINUOUS' && job.status === 'IN_PROGRESS' && !job.ended;
      if (!concerned || ![...job.targets].some(target => target.endsWith(`:thinggroup/${group}`))) continue;
      if (!thing.groups.has(group)) this.withdraw(thing, job);
      else if (!hasOpenExecution(thing, job)) this.queue(job, thing, this.now(), 0);
    }
  }

  /** Ends the unfinished executions of a thing that is no longer a target. */
  withdraw(thing: Thing, job?: Job): void {
    for (const execution of thing.executions.values()) {
      if ((!job || execution.job === job) && !isTerminal(execution.status)) this.move(execution, 'REMOVED');
    }
  }

  private now(): number {
    return this.world.clock.now();
  }

  private touch(job: Job, at: number): void {
    job.updatedAt = at;
  }

  private settle(): void {
    const now = this.now();
    for (const job of this.timed) this.settleJob(job, now);
  }

  private settleJob(job: Job, now: number): void {
    if (job.status === 'SCHEDULED' && job.startsAt !== undefined && now >= job.startsAt) {
      job.status = 'IN_PROGRESS';
      this.touch(job, job.startsAt);
      this.rollOut(job, job.startsAt);
    }
    this.timeOut(job, now);
    if (job.endsAt !== undefined && now >= job.endsAt && !job.ended) this.end(job, job.endsAt);
    this.cancelExecutions(job, now);
    if (job.goneAt !== undefined && now >= job.goneAt) this.forget(job);
    if (!this.isTimed(job)) this.timed.delete(job);
  }

  private isTimed(job: Job): boolean {
    if (!this.jobs.get(job.id)) return false;
    if (job.cancelation || job.goneAt !== undefined) return true;
    if (job.settings.timeoutConfig && (!job.ended || openExecutions(job) > 0)) return true;
    return !job.ended && (job.status === 'SCHEDULED' || job.endsAt !== undefined);
  }

  private rollOut(job: Job, at: number): void {
    const reached = new Set([...job.executions.values()].map(({ thing }) => thing));
    for (const target of job.targets) {
      for (const thing of this.fleet.target(target)) {
        if (reached.has(thing)) continue;
        reached.add(thing);
        this.queue(job, thing, at, 0);
      }
    }
    this.complete(job, at);
  }

  private queue(job: Job, thing: Thing, at: number, retryAttempt: number): void {
    const times = { queuedAt: at, updatedAt: at };
    const number = this.nextNumber(job, thing);
    const queued: JobExecution = { job, thing, number, retryAttempt, ...times, status: 'QUEUED', versionNumber: 1 };
    job.executions.add(`${thing.name}#${number}`, queued);
    thing.executions.add(`${job.id}#${number}`, queued);
    job.counts.QUEUED++;
  }

  /** One more than the highest number that the thing still has, or has ever had, for the job. */
  private nextNumber(job: Job, thing: Thing): number {
    // captured: ministack, for numbers that begin at 1 for each job and thing, and count up with a retry
    const { firstExecutionNumber: first, numbersOfDeleted } = this.behavior;
    const taken = [...thing.executions.values()].filter(execution => execution.job === job);
    const next = taken.reduce((highest, { number }) => Math.max(highest, number + 1), first);
    if (numbersOfDeleted === 'reused') return next;
    const given = this.given.get(job) ?? new Map<Thing, number>();
    const number = Math.max(next, (given.get(thing) ?? 0) + 1);
    this.given.set(job, given.set(thing, number));
    return number;
  }

  private mayRetry({ job, status, retryAttempt }: JobExecution): boolean {
    if (job.ended || (status !== 'FAILED' && status !== 'TIMED_OUT')) return false;
    return !!job.settings.jobExecutionsRetryConfig?.criteriaList.some(
      ({ failureType, numberOfRetries }) =>
        (failureType === 'ALL' || failureType === status) && retryAttempt < numberOfRetries,
    );
  }

  private timeOut(job: Job, now: number): void {
    const minutes = job.settings.timeoutConfig?.inProgressTimeoutInMinutes;
    if (minutes === undefined || job.counts.IN_PROGRESS === 0) return;
    for (const execution of job.executions.values()) {
      const at = (execution.startedAt ?? Infinity) + minutes * MINUTE;
      if (execution.status === 'IN_PROGRESS' && now >= at) this.move(execution, 'TIMED_OUT', at);
    }
  }

  private end(job: Job, at: number): void {
    const behavior = job.settings.schedulingConfig?.endBehavior;
    // unverified: that a job that ends during its cancellation is CANCELED afterwards.
    if (behavior === 'CANCEL' || behavior === 'FORCE_CANCEL')
      return this.cancel(job, { force: behavior === 'FORCE_CANCEL', at });
    job.ended = true;
    this.complete(job, at);
  }

  private cancelExecutions(job: Job, now: number): void {
    const { cancelation } = job;
    while (cancelation && job.cancelation && now >= cancelation.next) {
      const { value: execution, done } = cancelation.rest.next();
      if (done) job.cancelation = undefined;
      else if (execution.status === 'QUEUED' || (cancelation.force && execution.status === 'IN_PROGRESS')) {
        execution.forceCanceled = cancelation.force;
        this.move(execution, 'CANCELED', cancelation.next);
        cancelation.next += this.cancelationPause();
      }
    }
  }

  private cancelationPause(): number {
    return MINUTE / this.behavior.executionsCanceledPerMinute;
  }

  /** A continuous job never ends, unless its schedule has an end. */
  private complete(job: Job, at: number): void {
    const runs = job.status === 'IN_PROGRESS' || (job.status === 'SCHEDULED' && job.ended);
    const hasEnd = job.settings.targetSelection !== 'CONTINUOUS' || job.ended;
    if (!runs || !hasEnd || openExecutions(job) > 0) return;
    job.status = 'COMPLETED';
    job.ended = true;
    job.completedAt = at;
    this.touch(job, at);
  }

  private forget(job: Job): void {
    for (const { thing, number } of job.executions.values()) thing.executions.delete(`${job.id}#${number}`);
    this.jobs.delete(job.id);
    this.told.gone(job);
  }
}
