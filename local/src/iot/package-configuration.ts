/** The account's package configuration: whether jobs write the versions that they installed into shadows. */
import { checked } from '../checked';
import { type Operations } from '../service';
import type { Input } from '../shape';
import { PACKAGES } from './constraints';
import { validation } from './errors';

type VersionUpdateByJobs = NonNullable<Input<typeof PACKAGES.UpdatePackageConfiguration>['versionUpdateByJobsConfig']>;

export class PackageConfiguration {
  // unverified: that an account which never set it is answered so.
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
