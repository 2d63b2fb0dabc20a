/** The calls of the sweeps over AWS IoT, each at the pace of its operation. */
import {
  CancelJobExecutionCommand,
  DeleteJobCommand,
  DeleteJobExecutionCommand,
  DeletePackageVersionCommand,
  DescribeJobCommand,
  GetIndexingConfigurationCommand,
  GetPackageCommand,
  type IoTClient,
  type Job,
  type JobStatus,
  ListJobExecutionsForJobCommand,
  ListJobExecutionsForThingCommand,
  ListJobsCommand,
  ListPackageVersionsCommand,
  ListTagsForResourceCommand,
  SearchIndexCommand,
  UpdatePackageVersionCommand,
} from '@aws-sdk/client-iot';
import { unless } from '../../runtime/retry';
import { type Paces } from '../../sweep/paces';
import { StalePageToken } from '../../sweep/source';

const EXECUTIONS_PER_PAGE = 250;
const JOBS_PER_PAGE = 250;
const VERSIONS_PER_PAGE = 100;

/** An execution, as a delete names it. */
export interface ExecutionName {
  readonly jobId: string;
  readonly thingName: string;
  readonly executionNumber: number;
}

export class SweepCalls {
  constructor(
    private readonly iot: IoTClient,
    private readonly paces: Paces,
  ) {}

  /** `undefined` where there is no such package. */
  listVersions(packageName: string, nextToken: string | undefined) {
    return unlessMissing(
      this.page('ListPackageVersions', nextToken, () =>
        this.iot.send(new ListPackageVersionsCommand({ packageName, nextToken, maxResults: VERSIONS_PER_PAGE })),
      ),
    );
  }

  /** `undefined` where there is no such package, or it has no default. */
  async defaultVersionOf(packageName: string): Promise<string | undefined> {
    const held = await unlessMissing(
      this.paced('GetPackage', () => this.iot.send(new GetPackageCommand({ packageName }))),
    );
    return held?.defaultVersionName;
  }

  /** The keys of a resource's tags; none where it is missing. */
  async tagKeysOf(resourceArn: string): Promise<ReadonlySet<string>> {
    const keys = new Set<string>();
    let nextToken: string | undefined;
    do {
      const page = await unlessMissing(
        this.paced('ListTagsForResource', () =>
          this.iot.send(new ListTagsForResourceCommand({ resourceArn, nextToken })),
        ),
      );
      for (const { Key } of page?.tags ?? []) keys.add(Key ?? '');
      nextToken = page?.nextToken;
    } while (nextToken);
    return keys;
  }

  async deleteVersion(packageName: string, versionName: string): Promise<void> {
    const command = { packageName, versionName };
    await this.paced('DeletePackageVersion', () => this.iot.send(new DeletePackageVersionCommand(command)));
  }

  async deprecateVersion(packageName: string, versionName: string): Promise<void> {
    const command = { packageName, versionName, action: 'DEPRECATE' as const };
    await this.paced('UpdatePackageVersion', () => this.iot.send(new UpdatePackageVersionCommand(command)));
  }

  indexing() {
    return this.paced('GetIndexingConfiguration', () => this.iot.send(new GetIndexingConfigurationCommand({})));
  }

  /** Whether the index of things finds anything. */
  async findsAnything(queryString: string): Promise<boolean> {
    const { things = [] } = await this.paced('SearchIndex', () =>
      this.iot.send(new SearchIndexCommand({ queryString, maxResults: 1 })),
    );
    return things.length > 0;
  }

  /** Without the filter by thing group, which leaves out jobs that are scheduled. */
  listJobs(filter: { status?: JobStatus; namespaceId?: string }, nextToken: string | undefined) {
    return this.page('ListJobs', nextToken, () =>
      this.iot.send(new ListJobsCommand({ ...filter, nextToken, maxResults: JOBS_PER_PAGE })),
    );
  }

  /** `undefined` where there is no such job. */
  async findJob(jobId: string): Promise<Job | undefined> {
    const found = await unlessMissing(
      this.paced('DescribeJob', () => this.iot.send(new DescribeJobCommand({ jobId }))),
    );
    return found?.job;
  }

  /** `undefined` where there is no such job. */
  listExecutionsOfJob(jobId: string, nextToken: string | undefined) {
    return unlessMissing(
      this.page('ListJobExecutionsForJob', nextToken, () =>
        this.iot.send(new ListJobExecutionsForJobCommand({ jobId, nextToken, maxResults: EXECUTIONS_PER_PAGE })),
      ),
    );
  }

  /** `undefined` where there is no such thing. */
  listExecutionsOfThing(filter: { thingName: string; jobId?: string; namespaceId?: string }, nextToken?: string) {
    return unlessMissing(
      this.page('ListJobExecutionsForThing', nextToken, () =>
        this.iot.send(new ListJobExecutionsForThingCommand({ ...filter, nextToken, maxResults: EXECUTIONS_PER_PAGE })),
      ),
    );
  }

  /** Only where it is queued. */
  async cancelExecution({ jobId, thingName }: ExecutionName): Promise<void> {
    await this.paced('CancelJobExecution', () => this.iot.send(new CancelJobExecutionCommand({ jobId, thingName })));
  }

  async deleteExecution(name: ExecutionName, force: boolean, namespaceId: string | undefined): Promise<void> {
    const { jobId, thingName, executionNumber } = name;
    const command = { jobId, thingName, executionNumber, force, namespaceId };
    await this.paced('DeleteJobExecution', () => this.iot.send(new DeleteJobExecutionCommand(command)));
  }

  async deleteJob(jobId: string, force: boolean, namespaceId: string | undefined): Promise<void> {
    await this.paced('DeleteJob', () => this.iot.send(new DeleteJobCommand({ jobId, force, namespaceId })));
  }

  private paced<T>(operation: string, call: () => Promise<T>): Promise<T> {
    return this.paces.of(operation).run(call);
  }

  /** A page token that is not known any more is an invalid parameter; AWS documents no error of its own. */
  private async page<T>(operation: string, nextToken: string | undefined, call: () => Promise<T>): Promise<T> {
    try {
      return await this.paced(operation, call);
    } catch (error) {
      if (nextToken === undefined || !isError(error, 'InvalidRequestException', 'ValidationException')) throw error;
      throw new StalePageToken(error.message);
    }
  }
}

export const isError = (error: unknown, ...names: readonly string[]): error is Error =>
  error instanceof Error && names.includes(error.name);

const unlessMissing = <T>(call: Promise<T>) => unless('ResourceNotFoundException', call);
