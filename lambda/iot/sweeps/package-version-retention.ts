import { type IoTClient, type PackageVersionSummary } from '@aws-sdk/client-iot';
import { PackageNameInIndexShape, PackageNameShape, type PackageVersionRetentionConfig } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS } from '../../../contract/ownership';
import { problems, quote } from '../../../contract/shape';
import { checkRequestsPerSecond, checkRules } from '../../../contract/sweep';
import { isRemembered } from '../../runtime/former-owners';
import { rejectProblems } from '../../runtime/messages';
import { type Tags, claimsIn } from '../../runtime/ownership';
import { isError, isRefusedByService } from '../../runtime/retry';
import { Protected } from '../../sweep/judge';
import { type Guard, OutOfTime, pacedBy } from '../../sweep/pace';
import {
  type Candidate,
  type Each,
  type End,
  type Page,
  type SourceTools,
  type SweepKind,
  type SweepSource,
  pageSize,
} from '../../sweep/source';
import { IotGateway, PACKAGE_VERSIONS_PER_PAGE } from '../gateway';
import { packageArn, versionArn } from '../names';
import { ActiveJobs } from './active-jobs';
import { DeviceReports } from './device-reports';
import { VersionKept } from './keep-reasons';

/** `Custom::IoTPackageVersionRetention` */
export class PackageVersionRetention implements SweepKind<PackageVersionRetentionConfig> {
  readonly order = 'SEMVER';

  constructor(private readonly iot: IoTClient) {}

  validate({ packageName, rules, requestsPerSecond, action, protectOnDevices }: PackageVersionRetentionConfig): void {
    rejectProblems(
      ...problems(PackageNameShape, packageName),
      ['DELETE', 'DEPRECATE'].includes(action) ? undefined : `action must be DELETE or DEPRECATE, got ${quote(action)}`,
      checkRules(rules, 'retention'),
      checkRequestsPerSecond(requestsPerSecond),
      ...(protectOnDevices ? problems(PackageNameInIndexShape, packageName) : []),
    );
  }

  source(config: PackageVersionRetentionConfig, tools: SourceTools): SweepSource<Candidate> {
    return new PackageVersions(config, new IotGateway(pacedBy(tools.paces, this.iot)), tools);
  }
}

/** How long, in milliseconds, what was read of stacks is valid: the default of a package, and the owner of a version. */
const FRESH = 5_000;

/** The default of a package, and its owner. */
interface PackageState {
  readonly readAt: number;
  readonly defaultVersion: string | undefined;
  readonly tags: Tags;
}

class PackageVersions implements SweepSource<Candidate>, Each<Candidate> {
  readonly removal = this;
  readonly heedsGuard = true;
  readonly preparation: ActiveJobs | undefined;
  private readonly reports: DeviceReports | undefined;
  waitsFor?: string;
  private package?: PackageState;
  private reading?: Promise<PackageState>;
  private rest?: Promise<void>;

  constructor(
    private readonly config: PackageVersionRetentionConfig,
    private readonly gateway: IotGateway,
    private readonly tools: SourceTools,
  ) {
    const { packageName, protectInActiveJobs, protectOnDevices } = config;
    this.preparation = protectInActiveJobs
      ? new ActiveJobs(packageName, gateway, tools.clock, tools.prepared)
      : undefined;
    this.reports = protectOnDevices ? new DeviceReports(packageName, gateway) : undefined;
  }

  async list(pageToken: string | undefined): Promise<Page<Candidate>> {
    const { config } = this;
    const most = pageSize(PACKAGE_VERSIONS_PER_PAGE, config);
    const page = await this.gateway.listVersions(config.packageName, pageToken, most);
    // the decisions about a page use what is read after the page.
    this.package = this.reading = undefined;
    return { candidates: (page?.packageVersionSummaries ?? []).map(candidate), nextToken: page?.nextToken };
  }

  async isProvisional({ name }: Candidate): Promise<boolean> {
    const tags = await this.tagsOf(name);
    return !tags || this.tools.stacks.isProvisional(claimsIn(tags, ARTIFACT_TAGS));
  }

  async protection({ name, status }: Candidate): Promise<string | undefined> {
    const { action } = this.config;
    if (action === 'DEPRECATE' && status !== 'PUBLISHED') {
      return status === 'DEPRECATED' ? VersionKept.DEPRECATED : VersionKept.NO_TRANSITION;
    }
    await this.atRest();
    return this.preparation ? this.preparation.scouting(() => this.found(name)) : this.found(name);
  }

  private async found(name: string): Promise<string | undefined> {
    const held = await this.heldByStacks(name);
    if (held !== undefined) return held;
    const readAt = this.tools.clock.now();
    if (await this.preparation?.deploys(name)) return VersionKept.IN_ACTIVE_JOB;
    if (await this.reports?.show(name)) return VersionKept.ON_DEVICE;
    // jobs and devices can take minutes where calls are throttled, and a stack can adopt the version meanwhile.
    return this.tools.clock.now() - readAt < FRESH ? undefined : this.heldByStacks(name);
  }

  /** Whether the version is the default, or would be again after a rollback, or belongs to a stack. */
  private async heldByStacks(name: string): Promise<string | undefined> {
    // at the same time: while some calls wait for the package, the pace of the versions' tags must not be idle.
    const [{ defaultVersion, tags }, isOwned] = await Promise.all([this.packageState(), this.isOwned(name)]);
    if (defaultVersion === name) return VersionKept.DEFAULT;
    if (isRemembered(name, tags[DEFAULT_POINTER_TAGS.predecessor]) && !(await this.isPointerLeft(tags))) {
      return VersionKept.DEFAULT_PREDECESSOR;
    }
    if (tags[DEFAULT_POINTER_TAGS.formerVersion] === name && (await this.moves(tags))) {
      return VersionKept.DEFAULT_PREDECESSOR;
    }
    return isOwned ? VersionKept.OWNED : undefined;
  }

  async each({ name }: Candidate, guard: Guard): Promise<End> {
    const { packageName, action } = this.config;
    try {
      if (action === 'DELETE') {
        return (await this.gateway.deleteVersion(packageName, name, guard)) ? 'removed' : 'gone';
      }
      await this.gateway.updateVersion(packageName, name, { action: 'DEPRECATE' }, async () => {
        await guard();
        // the service refuses to delete a version that has become the default meanwhile, but it deprecates such a
        // version.
        if (await this.isDefault(name)) throw new Protected(VersionKept.DEFAULT);
      });
      return 'removed';
    } catch (error) {
      if (isError(error, 'ResourceNotFoundException')) return 'gone';
      // the error for a version that has become the default, or has changed its state, is not documented.
      if (!isRefusedByService(error)) throw error;
      if (await this.isDefault(name)) return { kept: VersionKept.DEFAULT };
      if (action === 'DEPRECATE' && error.name === 'ConflictException') return { kept: VersionKept.NO_TRANSITION };
      throw error;
    }
  }

  /**
   * Reads once a slice, if something is to be removed, whether a deployment that designates the default may still need
   * it.
   */
  private atRest(): Promise<void> {
    return (this.rest ??= this.readRest());
  }

  private async readRest(): Promise<void> {
    const { stackId, stacks } = this.tools;
    const { tags } = await this.packageState();
    const owners = new Set([tags[ARTIFACT_TAGS.stack], tags[DEFAULT_POINTER_TAGS.stack]]);
    for (const owner of owners) {
      if (!owner || owner === stackId || !(await stacks.isBusy(owner))) continue;
      this.waitsFor = owner;
      throw new OutOfTime(`stack ${owner} is not at rest`);
    }
  }

  /** Whether no stack exists any more that would set the default back. */
  private isPointerLeft(tags: Tags): Promise<boolean> {
    return this.tools.stacks.isLeftBehind(tags, DEFAULT_POINTER_TAGS);
  }

  /** Whether the deployment that has moved the default is still in progress. */
  private moves(tags: Tags): Promise<boolean> {
    return this.tools.stacks.isProvisional(claimsIn(tags, DEFAULT_POINTER_TAGS));
  }

  private async isOwned(versionName: string): Promise<boolean> {
    return this.tools.stacks.isHeld((await this.tagsOf(versionName)) ?? {}, ARTIFACT_TAGS);
  }

  private tagsOf(versionName: string): Promise<Tags | undefined> {
    return this.gateway.tagsOf(versionArn(this.tools, this.config.packageName, versionName));
  }

  /**
   * A result that is a few seconds old is good enough: the service itself refuses to delete the default version. The
   * package is read again before the result is too old, so that no candidate has to wait for it.
   */
  private async packageState(): Promise<PackageState> {
    const age = this.package ? this.tools.clock.now() - this.package.readAt : Infinity;
    if (age >= FRESH / 2) this.reading ??= this.readAgain();
    return age < FRESH ? this.package! : this.reading!;
  }

  private readAgain(): Promise<PackageState> {
    const reading = this.readPackage();
    const end = (state?: PackageState) => {
      if (this.reading !== reading) return;
      this.package = state;
      this.reading = undefined;
    };
    // callers that wait for it get the failure; perhaps nobody waits.
    reading.then(end, () => end(this.package));
    return reading;
  }

  private async readPackage(): Promise<PackageState> {
    const { packageName } = this.config;
    // the default first: if it moves meanwhile, the tags that are read next name the former default.
    const held = await this.gateway.findPackage(packageName);
    // not before, because calls wait for their turns.
    const readAt = this.tools.clock.now();
    const tags = (await this.gateway.tagsOf(packageArn(this.tools, packageName))) ?? {};
    return { readAt, defaultVersion: held?.defaultVersionName, tags };
  }

  private async isDefault(versionName: string): Promise<boolean> {
    const held = await this.gateway.findPackage(this.config.packageName);
    return held?.defaultVersionName === versionName;
  }
}

function candidate({ versionName = '', status, creationDate }: PackageVersionSummary): Candidate {
  return { name: versionName, status, createdAt: creationDate?.getTime() };
}
