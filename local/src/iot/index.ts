/** AWS IoT in the local AWS: the software package catalog, tags and the configuration of fleet indexing. */
import type { Service, World } from '../service';
import { DEFAULT_PACKAGE_BEHAVIOUR, type PackageBehaviour } from './behaviour';
import { Catalog, type PackageRecord, type VersionRecord, type VersionStatus } from './catalog';
import { Indexing, indexingOperations } from './indexing';
import { type Operations, withClientTokens } from './operation';
import { packageConfigurationOperations, packageOperations } from './packages';
import { sbomOperations, sbomStatus } from './sbom';
import { TagStore, tagOperations } from './tags';
import { versionOperations } from './versions';

export type { PackageBehaviour, ValidatedSbom, VersionWrite } from './behaviour';
export type { SbomFileResult } from './sbom-archive';

/** A version as tests compare it; members that it does not have are absent. */
export interface VersionDescription {
  readonly status: VersionStatus;
  readonly description?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly artifact?: object;
  readonly recipe?: string;
  readonly sbom?: object;
  readonly sbomValidationStatus?: string;
  readonly errorReason?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A package as tests compare it. */
export interface PackageDescription {
  readonly packageName: string;
  readonly description?: string;
  readonly defaultVersionName?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, VersionDescription>>;
}

/** What may be turned in the local AWS IoT. */
export type IotBehaviour = PackageBehaviour;

/** The local AWS IoT, and what a test sees and turns of it. */
export class Iot implements Service {
  readonly signingName = 'iot';
  readonly protocol = 'rest-json';
  readonly operations: Operations;
  /** May be changed at any time. */
  readonly behaviour: IotBehaviour;

  private readonly catalog = new Catalog();
  private readonly tags = new TagStore();
  private readonly indexing = new Indexing();

  constructor(
    private readonly world: World,
    behaviour: Partial<IotBehaviour> = {},
  ) {
    this.behaviour = { ...DEFAULT_PACKAGE_BEHAVIOUR, ...behaviour };
    this.operations = this.createOperations();
  }

  private createOperations(): Operations {
    const { catalog, tags, indexing, behaviour } = this;
    const context = { catalog, tags, indexing, behaviour };
    return {
      ...withClientTokens(
        {
          ...packageOperations(context),
          ...packageConfigurationOperations(),
          ...versionOperations(context),
          ...sbomOperations(context),
        },
        () => behaviour.honourClientTokens,
      ),
      ...tagOperations(tags),
      ...indexingOperations(indexing),
    };
  }

  /** Calls an operation as the developer by hand, past HTTP and IAM. */
  async byHand<Answer = unknown>(operation: string, input: object): Promise<Answer> {
    const context = { world: this.world, principal: { kind: 'developer' } } as const;
    return this.operations[operation].run(input, context) as Answer;
  }

  /** Makes a package by hand. */
  async createPackage(packageName: string, input: object = {}): Promise<void> {
    await this.byHand('CreatePackage', { packageName, ...input });
  }

  /** Makes a version by hand, and brings it where it is wanted along the lifecycle. */
  async createVersion(
    packageName: string,
    versionName: string,
    options: { status?: VersionStatus; isDefault?: boolean; [member: string]: unknown } = {},
  ): Promise<void> {
    const { status = 'DRAFT', isDefault = false, ...input } = options;
    const version = { packageName, versionName };
    await this.byHand('CreatePackageVersion', { ...version, ...input });
    if (status !== 'DRAFT') await this.byHand('UpdatePackageVersion', { ...version, action: 'PUBLISH' });
    if (status === 'DEPRECATED') await this.byHand('UpdatePackageVersion', { ...version, action: 'DEPRECATE' });
    if (isDefault) await this.byHand('UpdatePackage', { packageName, defaultVersionName: versionName });
  }

  /** The names of all packages. */
  get packages(): readonly string[] {
    return [...this.catalog.packages.values()].map(({ name }) => name).sort();
  }

  /** A package with all its versions, or undefined where there is none. */
  describe(packageName: string): PackageDescription | undefined {
    const record = this.catalog.packages.get(packageName);
    return record && this.describePackage(record);
  }

  private describePackage(record: PackageRecord): PackageDescription {
    return defined({
      packageName: record.name,
      description: record.description,
      defaultVersionName: record.defaultVersionName,
      tags: this.tags.of(record.arn),
      versions: Object.fromEntries(
        [...record.versions.values()].map(version => [version.name, this.describeVersion(version)]),
      ),
    });
  }

  private describeVersion(record: VersionRecord): VersionDescription {
    const { status, description, attributes, artifact, recipe, sbom, errorReason } = record;
    return defined({
      status,
      description,
      attributes,
      artifact,
      recipe,
      sbom: sbom && { s3Location: sbom.s3Location },
      sbomValidationStatus: sbom && sbomStatus(sbom, this.world.clock.now()),
      errorReason,
      tags: this.tags.of(record.arn),
    });
  }
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
