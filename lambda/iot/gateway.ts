/**
 * The calls of AWS IoT that handlers and sweeps need, each of them once: a missing object is `undefined`, and each
 * write of an event has its own client token. The client decides whether a call is repeated or paced.
 */
import { createHash } from 'node:crypto';
import {
  AssociateSbomWithPackageVersionCommand,
  CancelJobExecutionCommand,
  CreatePackageCommand,
  CreatePackageVersionCommand,
  type CreatePackageVersionCommandOutput,
  DeleteJobCommand,
  DeleteJobExecutionCommand,
  DeletePackageCommand,
  DeletePackageVersionCommand,
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  DisassociateSbomFromPackageVersionCommand,
  GetIndexingConfigurationCommand,
  GetPackageCommand,
  type GetPackageCommandOutput,
  GetPackageVersionCommand,
  type GetPackageVersionCommandOutput,
  type IoTClient,
  type Job,
  type JobExecution,
  type JobStatus,
  ListJobExecutionsForJobCommand,
  ListJobExecutionsForThingCommand,
  ListJobsCommand,
  ListPackageVersionsCommand,
  ListSbomValidationResultsCommand,
  ListTagsForResourceCommand,
  type PackageVersionSummary,
  type S3Location,
  type SbomValidationResultSummary,
  SearchIndexCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdatePackageCommand,
  UpdatePackageVersionCommand,
} from '@aws-sdk/client-iot';
import { type PackageVersionAction } from '../../contract/iot';
import { type OwnershipTags, TAG_PREFIX } from '../../contract/ownership';
import { type OwnerRecord } from '../runtime/owned-artifact';
import { type TagChange, type Tags } from '../runtime/ownership';
import { allPages, isAccessDenied, unless } from '../runtime/retry';
import { type Guard, guarded } from '../sweep/pace';
import { StalePageToken } from '../sweep/source';
import { type VersionContent } from './version-diff';

export type HeldPackage = GetPackageCommandOutput;
export type HeldVersion = GetPackageVersionCommandOutput;

/** What identifies an execution in a deletion. */
export interface ExecutionName {
  readonly jobId: string;
  readonly thingName: string;
  readonly executionNumber: number;
}

const EXECUTIONS_PER_PAGE = 250;
const JOBS_PER_PAGE = 250;
const VERSIONS_PER_PAGE = 100;

export class IotGateway {
  constructor(
    private readonly iot: IoTClient,
    /** A token of the event. Absent in a sweep, which never repeats a write unchanged. */
    private readonly eventToken?: string,
  ) {}

  /** `undefined` if a package of that name already exists. */
  async createPackage(packageName: string, description: string | undefined, tags: Tags) {
    const input = { packageName, description, tags: { ...tags } };
    return unlessExists(
      this.iot.send(new CreatePackageCommand({ ...input, clientToken: this.token('create', input) })),
    );
  }

  async findPackage(packageName: string): Promise<HeldPackage | undefined> {
    return unlessMissing(this.iot.send(new GetPackageCommand({ packageName })));
  }

  async describePackage(packageName: string, description: string): Promise<void> {
    await this.updatePackage({ packageName, description });
  }

  async designate(packageName: string, defaultVersionName: string): Promise<void> {
    await this.updatePackage({ packageName, defaultVersionName });
  }

  async undesignate(packageName: string): Promise<void> {
    await this.updatePackage({ packageName, unsetDefaultVersion: true });
  }

  async deletePackage(packageName: string): Promise<void> {
    const clientToken = this.token('delete', packageName);
    await unlessMissing(this.iot.send(new DeletePackageCommand({ packageName, clientToken })));
  }

  async versionsOf(packageName: string): Promise<PackageVersionSummary[]> {
    return allPages(async nextToken => {
      const page = await this.listVersions(packageName, nextToken);
      return { items: page?.packageVersionSummaries, nextToken: page?.nextToken };
    });
  }

  /** `undefined` if there is no such package. */
  async listVersions(packageName: string, nextToken: string | undefined) {
    const command = new ListPackageVersionsCommand({ packageName, nextToken, maxResults: VERSIONS_PER_PAGE });
    return unlessMissing(unlessStale(nextToken, this.iot.send(command)));
  }

  /** `undefined` if a version of that name already exists. */
  async createVersion(
    packageName: string,
    versionName: string,
    content: VersionContent,
    tags: Tags,
  ): Promise<CreatePackageVersionCommandOutput | undefined> {
    const input = { packageName, versionName, ...content, tags: { ...tags } };
    const clientToken = this.token('create', input);
    return unlessExists(this.iot.send(new CreatePackageVersionCommand({ ...input, clientToken })));
  }

  async findVersion(packageName: string, versionName: string): Promise<HeldVersion | undefined> {
    return unlessMissing(this.iot.send(new GetPackageVersionCommand({ packageName, versionName })));
  }

  async updateVersion(
    packageName: string,
    versionName: string,
    change: VersionContent & { readonly action?: PackageVersionAction },
    guard?: Guard,
  ): Promise<void> {
    const input = { packageName, versionName, ...change };
    const clientToken = this.token('update', input);
    await this.iot.send(guarded(new UpdatePackageVersionCommand({ ...input, clientToken }), guard));
  }

  /** False if it is already gone. */
  async deleteVersion(packageName: string, versionName: string, guard?: Guard): Promise<boolean> {
    const input = { packageName, versionName };
    const clientToken = this.token('delete', input);
    const command = guarded(new DeletePackageVersionCommand({ ...input, clientToken }), guard);
    return (await unlessMissing(this.iot.send(command))) !== undefined;
  }

  async associateSbom(packageName: string, versionName: string, s3Location: S3Location): Promise<void> {
    const input = { packageName, versionName, sbom: { s3Location } };
    const clientToken = this.token('associate', input);
    await this.iot.send(new AssociateSbomWithPackageVersionCommand({ ...input, clientToken }));
  }

  async disassociateSbom(packageName: string, versionName: string): Promise<void> {
    const input = { packageName, versionName };
    const clientToken = this.token('disassociate', input);
    await this.iot.send(new DisassociateSbomFromPackageVersionCommand({ ...input, clientToken }));
  }

  async failedSbomFiles(packageName: string, versionName: string): Promise<SbomValidationResultSummary[]> {
    return allPages(async nextToken => {
      const page = await this.iot.send(
        new ListSbomValidationResultsCommand({ packageName, versionName, validationResult: 'FAILED', nextToken }),
      );
      return { items: page.validationResultSummaries, nextToken: page.nextToken };
    });
  }

  /** `undefined` if the resource is missing. */
  async tagsOf(resourceArn: string): Promise<Tags | undefined> {
    const tags = await unlessMissing(
      allPages(async nextToken => {
        const page = await this.iot.send(new ListTagsForResourceCommand({ resourceArn, nextToken }));
        return { items: page.tags, nextToken: page.nextToken };
      }),
    );
    return tags && Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? '']));
  }

  async changeTags(resourceArn: string, { set, remove, tidy = [] }: TagChange): Promise<void> {
    const tags = Object.entries(set).map(([Key, Value]) => ({ Key, Value }));
    // the user's tags first, to make room; the library's tags last, because they must be true until the rest is
    // written.
    const [own, users] = [true, false].map(ours => remove.filter(key => key.startsWith(TAG_PREFIX) === ours));
    if (users.length > 0) await this.untag(resourceArn, users);
    if (tags.length > 0) await this.iot.send(new TagResourceCommand({ resourceArn, tags }));
    if (own.length > 0) await this.untag(resourceArn, own);
    if (tidy.length > 0) await unlessDenied(this.untag(resourceArn, tidy));
  }

  /** Where the owner's record of an artifact with tags is kept. */
  ownerRecord(resourceArn: string, keys: OwnershipTags): OwnerRecord {
    return {
      keys,
      read: () => this.tagsOf(resourceArn),
      change: change => this.changeTags(resourceArn, change),
    };
  }

  indexing() {
    return this.iot.send(new GetIndexingConfigurationCommand({}));
  }

  /** Whether the index of things has a match. */
  async findsAnything(queryString: string): Promise<boolean> {
    const { things = [] } = await this.iot.send(new SearchIndexCommand({ queryString, maxResults: 1 }));
    return things.length > 0;
  }

  /** Without the filter by thing group, which omits scheduled jobs. */
  listJobs(filter: { status?: JobStatus; namespaceId?: string }, nextToken: string | undefined) {
    const command = new ListJobsCommand({ ...filter, nextToken, maxResults: JOBS_PER_PAGE });
    return unlessStale(nextToken, this.iot.send(command));
  }

  /** `beforeSubstitution`: as the job was created, with `$default` instead of the version that it was resolved to */
  async findJob(
    jobId: string,
    { beforeSubstitution }: { readonly beforeSubstitution?: true } = {},
  ): Promise<Job | undefined> {
    const command = new DescribeJobCommand({ jobId, beforeSubstitution });
    return (await unlessMissing(this.iot.send(command)))?.job;
  }

  /** `undefined` if there is no such job. */
  async listExecutionsOfJob(jobId: string, nextToken: string | undefined) {
    const command = new ListJobExecutionsForJobCommand({ jobId, nextToken, maxResults: EXECUTIONS_PER_PAGE });
    return unlessMissing(unlessStale(nextToken, this.iot.send(command)));
  }

  /** `undefined` if there is no such thing. */
  async listExecutionsOfThing(filter: { thingName: string; jobId?: string; namespaceId?: string }, nextToken?: string) {
    const command = new ListJobExecutionsForThingCommand({ ...filter, nextToken, maxResults: EXECUTIONS_PER_PAGE });
    return unlessMissing(unlessStale(nextToken, this.iot.send(command)));
  }

  /** `undefined` if there is none of that number. */
  async findExecution({ jobId, thingName, executionNumber }: ExecutionName): Promise<JobExecution | undefined> {
    const command = new DescribeJobExecutionCommand({ jobId, thingName, executionNumber });
    return (await unlessMissing(this.iot.send(command)))?.execution;
  }

  /** Only if the execution is queued. */
  async cancelExecution({ jobId, thingName }: ExecutionName, guard?: Guard): Promise<void> {
    await this.iot.send(guarded(new CancelJobExecutionCommand({ jobId, thingName }), guard));
  }

  async deleteExecution(
    { jobId, thingName, executionNumber }: ExecutionName,
    how: { readonly force: boolean; readonly namespaceId?: string },
    guard?: Guard,
  ): Promise<void> {
    const { force, namespaceId } = how;
    const command = new DeleteJobExecutionCommand({ jobId, thingName, executionNumber, force, namespaceId });
    await this.iot.send(guarded(command, guard));
  }

  async deleteJob(
    jobId: string,
    { force, namespaceId }: { readonly force: boolean; readonly namespaceId?: string },
    guard?: Guard,
  ): Promise<void> {
    await this.iot.send(guarded(new DeleteJobCommand({ jobId, force, namespaceId }), guard));
  }

  private async untag(resourceArn: string, tagKeys: readonly string[]): Promise<void> {
    await this.iot.send(new UntagResourceCommand({ resourceArn, tagKeys: [...tagKeys] }));
  }

  private async updatePackage(
    input: { packageName: string } & (
      { description: string } | { defaultVersionName: string } | { unsetDefaultVersion: true }
    ),
  ): Promise<void> {
    await this.iot.send(new UpdatePackageCommand({ ...input, clientToken: this.token('update', input) }));
  }

  /** A token must not be used for two different requests, so it is made from the event's token and the request. */
  private token(operation: string, input: unknown): string | undefined {
    if (this.eventToken === undefined) return undefined;
    return createHash('sha256')
      .update(`${this.eventToken} ${operation} ${JSON.stringify(input)}`)
      .digest('hex');
  }
}

export const isError = (error: unknown, ...names: readonly string[]): error is Error =>
  error instanceof Error && names.includes(error.name);

/** An expired page token is answered as an invalid parameter; AWS documents no separate error. */
async function unlessStale<T>(nextToken: string | undefined, page: Promise<T>): Promise<T> {
  try {
    return await page;
  } catch (error) {
    if (nextToken === undefined || !isError(error, 'InvalidRequestException', 'ValidationException')) throw error;
    throw new StalePageToken(error.message);
  }
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  return unless('ResourceNotFoundException', call);
}

async function unlessExists<T>(call: Promise<T>): Promise<T | undefined> {
  return unless('ConflictException', call);
}

async function unlessDenied(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
  }
}
