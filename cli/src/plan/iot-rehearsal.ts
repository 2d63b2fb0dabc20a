/** AWS IoT as it would be after writes that are kept here: reads ask the service, and see those writes. */
import {
  GetPackageCommand,
  type GetPackageCommandOutput,
  GetPackageVersionCommand,
  type GetPackageVersionCommandOutput,
  type IoTClient,
  ListPackageVersionsCommand,
  type ListPackageVersionsCommandOutput,
  type PackageVersionSummary,
} from '@aws-sdk/client-iot';
import { type PackageVersionStatus, pathBetween } from '../../../contract/iot';
import { IotGateway } from '../../../lambda/iot/gateway';
import { packageArn, versionArn } from '../../../lambda/iot/names';
import { type Answering, type Journal, keeping, refusal } from './journal';

type Package = Partial<GetPackageCommandOutput>;
type Version = Partial<GetPackageVersionCommandOutput>;
type Tags = Record<string, string>;

interface Named {
  readonly packageName: string;
  readonly versionName: string;
}

interface Tag {
  readonly Key: string;
  readonly Value?: string;
}

/** What is said in writes, as far as they are told apart here. */
interface Input extends Named {
  readonly resourceArn: string;
  readonly tags: readonly Tag[] | Tags;
  readonly tagKeys: readonly string[];
  readonly action?: 'PUBLISH' | 'DEPRECATE';
  readonly description?: string;
  readonly defaultVersionName?: string;
  readonly unsetDefaultVersion?: boolean;
  readonly sbom?: Version['sbom'];
  readonly nextToken?: string;
}

const CHANGES = ['attributes', 'artifact', 'recipe', 'description'] as const;

export class IotRehearsal {
  /** As they would be; `null` for what would be gone. What is not here is as the service says. */
  private readonly packages = new Map<string, Package | null>();
  private readonly versions = new Map<string, Version | null>();
  private readonly tags = new Map<string, Tags | null>();
  private readonly gateway: IotGateway;
  readonly answer: Answering;

  /** @param service asked as it is */
  constructor(
    private readonly service: IoTClient,
    journal: Journal,
    private readonly at: { readonly stackId: string; now(): number },
  ) {
    this.gateway = new IotGateway(service);
    this.answer = keeping(journal, (operation, input: Input, ask) => this.read(operation, input, ask), {
      CreatePackage: (input: Input) => this.createPackage(input),
      UpdatePackage: (input: Input) => this.updatePackage(input),
      DeletePackage: (input: Input) => this.deletePackage(input),
      CreatePackageVersion: (input: Input) => this.createVersion(input),
      UpdatePackageVersion: (input: Input) => this.updateVersion(input),
      DeletePackageVersion: (input: Input) => this.deleteVersion(input),
      AssociateSbomWithPackageVersion: (input: Input) => this.changeVersion(input, { sbom: input.sbom }),
      DisassociateSbomFromPackageVersion: (input: Input) => this.changeVersion(input, { sbom: undefined }),
      TagResource: (input: Input) => this.changeTags(input, tags => ({ ...tags, ...tagsIn(input.tags) })),
      UntagResource: (input: Input) => this.changeTags(input, tags => without(tags, input.tagKeys)),
    });
  }

  private async read(operation: string, input: Input, ask: () => Promise<object>): Promise<object> {
    const { packageName, resourceArn } = input;
    switch (operation) {
      case 'GetPackage':
        return this.packages.has(packageName) ? required(this.packages.get(packageName)) : ask();
      case 'GetPackageVersion': {
        const key = keyOf(input);
        return this.versions.has(key) ? required(this.versions.get(key)) : ask();
      }
      case 'ListTagsForResource': {
        if (!this.tags.has(resourceArn)) return ask();
        const tags = required(this.tags.get(resourceArn));
        return { tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
      }
      case 'ListPackageVersions':
        return this.listed(input, ask);
      default:
        return ask();
    }
  }

  /** A page of the service's, without what would be gone; the last one with what would be made. */
  private async listed({ packageName }: Input, ask: () => Promise<object>): Promise<object> {
    const isNew = this.packages.get(packageName) !== undefined && !(await this.serviceHas(packageName));
    const page = isNew ? EMPTY_PAGE : ((await ask()) as ListPackageVersionsCommandOutput);
    const listed = (page.packageVersionSummaries ?? []).flatMap(summary => {
      const held = this.versions.get(keyOf({ packageName, versionName: summary.versionName ?? '' }));
      return held === undefined ? summary : held === null ? [] : { ...summary, status: held.status };
    });
    const made = page.nextToken === undefined ? await this.madeIn(packageName) : [];
    return { ...page, packageVersionSummaries: [...listed, ...made] };
  }

  private async madeIn(packageName: string): Promise<PackageVersionSummary[]> {
    const made: PackageVersionSummary[] = [];
    for (const [key, version] of this.versions) {
      if (!version || !key.startsWith(`${packageName}/`) || !MADE.has(version)) continue;
      const { versionName, status, creationDate } = version;
      made.push({ packageName, versionName, status, creationDate });
    }
    return made;
  }

  private async serviceHas(packageName: string): Promise<boolean> {
    return (await this.gateway.findPackage(packageName)) !== undefined;
  }

  private async createPackage({ packageName, description, tags }: Input): Promise<object> {
    if (await this.package(packageName)) throw refusal('ConflictException', `package ${packageName} exists`, 409);
    const made = { packageName, packageArn: packageArn(this.at, packageName), description };
    this.packages.set(packageName, made);
    this.tags.set(made.packageArn, tagsIn(tags));
    return made;
  }

  private async updatePackage(input: Input): Promise<object> {
    const { packageName, description, defaultVersionName, unsetDefaultVersion } = input;
    const held = required(await this.package(packageName));
    if (defaultVersionName !== undefined) {
      const { status } = required(await this.version({ packageName, versionName: defaultVersionName }));
      if (status === 'DRAFT') {
        throw refusal(
          'ValidationException',
          `version ${defaultVersionName} of ${packageName} is a draft, which cannot be the default`,
        );
      }
    }
    const after = { ...held, ...(description !== undefined && { description }) };
    if (defaultVersionName !== undefined) after.defaultVersionName = defaultVersionName;
    if (unsetDefaultVersion) after.defaultVersionName = undefined;
    this.packages.set(packageName, after);
    return {};
  }

  private async deletePackage({ packageName }: Input): Promise<object> {
    const { packageVersionSummaries = [] } = (await this.listed({ packageName } as Input, () =>
      this.service.send(new ListPackageVersionsCommand({ packageName })),
    )) as ListPackageVersionsCommandOutput;
    if (packageVersionSummaries.length > 0) {
      throw refusal('ValidationException', `package ${packageName} still has versions`);
    }
    this.packages.set(packageName, null);
    this.tags.set(packageArn(this.at, packageName), null);
    return {};
  }

  private async createVersion(input: Input): Promise<object> {
    const { packageName, versionName, tags } = input;
    if (!(await this.package(packageName))) {
      throw refusal('ValidationException', `package ${packageName} does not exist`);
    }
    if (await this.version(input)) {
      throw refusal('ConflictException', `version ${versionName} of ${packageName} exists`, 409);
    }
    const packageVersionArn = versionArn(this.at, packageName, versionName);
    const made: Version = {
      packageName,
      versionName,
      packageVersionArn,
      status: 'DRAFT',
      creationDate: new Date(this.at.now()),
      ...contentOf(input),
    };
    MADE.add(made);
    this.versions.set(keyOf(input), made);
    this.tags.set(packageVersionArn, tagsIn(tags));
    return made;
  }

  private async updateVersion(input: Input): Promise<object> {
    const { action } = input;
    const held = required(await this.version(input));
    if (action === undefined) return this.changeVersion(input, contentOf(input));
    const to: PackageVersionStatus = action === 'PUBLISH' ? 'PUBLISHED' : 'DEPRECATED';
    const from = held.status as PackageVersionStatus;
    const path = pathBetween(from, to);
    if (!path || path.length > 1) {
      throw refusal(
        'ConflictException',
        `version ${input.versionName} is ${from}, from where ${action} does not lead`,
        409,
      );
    }
    return this.changeVersion(input, { ...contentOf(input), status: to });
  }

  private async deleteVersion(input: Input): Promise<object> {
    const { packageName, versionName } = input;
    if ((await this.package(packageName))?.defaultVersionName === versionName) {
      throw refusal('ValidationException', `version ${versionName} is the default version of package ${packageName}`);
    }
    this.versions.set(keyOf(input), null);
    this.tags.set(versionArn(this.at, packageName, versionName), null);
    return {};
  }

  private async changeVersion(at: Named, change: Version): Promise<object> {
    const held = required(await this.version(at));
    // what was made here stays known as such.
    this.versions.set(keyOf(at), MADE.has(held) ? Object.assign(held, change) : { ...held, ...change });
    return {};
  }

  private async changeTags({ resourceArn }: Input, change: (tags: Tags) => Tags): Promise<object> {
    const held = this.tags.has(resourceArn)
      ? this.tags.get(resourceArn)
      : ((await this.gateway.tagsOf(resourceArn)) ?? null);
    this.tags.set(resourceArn, change(required(held)));
    return {};
  }

  private async package(packageName: string): Promise<Package | null> {
    const held = this.packages.get(packageName);
    return held !== undefined ? held : found(this.service.send(new GetPackageCommand({ packageName })));
  }

  private async version({ packageName, versionName }: Named): Promise<Version | null> {
    const held = this.versions.get(keyOf({ packageName, versionName }));
    if (held !== undefined) return held;
    return found(this.service.send(new GetPackageVersionCommand({ packageName, versionName })));
  }
}

const EMPTY_PAGE: Partial<ListPackageVersionsCommandOutput> = {};

/** Versions that the service does not list. */
const MADE = new WeakSet<object>();

const keyOf = ({ packageName, versionName }: Named) => `${packageName}/${versionName}`;

const contentOf = (input: object): Version =>
  Object.fromEntries(Object.entries(input).filter(([key]) => (CHANGES as readonly string[]).includes(key)));

const tagsIn = (tags: readonly Tag[] | Tags | undefined): Tags =>
  Array.isArray(tags)
    ? Object.fromEntries((tags as readonly Tag[]).map(({ Key, Value = '' }) => [Key, Value]))
    : { ...(tags as Tags | undefined) };

const without = (tags: Tags, keys: readonly string[]): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));

function required<T>(held: T | null | undefined): T {
  if (held == null) throw refusal('ResourceNotFoundException', 'it does not exist', 404);
  return held;
}

async function found<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
    return null;
  }
}
