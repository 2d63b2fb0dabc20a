/** The account's package configuration: whether jobs write the versions that they installed into shadows. */
import type { Input } from '../shape';
import { PACKAGES } from './constraints';
import { type Operations, operation } from './operation';

type VersionUpdateByJobs = NonNullable<Input<typeof PACKAGES.UpdatePackageConfiguration>['versionUpdateByJobsConfig']>;

export class PackageConfiguration {
  // unverified: that an account which never set it is answered so.
  versionUpdateByJobsConfig: VersionUpdateByJobs = { enabled: false };
}

export function packageConfigurationOperations(configuration: PackageConfiguration): Operations {
  return {
    GetPackageConfiguration: operation({
      http: 'GET /package-configuration',
      members: PACKAGES.GetPackageConfiguration,
      invalid: 'ValidationException',
      needs: () => [{ action: 'iot:GetPackageConfiguration', resource: '*' }],
      run: () => ({ ...configuration }),
    }),
    UpdatePackageConfiguration: operation({
      http: 'PATCH /package-configuration',
      members: PACKAGES.UpdatePackageConfiguration,
      invalid: 'ValidationException',
      needs: ({ versionUpdateByJobsConfig }) => [
        { action: 'iot:UpdatePackageConfiguration', resource: '*' },
        ...(versionUpdateByJobsConfig?.roleArn
          ? [{ action: 'iam:PassRole', resource: versionUpdateByJobsConfig.roleArn }]
          : []),
      ],
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
