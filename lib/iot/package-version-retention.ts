import { Stack } from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import { IotSweepType, PackageNameInIndexShape, type PackageVersionRetentionConfig } from '../../contract/iot';
import { type SweepConfig } from '../../contract/sweep';
import { FLAG, SOFTWARE_PACKAGE, memberOf, requireKinds } from '../core/arguments';
import { isElsewhereMaybe, requireEnvironmentOf } from '../core/environment';
import { requireProps, validate } from '../core/validation';
import { RetentionBase } from '../sweep/retention-base';
import { type SweepOptions, type SweepRules, VersionOrder } from '../sweep/sweep-rules';
import { type SweepTrigger } from '../sweep/sweep-trigger';
import { declaredPackageName, declaredVersionName, samePackage } from './declared-name';
import { declaredDefaults } from './default-package-version';
import { PackageVersionStatus, RetentionAction } from './enums';
import { IotArtifactProvider } from './provider';
import { type ISoftwarePackage } from './software-package';
import { declaredVersions } from './software-package-version';
import { requireStatuses } from './statuses';
import { retentionPermissions } from './sweep-permissions';

/** Properties of a `PackageVersionRetention`. */
export interface PackageVersionRetentionProps extends SweepOptions {
  /** The package whose versions are kept or removed. It must be in the stack's account and region. */
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
   * What happens to a version that is not kept.
   *
   * @default RetentionAction.DELETE
   */
  readonly action?: RetentionAction;

  /**
   * Whether to keep versions that an active job deploys: one that is scheduled, in progress, or canceled with
   * executions in progress. This takes a call for each such job of the account and region.
   *
   * @default true
   */
  readonly protectInActiveJobs?: boolean;

  /**
   * Whether to keep versions that a device still reports according to the fleet index. The named shadow `$package` must
   * be indexed, else the run is refused. Not for a package with a dot in its name.
   *
   * @default false
   */
  readonly protectOnDevices?: boolean;

  /**
   * When the retention runs. With an empty list, it runs only when you start its state machine.
   *
   * @default [SweepTrigger.afterDeployment()]
   */
  readonly triggers?: SweepTrigger[];
}

/**
 * Keeps the best versions of a software package and removes the others, no matter who created them.
 *
 * Some versions always stay: the default version, versions that a stack owns, and every version whose protection cannot
 * be read.
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import { PackageVersionRetention, SoftwarePackage } from 'cdk-versioned-artifacts';
 *
 * declare const firmware: SoftwarePackage;
 * new PackageVersionRetention(this, 'Keep', {
 *   softwarePackage: firmware,
 *   rules: { keepLatest: 5, minAge: Duration.days(90), exclude: ['*-lts'] },
 * });
 */
export class PackageVersionRetention extends RetentionBase {
  constructor(scope: Construct, id: string, props: PackageVersionRetentionProps) {
    super(scope, id, props, (retention, shared) => {
      const { softwarePackage } = props;
      const config = configOf(retention, shared, props);
      const provider = IotArtifactProvider.of(retention);
      const stack = Stack.of(retention);
      provider._allow(...retentionPermissions(stack, config));
      const versions = () => declaredVersions.beside(retention, config.packageName).filter(isOf(softwarePackage));
      const defaults = () =>
        declaredDefaults
          .beside(retention, config.packageName)
          .filter(construct => construct.stack === stack)
          .filter(isOf(softwarePackage));
      return {
        provider,
        config,
        versions: () => versions().map(declaredVersionName).sort(),
        after: () => [softwarePackage, ...versions(), ...defaults()],
      };
    });
  }
}

const isOf = (softwarePackage: ISoftwarePackage) => (construct: { readonly softwarePackage: ISoftwarePackage }) =>
  samePackage(construct.softwarePackage, softwarePackage);

function configOf(
  sweep: IConstruct,
  shared: SweepConfig,
  props: PackageVersionRetentionProps,
): PackageVersionRetentionConfig {
  const { softwarePackage } = props;
  requireProps(sweep, props, 'softwarePackage');
  requireKinds(sweep, props, {
    softwarePackage: SOFTWARE_PACKAGE,
    order: memberOf('VersionOrder', VersionOrder),
    action: memberOf('RetentionAction', RetentionAction),
    protectInActiveJobs: FLAG,
    protectOnDevices: FLAG,
  });
  const packageName = declaredPackageName(softwarePackage);
  requireEnvironmentOf(softwarePackage, sweep, 'a retention', 'its package');
  const { protectOnDevices } = props;
  const statuses = props.statuses ?? undefined;
  requireStatuses(sweep, { property: 'statuses', statuses, known: PackageVersionStatus });
  if (protectOnDevices) validate(sweep, PackageNameInIndexShape, packageName);
  return {
    type: IotSweepType.PACKAGE_VERSION_RETENTION,
    ...shared,
    arn: isElsewhereMaybe(softwarePackage.env, sweep) ? softwarePackage.packageArn : undefined,
    statuses,
    order: props.order ?? VersionOrder.SEMVER,
    packageName,
    action: props.action ?? RetentionAction.DELETE,
    protectInActiveJobs: props.protectInActiveJobs ?? true,
    protectOnDevices: protectOnDevices ?? false,
  };
}
