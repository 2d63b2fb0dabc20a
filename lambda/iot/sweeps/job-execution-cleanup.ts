import { type IoTClient } from '@aws-sdk/client-iot';
import {
  type JobExecutionCleanupConfig,
  JobIdShape,
  NamespaceIdShape,
  ThingNameShape,
  checkExecutionPatterns,
} from '../../../contract/iot';
import { list, optional, problems } from '../../../contract/shape';
import { checkRequestsPerSecond, checkRules } from '../../../contract/sweep';
import { rejectProblems } from '../../runtime/messages';
import { type Guard, pacedBy } from '../../sweep/pace';
import { Plan } from '../../sweep/plan';
import { type Each, type End, type Page, type SourceTools, type SweepKind, type SweepSource } from '../../sweep/source';
import { IotGateway } from '../gateway';
import { ExecutionRemoval } from './execution-removal';
import {
  type CleanupCandidate,
  type JobExecution,
  ThingExecutions,
  executionsPerPage,
  heldBack,
  isExecution,
} from './executions';
import { JobDeletion } from './job-deletion';
import { JobListing } from './job-listing';
import { SelectedJobs } from './selected-jobs';
import { ThingListing } from './thing-listing';
import { WholeJob } from './whole-job';

/** `Custom::IoTJobExecutionCleanup` */
export class JobExecutionCleanup implements SweepKind<JobExecutionCleanupConfig, CleanupCandidate> {
  constructor(private readonly iot: IoTClient) {}

  validate({ jobs, rules, requestsPerSecond, namespaceId }: JobExecutionCleanupConfig): void {
    rejectProblems(
      checkRules(rules, 'cleanup'),
      checkExecutionPatterns(rules),
      checkRequestsPerSecond(requestsPerSecond),
      ...problemsOf(jobs),
      ...problems(optional(NamespaceIdShape), namespaceId),
    );
  }

  source(config: JobExecutionCleanupConfig, tools: SourceTools): SweepSource<CleanupCandidate> {
    return new JobExecutions(config, new IotGateway(pacedBy(tools.paces, this.iot)), tools);
  }
}

function problemsOf(jobs: JobExecutionCleanupConfig['jobs']): string[] {
  switch (jobs.by) {
    case 'IDS':
      return problems(list(JobIdShape), jobs.jobIds);
    case 'ID_PREFIX':
      return problems(JobIdShape, jobs.prefix);
    case 'THING':
      return problems(ThingNameShape, jobs.thingName);
    default:
      return [];
  }
}

class JobExecutions implements SweepSource<CleanupCandidate>, Each<CleanupCandidate> {
  readonly removal = this;
  readonly settled: (() => Promise<boolean>) | undefined;
  private readonly listing: { list(pageToken: string | undefined): Promise<Page<CleanupCandidate>> };
  private readonly things: ThingExecutions;
  private readonly executions: ExecutionRemoval;
  private readonly wholeJobs: JobDeletion;

  constructor(
    private readonly config: JobExecutionCleanupConfig,
    gateway: IotGateway,
    tools: SourceTools,
  ) {
    const { jobs: selection, namespaceId, deleteJobs, waitForDeletion } = config;
    const jobs = new SelectedJobs(config, gateway);
    this.things = new ThingExecutions(namespaceId, jobs, gateway, tools.clock);
    const plan = new Plan<JobExecution>(config, tools.startedAt);
    this.executions = new ExecutionRemoval(config, plan, this.things, { ...tools, gateway });
    const whole = deleteJobs ? new WholeJob(config, plan, this.things, { ...tools, gateway }) : undefined;
    this.wholeJobs = new JobDeletion(config, jobs, whole, { ...tools, gateway });
    const most = executionsPerPage(config);
    this.listing =
      selection.by === 'THING'
        ? new ThingListing({ thingName: selection.thingName, namespaceId }, most, jobs, { ...tools, gateway, whole })
        : new JobListing(config, jobs, whole, { ...tools, gateway });
    this.settled = deleteJobs && waitForDeletion ? () => this.wholeJobs.settled() : undefined;
  }

  list(pageToken: string | undefined): Promise<Page<CleanupCandidate>> {
    return this.listing.list(pageToken);
  }

  /** keepLatest counts for each thing, over the selected jobs. */
  siblings(candidate: CleanupCandidate): AsyncIterable<CleanupCandidate> {
    if (!isExecution(candidate)) throw new Error(`a whole job has no siblings, got ${candidate.name}`);
    return this.things.siblings(candidate);
  }

  async protection(candidate: CleanupCandidate): Promise<string | undefined> {
    return isExecution(candidate) ? heldBack(this.config, candidate) : undefined;
  }

  async each(candidate: CleanupCandidate, guard: Guard): Promise<End> {
    return isExecution(candidate) ? this.executions.remove(candidate, guard) : this.wholeJobs.remove(candidate, guard);
  }
}
