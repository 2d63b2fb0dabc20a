/**
 * The calls of the AWS IoT Software Package Catalog as the handlers need them: a missing thing is `undefined`, lists
 * are whole, and every write carries a client token of its own.
 */
import { createHash } from 'node:crypto';
import {
  AssociateSbomWithPackageVersionCommand,
  CreatePackageCommand,
  CreatePackageVersionCommand,
  type CreatePackageVersionCommandOutput,
  DeletePackageCommand,
  DeletePackageVersionCommand,
  DisassociateSbomFromPackageVersionCommand,
  GetPackageCommand,
  type GetPackageCommandOutput,
  GetPackageVersionCommand,
  type GetPackageVersionCommandOutput,
  type IoTClient,
  ListPackageVersionsCommand,
  ListSbomValidationResultsCommand,
  ListTagsForResourceCommand,
  type PackageVersionSummary,
  type S3Location,
  type SbomValidationResultSummary,
  TagResourceCommand,
  UntagResourceCommand,
  UpdatePackageCommand,
  UpdatePackageVersionCommand,
} from '@aws-sdk/client-iot';
import { type PackageVersionAction } from '../../contract/iot';
import { TAG_PREFIX } from '../../contract/ownership';
import { type TagChange, type Tags } from '../runtime/ownership';
import { allPages, isAccessDenied, unless } from '../runtime/retry';

export type HeldPackage = GetPackageCommandOutput;
export type HeldVersion = GetPackageVersionCommandOutput;

/** What of a version can be written beside its state. */
export interface VersionContent {
  readonly description?: string;
  readonly attributes?: Record<string, string>;
  readonly artifact?: { readonly s3Location: S3Location };
  readonly recipe?: string;
}

export class Catalog {
  constructor(
    private readonly iot: IoTClient,
    private readonly eventToken: string,
  ) {}

  /** `undefined` where a package of that name exists already. */
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
      const page = await this.iot.send(new ListPackageVersionsCommand({ packageName, maxResults: 100, nextToken }));
      return { items: page.packageVersionSummaries, nextToken: page.nextToken };
    });
  }

  /** `undefined` where a version of that name exists already. */
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
  ): Promise<void> {
    const input = { packageName, versionName, ...change };
    await this.iot.send(new UpdatePackageVersionCommand({ ...input, clientToken: this.token('update', input) }));
  }

  async deleteVersion(packageName: string, versionName: string): Promise<void> {
    const input = { packageName, versionName };
    const clientToken = this.token('delete', input);
    await unlessMissing(this.iot.send(new DeletePackageVersionCommand({ ...input, clientToken })));
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

  /** `undefined` where the resource is missing. */
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
    // the user's own first, to make room; the library's last, since what they say must hold until the rest is written.
    const [own, users] = [true, false].map(ours => remove.filter(key => key.startsWith(TAG_PREFIX) === ours));
    if (users.length > 0) await this.untag(resourceArn, users);
    if (tags.length > 0) await this.iot.send(new TagResourceCommand({ resourceArn, tags }));
    if (own.length > 0) await this.untag(resourceArn, own);
    if (tidy.length > 0) await unlessDenied(this.untag(resourceArn, tidy));
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

  /** A token may not serve two different requests, so it is made of the event's and of the request itself. */
  private token(operation: string, input: unknown): string {
    return createHash('sha256')
      .update(`${this.eventToken} ${operation} ${JSON.stringify(input)}`)
      .digest('hex');
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
