import { type IConstruct } from 'constructs';
import { DEFAULT_POINTER, JobIdShape, type JobSelectionConfig, ThingNameShape } from '../../contract/iot';
import { list } from '../../contract/shape';
import { PACKAGE_VERSION, SOFTWARE_PACKAGE, requireArgument } from '../core/arguments';
import { requireEnvironmentOf } from '../core/environment';
import { invalid, validate } from '../core/validation';
import { type ISoftwarePackage } from './software-package';
import { type ISoftwarePackageVersion } from './software-package-version';

/**
 * The jobs whose executions a cleanup considers.
 *
 * @example
 * import { JobExecutionCleanup, JobSelection, SoftwarePackageVersion } from 'cdk-versioned-artifacts';
 *
 * declare const release: SoftwarePackageVersion;
 * new JobExecutionCleanup(this, 'Cleanup', { jobs: JobSelection.byPackageVersion(release), deleteJobs: true });
 */
export class JobSelection {
  /**
   * Jobs by their ids.
   *
   * @param jobIds ids of 1 to 64 letters, digits, `_` and `-`; at least one
   */
  public static byIds(...jobIds: string[]): JobSelection {
    return new JobSelection(scope => {
      if (jobIds.length === 0) {
        throw invalid(scope, 'JobSelection.byIds needs an id, got none: name one, or take JobSelection.all()');
      }
      validate(scope, list(JobIdShape), jobIds);
      return { by: 'IDS', jobIds };
    });
  }

  /**
   * Jobs whose ids start with a prefix.
   *
   * @param prefix the start of the ids: 1 to 64 letters, digits, `_` and `-`
   */
  public static byIdPrefix(prefix: string): JobSelection {
    return new JobSelection(scope => {
      validate(scope, JobIdShape, prefix);
      return { by: 'ID_PREFIX', prefix };
    });
  }

  /**
   * The executions of all jobs for one thing. Those for other things stay.
   *
   * @param thingName the thing's name
   */
  public static byThing(thingName: string): JobSelection {
    return new JobSelection(scope => {
      validate(scope, ThingNameShape, thingName);
      return { by: 'THING', thingName };
    });
  }

  /**
   * Jobs that deploy a version of a software package.
   *
   * @param version the version, as the jobs name it
   */
  public static byPackageVersion(version: ISoftwarePackageVersion): JobSelection {
    requireArgument('JobSelection.byPackageVersion', version, PACKAGE_VERSION);
    return new JobSelection(scope => {
      requireEnvironmentOf(version, scope, 'a cleanup', 'the package version');
      return { by: 'PACKAGE_VERSION', packageVersionArn: version.packageVersionArn };
    });
  }

  /**
   * Jobs that deploy the default version of a software package by the name `$default`.
   *
   * @param softwarePackage the package
   */
  public static byDefaultPackageVersion(softwarePackage: ISoftwarePackage): JobSelection {
    requireArgument('JobSelection.byDefaultPackageVersion', softwarePackage, SOFTWARE_PACKAGE);
    return new JobSelection(scope => {
      requireEnvironmentOf(softwarePackage, scope, 'a cleanup', 'the package');
      const packageVersionArn = `${softwarePackage.packageArn}/version/${DEFAULT_POINTER}`;
      return { by: 'PACKAGE_VERSION', packageVersionArn };
    });
  }

  /** All jobs of the account and region. */
  public static all(): JobSelection {
    return new JobSelection(() => ({ by: 'ALL' }));
  }

  private constructor(
    /**
     * The selection for a cleanup. Throws where it breaks a rule.
     *
     * @internal
     */
    public readonly _bind: (cleanup: IConstruct) => JobSelectionConfig,
  ) {}
}
