/** AWS IoT in the local AWS: the software package catalog, tags, fleet indexing and jobs. */
// documented: authorization reference; developer guide, "Preparing AWS IoT Jobs", for the shadow that a succeeded
// job writes
import { bringsTags, namedResources } from '../../core/needs';
import { type Needed, type Operations, type ReferencedCall, type Service, type World } from '../../core/service';
import { type IotBehavior, defaultBehavior } from './behavior';
import { Catalog, type PackageRecord, type VersionRecord, type VersionStatus } from './catalog';
import { withClientTokens } from './client-tokens';
import { Devices, setPackage } from './devices';
import type { JobExecutionStatus } from './execution-status';
import { Fleet } from './fleet';
import { type JobExecution, type JobStatus, JobStore } from './job-store';
import { jobExecutionOperations } from './operations-executions';
import { fleetIndexOperations } from './operations-fleet-index';
import { Indexing, indexingOperations } from './operations-indexing';
import { jobOperations } from './operations-jobs';
import { PackageConfiguration, packageConfigurationOperations } from './operations-package-configuration';
import { packageOperations } from './operations-packages';
import { sbomOperations, sbomStatus } from './operations-sboms';
import { TagStore, tagOperations } from './operations-tags';
import { thingOperations } from './operations-things';
import { versionOperations } from './operations-versions';

export type { IotBehavior, JobBehavior, PackageBehavior, ValidatedSbom, VersionWrite } from './behavior';
export type { Devices, ReportedStatus } from './devices';
export type { SbomFileResult } from './sbom-archive';

/** A version in the form that tests compare. Absent members have no value. */
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

/** A package in the form that tests compare. */
export interface PackageDescription {
  readonly packageName: string;
  readonly description?: string;
  readonly defaultVersionName?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, VersionDescription>>;
}

/** A job in the form that tests compare. */
export interface JobDescription {
  readonly status: JobStatus;
  /** The executions in the order in which they were queued. */
  readonly executions: readonly ExecutionDescription[];
}

export interface ExecutionDescription {
  readonly thingName: string;
  readonly executionNumber: number;
  readonly retryAttempt: number;
  readonly status: JobExecutionStatus;
}

/** The local AWS IoT, with the members that tests read and set. */
export class Iot implements Service {
  readonly signingName = 'iot';
  readonly protocol = 'rest-json';
  readonly client = () => import('@aws-sdk/client-iot');
  readonly operations: Operations;
  /** A test can change it at any time. */
  readonly behavior: IotBehavior;
  /** The devices of the fleet. */
  readonly devices: Devices;

  private readonly catalog = new Catalog();
  private readonly tags = new TagStore();
  private readonly indexing = new Indexing();
  private readonly packageConfiguration = new PackageConfiguration();
  private readonly fleet: Fleet;
  private readonly jobStore: JobStore;

  constructor(
    private readonly world: World,
    behavior: Partial<IotBehavior> = {},
  ) {
    this.behavior = { ...defaultBehavior(world.readings), ...behavior };
    this.fleet = new Fleet(world);
    this.jobStore = new JobStore(world, this.fleet, this.behavior, {
      succeeded: execution => this.recordInstalled(execution),
      gone: job => this.tags.forget(job.arn),
    });
    this.devices = new Devices(this.fleet, this.jobStore);
    this.operations = this.createOperations();
  }

  /** @deprecated its former name: use `behavior`. */
  get behaviour(): IotBehavior {
    return this.behavior;
  }

  private createOperations(): Operations {
    const { catalog, tags, indexing, behavior, fleet, devices, jobStore: jobs } = this;
    const context = { catalog, tags, indexing, behavior };
    const jobContext = { jobs, fleet, catalog, tags, behavior };
    return {
      ...withClientTokens(
        {
          ...packageOperations(context),
          ...packageConfigurationOperations(this.packageConfiguration),
          ...versionOperations(context),
          ...sbomOperations(context),
        },
        () => behavior.honorClientTokens,
      ),
      ...tagOperations(tags),
      ...thingOperations({ fleet, devices }),
      ...indexingOperations(indexing),
      ...fleetIndexOperations({ fleet, indexing, behavior }),
      ...jobOperations(jobContext),
      ...jobExecutionOperations(jobContext),
    };
  }

  /** The resources that members of the input name; `*` if they name none. */
  async needsFor({ action, operation, input, world }: ReferencedCall): Promise<readonly Needed[]> {
    const { members = [] } = operation;
    const named = await namedResources({ service: this.signingName, action, members, input, world });
    const requested = bringsTags(action) ? input.tags : undefined;
    return (named.length > 0 ? named : ['*']).map(resource => ({
      action: `iot:${action.name}`,
      resource,
      context: this.tags.context(resource, requested),
    }));
  }

  /** Calls an operation as the developer does by hand, without HTTP and IAM. */
  async byHand<Answer = unknown>(operation: string, input: object): Promise<Answer> {
    const context = { world: this.world, principal: { kind: 'developer' } } as const;
    return this.operations[operation].run(input, context) as Answer;
  }

  /** Creates a package by hand. */
  async createPackage(packageName: string, input: object = {}): Promise<void> {
    await this.byHand('CreatePackage', { packageName, ...input });
  }

  /** Creates a version by hand, and brings it to the wanted state of its lifecycle. */
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

  /** A package with all its versions, or undefined if it does not exist. */
  describe(packageName: string): PackageDescription | undefined {
    const record = this.catalog.packages.get(packageName);
    return record && this.describePackage(record);
  }

  /** The names of all things, but of those that were deleted. */
  get things(): readonly string[] {
    return [...this.fleet.things.values()].flatMap(({ name, deleted }) => (deleted ? [] : name)).sort();
  }

  /** The names of all thing groups. */
  get thingGroups(): readonly string[] {
    return this.fleet.groupNames;
  }

  /** The ids of all jobs, including those in deletion. */
  get jobs(): readonly string[] {
    return [...this.jobStore.all.values()].map(({ id }) => id).sort();
  }

  /** A job with all its executions, or undefined if it does not exist. */
  describeJob(jobId: string): JobDescription | undefined {
    const job = this.jobStore.all.get(jobId);
    return (
      job && {
        status: job.status,
        executions: [...job.executions.values()].map(({ thing, number, retryAttempt, status }) => ({
          thingName: thing.name,
          executionNumber: number,
          retryAttempt,
          status,
        })),
      }
    );
  }

  /** Opens or closes a maintenance window of a job that has windows. */
  setMaintenanceWindow(jobId: string, window: 'open' | 'closed'): void {
    this.jobStore.setWindow(this.jobStore.job(jobId), window);
  }

  /** Writes what a job has installed into the thing's shadow, if the package configuration says so. */
  private recordInstalled({ job, thing }: JobExecution): void {
    if (!this.packageConfiguration.versionUpdateByJobsConfig.enabled) return;
    for (const arn of job.resolved.destinationPackageVersions ?? []) {
      const version = this.catalog.findVersion(arn);
      // a version that was deleted meanwhile cannot be recorded, but the job has succeeded.
      if (version) setPackage(thing, version.packageName, { version: version.name });
    }
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
