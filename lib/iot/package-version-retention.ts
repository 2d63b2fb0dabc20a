import { Lazy, Stack } from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import { IotSweepType, type PackageVersionRetentionConfig, checkPackageNameInIndex } from '../../contract/iot';
import { dependOnResourceOf } from '../core/artifact-resource';
import { dependableOn } from '../core/dependencies';
import { requireEnvironmentOf } from '../core/environment';
import { validate } from '../core/validation';
import { ArtifactProvider } from '../provider/artifact-provider';
import { VersionOrder } from '../sweep/enums';
import { SweepBase } from '../sweep/sweep-base';
import { sweepConfig } from '../sweep/sweep-config';
import { type SweepOptions } from '../sweep/sweep-options';
import { type SweepRules } from '../sweep/sweep-rules';
import { SweepTrigger } from '../sweep/sweep-trigger';
import { declaredPackageName, declaredVersionName, samePackage } from './declared-name';
import { DefaultPackageVersion } from './default-package-version';
import { type PackageVersionStatus, RetentionAction } from './enums';
import { type ISoftwarePackage } from './software-package-interfaces';
import { SoftwarePackageVersion } from './software-package-version';
import { requireStatuses } from './statuses';
import { allowRetention } from './sweep-permissions';

/** Removals that one run may make where the rules set no other limit. */
const MAX_REMOVALS = 50;

/** Properties of a `PackageVersionRetention`. */
export interface PackageVersionRetentionProps extends SweepOptions {
  /** The package whose versions are kept or removed. It must be of the same account and region. */
  readonly softwarePackage: ISoftwarePackage;

  /** What is kept: a `keepLatest` of at least 1, or a `minAge`. */
  readonly rules: SweepRules;

  /**
   * Only versions in one of these states are ranked and removed.
   *
   * @default - all states
   */
  readonly statuses?: PackageVersionStatus[];

  /**
   * How versions are ranked for `keepLatest`.
   *
   * @default VersionOrder.SEMVER
   */
  readonly order?: VersionOrder;

  /**
   * What becomes of a version that is not kept.
   *
   * @default RetentionAction.DELETE
   */
  readonly action?: RetentionAction;

  /**
   * Whether to keep versions that a job in progress or scheduled deploys. Takes a call for each such job of the account
   * and region.
   *
   * @default true
   */
  readonly protectInActiveJobs?: boolean;

  /**
   * Whether to keep versions that a device still reports, as the fleet index has it. The named shadow `$package` must be
   * indexed, else the sweep is refused. Not for a package with a dot in its name.
   *
   * @default false
   */
  readonly protectOnDevices?: boolean;

  /**
   * When the retention runs. With an empty list only when its state machine is started.
   *
   * @default [SweepTrigger.afterDeployment()]
   */
  readonly triggers?: SweepTrigger[];
}

/**
 * Keeps the best versions of a software package and removes the others, whoever made them.
 *
 * The default version and versions that a stack owns always stay, and so does whatever cannot be told to be free.
 */
export class PackageVersionRetention extends SweepBase {
  constructor(scope: Construct, id: string, props: PackageVersionRetentionProps) {
    const { softwarePackage, triggers = [SweepTrigger.afterDeployment()] } = props;
    super(scope, id, { ...props, triggers }, sweep => {
      const config = configOf(sweep, props);
      const provider = ArtifactProvider.iot(sweep);
      allowRetention(provider, config);
      const declared = () => declaredIn(Stack.of(sweep), softwarePackage);
      return {
        provider,
        config,
        declaredVersions: Lazy.list({ produce: () => versionNames(declared()) }, { omitEmpty: true }),
        order: resource => {
          dependOnResourceOf(resource, softwarePackage);
          resource.node.addDependency(dependableOn(() => declared().map(({ node }) => node.defaultChild!)));
        },
      };
    });
  }
}

function configOf(sweep: IConstruct, props: PackageVersionRetentionProps): PackageVersionRetentionConfig {
  const { softwarePackage, statuses, protectInActiveJobs = true, protectOnDevices = false } = props;
  const packageName = declaredPackageName(softwarePackage);
  requireEnvironmentOf(softwarePackage, sweep, 'a retention', 'its package');
  requireStatuses(sweep, 'statuses', statuses);
  if (protectOnDevices) validate(sweep, packageName, checkPackageNameInIndex);
  return {
    type: IotSweepType.PACKAGE_VERSION_RETENTION,
    ...sweepConfig(sweep, { kind: 'retention', defaultMaxRemovals: MAX_REMOVALS, ...props }),
    statuses,
    order: props.order ?? VersionOrder.SEMVER,
    packageName,
    action: props.action ?? RetentionAction.DELETE,
    protectInActiveJobs,
    protectOnDevices,
  };
}

/** What a stack says of the versions of a package: a sweep in its deployment comes after that. */
function declaredIn(stack: Stack, softwarePackage: ISoftwarePackage) {
  return stack.node
    .findAll()
    .filter(construct => construct instanceof SoftwarePackageVersion || construct instanceof DefaultPackageVersion)
    .filter(construct => construct.stack === stack && samePackage(construct.softwarePackage, softwarePackage));
}

function versionNames(declared: readonly IConstruct[]): string[] {
  return declared
    .filter(construct => construct instanceof SoftwarePackageVersion)
    .map(declaredVersionName)
    .sort();
}
