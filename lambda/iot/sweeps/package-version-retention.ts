import { type IoTClient, type PackageVersionSummary } from '@aws-sdk/client-iot';
import { type PackageVersionRetentionConfig, checkPackageName, checkPackageNameInIndex } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { checkRequestsPerSecond, checkRules } from '../../../contract/sweep';
import { rejectProblems } from '../../runtime/messages';
import { type SourceTools, type SweepKind } from '../../sweep/kind';
import { type Candidate, type Page, type Removal, type SweepSource } from '../../sweep/source';
import { ActiveJobs } from './active-jobs';
import { iotArn } from './arns';
import { SweepCalls, isError } from './calls';
import { DeviceReports } from './device-reports';
import { VersionKept } from './keep-reasons';

/** `Custom::IoTPackageVersionRetention` */
export class PackageVersionRetention implements SweepKind<PackageVersionRetentionConfig> {
  readonly order = 'SEMVER';

  constructor(private readonly iot: IoTClient) {}

  validate({ packageName, rules, requestsPerSecond, protectOnDevices }: PackageVersionRetentionConfig): void {
    rejectProblems(
      checkPackageName(packageName),
      checkRules(rules, 'retention'),
      checkRequestsPerSecond(requestsPerSecond),
      protectOnDevices ? checkPackageNameInIndex(packageName) : undefined,
    );
  }

  source(config: PackageVersionRetentionConfig, tools: SourceTools): SweepSource<Candidate> {
    return new PackageVersions(config, new SweepCalls(this.iot, tools.paces), tools);
  }
}

class PackageVersions implements SweepSource<Candidate> {
  readonly preparation: ActiveJobs | undefined;
  private readonly reports: DeviceReports | undefined;

  constructor(
    private readonly config: PackageVersionRetentionConfig,
    private readonly calls: SweepCalls,
    private readonly tools: SourceTools,
  ) {
    const { packageName, protectInActiveJobs, protectOnDevices } = config;
    this.preparation = protectInActiveJobs ? new ActiveJobs(packageName, calls, tools.prepared) : undefined;
    this.reports = protectOnDevices ? new DeviceReports(packageName, calls) : undefined;
  }

  async list(pageToken: string | undefined): Promise<Page<Candidate>> {
    const page = await this.calls.listVersions(this.config.packageName, pageToken);
    return { candidates: (page?.packageVersionSummaries ?? []).map(candidate), nextToken: page?.nextToken };
  }

  async protection({ name, status }: Candidate): Promise<string | undefined> {
    const { packageName, action } = this.config;
    if (action === 'DEPRECATE' && status !== 'PUBLISHED') {
      return status === 'DEPRECATED' ? VersionKept.DEPRECATED : VersionKept.NO_TRANSITION;
    }
    if ((await this.calls.defaultVersionOf(packageName)) === name) return VersionKept.DEFAULT;
    const tags = await this.calls.tagKeysOf(iotArn(this.tools.stackId, `package/${packageName}/version/${name}`));
    if (tags.has(ARTIFACT_TAGS.owner)) return VersionKept.OWNED;
    if (this.preparation?.deploys(name)) return VersionKept.IN_ACTIVE_JOB;
    if (await this.reports?.show(name)) return VersionKept.ON_DEVICE;
    return undefined;
  }

  async remove({ name }: Candidate): Promise<Removal> {
    const { packageName, action } = this.config;
    try {
      if (action === 'DELETE') {
        await this.calls.deleteVersion(packageName, name);
        return 'removed';
      }
      // the service refuses to delete what has become the default meanwhile, and deprecates it.
      if ((await this.calls.defaultVersionOf(packageName)) === name) return { kept: VersionKept.DEFAULT };
      await this.calls.deprecateVersion(packageName, name);
      return 'removed';
    } catch (error) {
      if (isError(error, 'ResourceNotFoundException')) return 'gone';
      // how the service refuses what has become the default, or has changed its state, is not documented.
      if (!isError(error, 'ValidationException', 'ConflictException')) throw error;
      if ((await this.calls.defaultVersionOf(packageName)) === name) return { kept: VersionKept.DEFAULT };
      if (action === 'DEPRECATE' && error.name === 'ConflictException') return { kept: VersionKept.NO_TRANSITION };
      throw error;
    }
  }
}

function candidate({ versionName = '', status, creationDate }: PackageVersionSummary): Candidate {
  return { name: versionName, status, createdAt: creationDate?.getTime() };
}
