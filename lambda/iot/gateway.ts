/**
 * The calls of AWS IoT that handlers and sweeps need, each of them once: a missing object is `undefined`. The
 * client decides whether a call is repeated or paced. The SDK gives each call a client token of its own: one that a later
 * delivery of the event has, too, would be answered with what the first one made.
 */
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
import { type OwnerRecord } from '../runtime/claimed-artifact';
import { withLostOwner } from '../runtime/lost-owner';
import { type TagChange, type Tags } from '../runtime/ownership';
import { allPages, isAccessDenied, isError, isRefusedByService, unless } from '../runtime/retry';
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

export const EXECUTIONS_PER_PAGE = 250;
const JOBS_PER_PAGE = 250;
export const PACKAGE_VERSIONS_PER_PAGE = 100;

export class IotGateway {
  constructor(private readonly iot: IoTClient) {}

  /** `undefined` if a package of that name already exists. */
  async createPackage(packageName: string, description: string | undefined, tags: Tags) {
    const input = { packageName, description, tags: { ...tags } };
    return unlessExists(this.iot.send(new CreatePackageCommand(input)));
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

  /** Whether a package without a default refuses that is not documented. */
  async undesignate(packageName: string): Promise<void> {
    try {
      await this.updatePackage({ packageName, unsetDefaultVersion: true });
    } catch (error) {
      const isDone = isRefusedByService(error) && !(await this.findPackage(packageName))?.defaultVersionName;
      if (!isDone) throw error;
    }
  }

  async deletePackage(packageName: string): Promise<void> {
    await unlessMissing(this.iot.send(new DeletePackageCommand({ packageName })));
  }

  async versionsOf(packageName: string): Promise<PackageVersionSummary[]> {
    return allPages(async nextToken => {
      const page = await this.listVersions(packageName, nextToken);
      return { items: page?.packageVersionSummaries, nextToken: page?.nextToken };
    });
  }

  /** `undefined` if there is no such package. */
  async listVersions(packageName: string, nextToken: string | undefined, maxResults = PACKAGE_VERSIONS_PER_PAGE) {
    const command = new ListPackageVersionsCommand({ packageName, nextToken, maxResults });
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
    return unlessExists(this.iot.send(new CreatePackageVersionCommand(input)));
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
    await this.iot.send(guarded(new UpdatePackageVersionCommand(input), guard));
  }

  /** False if it is already gone. */
  async deleteVersion(packageName: string, versionName: string, guard?: Guard): Promise<boolean> {
    const input = { packageName, versionName };
    const command = guarded(new DeletePackageVersionCommand(input), guard);
    return (await unlessMissing(this.iot.send(command))) !== undefined;
  }

  async associateSbom(packageName: string, versionName: string, s3Location: S3Location): Promise<void> {
    const input = { packageName, versionName, sbom: { s3Location } };
    await this.iot.send(new AssociateSbomWithPackageVersionCommand(input));
  }

  async disassociateSbom(packageName: string, versionName: string): Promise<void> {
    const input = { packageName, versionName };
    await this.iot.send(new DisassociateSbomFromPackageVersionCommand(input));
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

  /**
   * Where the owner's record of an artifact with tags is kept.
   *
   * @param stackId a stack of the account and region
   */
  ownerRecord(resourceArn: string, keys: OwnershipTags, stackId: string): OwnerRecord {
    return {
      keys,
      removesOthers: true,
      read: async () => {
        const tags = await this.tagsOf(resourceArn);
        return tags && withLostOwner(tags, keys, stackId);
      },
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
  async listExecutionsOfJob(jobId: string, nextToken: string | undefined, maxResults = EXECUTIONS_PER_PAGE) {
    const command = new ListJobExecutionsForJobCommand({ jobId, nextToken, maxResults });
    return unlessMissing(unlessStale(nextToken, this.iot.send(command)));
  }

  /** `undefined` if there is no such thing. */
  async listExecutionsOfThing(
    filter: { thingName: string; jobId?: string; namespaceId?: string },
    nextToken?: string,
    maxResults = EXECUTIONS_PER_PAGE,
  ) {
    const command = new ListJobExecutionsForThingCommand({ ...filter, nextToken, maxResults });
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
    await this.iot.send(new UpdatePackageCommand(input));
  }
}

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
