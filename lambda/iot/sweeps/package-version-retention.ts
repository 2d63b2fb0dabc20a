import { type IoTClient, type PackageVersionSummary } from '@aws-sdk/client-iot';
import { type PackageVersionRetentionConfig, checkPackageName, checkPackageNameInIndex } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { checkRequestsPerSecond, checkRules } from '../../../contract/sweep';
import { rejectProblems } from '../../runtime/messages';
import { type SourceTools, type SweepKind } from '../../sweep/kind';
import { pacedBy } from '../../sweep/pace';
import { type Candidate, type Page, type Removal, type SweepSource } from '../../sweep/source';
import { IotGateway, isError } from '../gateway';
import { ActiveJobs } from './active-jobs';
import { iotArn } from './arns';
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
    return new PackageVersions(config, new IotGateway(pacedBy(tools.paces, this.iot)), tools);
  }
}

class PackageVersions implements SweepSource<Candidate> {
  readonly preparation: ActiveJobs | undefined;
  private readonly reports: DeviceReports | undefined;

  constructor(
    private readonly config: PackageVersionRetentionConfig,
    private readonly gateway: IotGateway,
    private readonly tools: SourceTools,
  ) {
    const { packageName, protectInActiveJobs, protectOnDevices } = config;
    this.preparation = protectInActiveJobs ? new ActiveJobs(packageName, gateway, tools.prepared) : undefined;
    this.reports = protectOnDevices ? new DeviceReports(packageName, gateway) : undefined;
  }

  async list(pageToken: string | undefined): Promise<Page<Candidate>> {
    const page = await this.gateway.listVersions(this.config.packageName, pageToken);
    return { candidates: (page?.packageVersionSummaries ?? []).map(candidate), nextToken: page?.nextToken };
  }

  async protection({ name, status }: Candidate): Promise<string | undefined> {
    const { packageName, action } = this.config;
    if (action === 'DEPRECATE' && status !== 'PUBLISHED') {
      return status === 'DEPRECATED' ? VersionKept.DEPRECATED : VersionKept.NO_TRANSITION;
    }
    if (await this.isDefault(name)) return VersionKept.DEFAULT;
    const arn = iotArn(this.tools.stackId, `package/${packageName}/version/${name}`);
    const tags = (await this.gateway.tagsOf(arn)) ?? {};
    if (ARTIFACT_TAGS.owner in tags) return VersionKept.OWNED;
    if (this.preparation?.deploys(name)) return VersionKept.IN_ACTIVE_JOB;
    if (await this.reports?.show(name)) return VersionKept.ON_DEVICE;
    return undefined;
  }

  async remove({ name }: Candidate): Promise<Removal> {
    const { packageName, action } = this.config;
    try {
      if (action === 'DELETE') {
        return (await this.gateway.deleteVersion(packageName, name)) ? 'removed' : 'gone';
      }
      // the service refuses to delete what has become the default meanwhile, and deprecates it.
      if (await this.isDefault(name)) return { kept: VersionKept.DEFAULT };
      await this.gateway.updateVersion(packageName, name, { action: 'DEPRECATE' });
      return 'removed';
    } catch (error) {
      if (isError(error, 'ResourceNotFoundException')) return 'gone';
      // how the service refuses what has become the default, or has changed its state, is not documented.
      if (!isError(error, 'ValidationException', 'ConflictException')) throw error;
      if (await this.isDefault(name)) return { kept: VersionKept.DEFAULT };
      if (action === 'DEPRECATE' && error.name === 'ConflictException') return { kept: VersionKept.NO_TRANSITION };
      throw error;
    }
  }

  private async isDefault(versionName: string): Promise<boolean> {
    const held = await this.gateway.findPackage(this.config.packageName);
    return held?.defaultVersionName === versionName;
  }
}

function candidate({ versionName = '', status, creationDate }: PackageVersionSummary): Candidate {
  return { name: versionName, status, createdAt: creationDate?.getTime() };
}
