import { SoftwarePackageResourceType } from '../../contract/iot';
import { awsService } from '../runtime/client';
import { type CurrentVersion, currentVersion } from '../runtime/s3-objects';
import { IoTClient } from './clients';
import { DefaultPackageVersionHandler } from './default-package-version';
import { SoftwarePackageHandler } from './software-package';
import { SoftwarePackageVersionHandler } from './software-package-version';

/** The handlers of the IoT provider, by resource type. */
export const iotHandlers = (iot: IoTClient, objectVersion: CurrentVersion = currentVersion()) => ({
  [SoftwarePackageResourceType.PACKAGE]: new SoftwarePackageHandler(iot),
  [SoftwarePackageResourceType.VERSION]: new SoftwarePackageVersionHandler(iot, objectVersion),
  [SoftwarePackageResourceType.DEFAULT_VERSION]: new DefaultPackageVersionHandler(iot),
});

// the artifacts repeat throttled calls themselves, after they have checked whether they still may.
export const service = awsService((config, ended) => iotHandlers(new IoTClient(config), currentVersion(ended)));
