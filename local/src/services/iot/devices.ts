/** The devices: the things of the fleet, what they do with their jobs and what they report. */
// documented: developer guide, "Jobs and job execution states"
import { type JobExecutionStatus, isTerminal } from './execution-status';
import type { Fleet, ReportedPackage, Thing } from './fleet';
import type { JobExecution, JobStore } from './job-store';

/** What a device can report about an execution. */
export type ReportedStatus = Extract<JobExecutionStatus, 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'REJECTED'>;

export class Devices {
  constructor(
    private readonly fleet: Fleet,
    private readonly jobs: JobStore,
  ) {}

  /** Registers things in the given groups. A group exists after a thing was in it. */
  add(thingNames: string | readonly string[], options: { readonly groups?: readonly string[] } = {}): void {
    for (const name of [thingNames].flat()) {
      this.fleet.add(name);
      for (const group of options.groups ?? []) this.join(name, group);
    }
  }

  /** Deletes a thing. Its unfinished executions become REMOVED, and all its executions stay. */
  remove(thingName: string): void {
    const thing = this.fleet.thing(thingName);
    for (const group of [...thing.groups]) this.leave(thingName, group);
    this.jobs.withdraw(thing);
    thing.deleted = true;
  }

  /** Adds a thing to a group. Continuous jobs of the group then start for it. */
  join(thingName: string, group: string): void {
    const thing = this.fleet.thing(thingName);
    this.fleet.join(thing, group);
    this.jobs.regroup(thing, group);
  }

  /** Removes a thing from a group. Continuous jobs of the group end for it as REMOVED. */
  leave(thingName: string, group: string): void {
    const thing = this.fleet.thing(thingName);
    this.fleet.leave(thing, group);
    this.jobs.regroup(thing, group);
  }

  /** Reports the latest execution of a job on a thing. Throws if it has ended, as the service tells the device. */
  advance(
    thingName: string,
    jobId: string,
    status: ReportedStatus,
    statusDetails?: Readonly<Record<string, string>>,
  ): void {
    const execution = this.jobs.execution(jobId, thingName);
    if (isTerminal(execution.status)) {
      throw new Error(`${thingName} cannot report ${status} of ${jobId}: the execution is ${execution.status}`);
    }
    this.report(execution, status, statusDetails);
  }

  /**
   * Begins the next job that a thing has, or goes on with the one that it has begun. `undefined` where it has none.
   * documented: API reference, StartNextPendingJobExecution
   */
  startNext(thingName: string, statusDetails?: Readonly<Record<string, string>>): JobExecution | undefined {
    const executions = [...this.jobs.settled(this.fleet.thing(thingName).executions).values()];
    const begun = executions.find(({ status }) => status === 'IN_PROGRESS');
    const next = begun ?? executions.find(({ status }) => status === 'QUEUED');
    if (next && !begun) this.report(next, 'IN_PROGRESS', statusDetails);
    return next;
  }

  /**
   * Reports all executions of a job that have not ended. `status` can choose by thing; undefined leaves an execution
   * alone.
   */
  advanceAll(jobId: string, status: ReportedStatus | ((thingName: string) => ReportedStatus | undefined)): void {
    const open = [...this.jobs.job(jobId).executions.values()].filter(execution => !isTerminal(execution.status));
    for (const execution of open) {
      const reported = typeof status === 'function' ? status(execution.thing.name) : status;
      if (reported) this.report(execution, reported);
    }
  }

  /** Writes the installed version of a package into the thing's shadow `$package`; undefined removes the package. */
  reportPackage(thingName: string, packageName: string, reported: ReportedPackage | undefined): void {
    setPackage(this.fleet.thing(thingName), packageName, reported);
  }

  private report(execution: JobExecution, status: ReportedStatus, statusDetails = execution.statusDetails): void {
    execution.statusDetails = statusDetails;
    this.jobs.move(execution, status);
  }
}

export function setPackage(thing: Thing, packageName: string, reported: ReportedPackage | undefined): void {
  if (reported) thing.packages.set(packageName, reported);
  else thing.packages.delete(packageName);
}
