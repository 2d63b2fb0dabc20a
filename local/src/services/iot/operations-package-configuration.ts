/** The account's package configuration: whether jobs write the installed versions into shadows. */
// documented: API reference of each operation; developer guide, "Preparing AWS IoT Jobs"
// unverified: that members which an update leaves out stay
import { checked } from '../../core/checked';
import { type Operations } from '../../core/service';
import type { Input } from '../../core/shape';
import { PACKAGES } from './constraints';
import { validation } from './errors';

type VersionUpdateByJobs = NonNullable<Input<typeof PACKAGES.UpdatePackageConfiguration>['versionUpdateByJobsConfig']>;

export class PackageConfiguration {
  // unverified: the answer if the account has never set it.
  versionUpdateByJobsConfig: VersionUpdateByJobs = { enabled: false };
}

export function packageConfigurationOperations(configuration: PackageConfiguration): Operations {
  return {
    GetPackageConfiguration: checked(validation, {
      members: PACKAGES.GetPackageConfiguration,
      run: () => ({ ...configuration }),
    }),
    UpdatePackageConfiguration: checked(validation, {
      members: PACKAGES.UpdatePackageConfiguration,
      alsoNeeds: ({ versionUpdateByJobsConfig }) =>
        versionUpdateByJobsConfig?.roleArn
          ? [{ action: 'iam:PassRole', resource: versionUpdateByJobsConfig.roleArn }]
          : [],
      run({ versionUpdateByJobsConfig }) {
        configuration.versionUpdateByJobsConfig = {
          ...configuration.versionUpdateByJobsConfig,
          ...versionUpdateByJobsConfig,
        };
        return {};
      },
    }),
  };
}
