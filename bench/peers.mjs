// A package with published versions, as this library declares them and as its peers do.
import { CustomResource } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';

const packageName = 'brake-ecu';
const names = count => Array.from({ length: count }, (_, index) => `${index + 1}.0.0`);

export const OURS = 'this library: published versions';
export const BARE = 'bare custom resources + own handler';

/** Each declares so many versions, and loads only what it needs, because loading takes time, too. */
export const VARIANTS = {
  [OURS]: async (stack, count) => {
    const { PackageVersionStatus, SoftwarePackage } = await import('cdk-versioned-artifacts');
    const softwarePackage = new SoftwarePackage(stack, 'Package', { packageName });
    for (const versionName of names(count)) {
      softwarePackage.addVersion(`V${versionName}`, { versionName, status: PackageVersionStatus.PUBLISHED });
    }
  },
  [BARE]: (stack, count) => customResources(stack, count, handler(stack).functionArn),
  'CfnSoftwarePackageVersion: drafts only': nativeVersions,
  'the same + AwsCustomResource that publishes': async (stack, count) => {
    const { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } =
      await import('aws-cdk-lib/custom-resources');
    for (const version of await nativeVersions(stack, count)) {
      const { versionName } = version;
      const publish = new AwsCustomResource(stack, `Publish${versionName}`, {
        onCreate: {
          service: 'IoT',
          action: 'updatePackageVersion',
          parameters: { packageName, versionName, action: 'PUBLISH' },
          physicalResourceId: PhysicalResourceId.of(`${packageName}/${versionName}`),
        },
        policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
      });
      publish.node.addDependency(version);
    }
  },
  'cr.Provider (synchronous) + own handler': async (stack, count) => {
    const { Provider } = await import('aws-cdk-lib/custom-resources');
    const { serviceToken } = new Provider(stack, 'Provider', { onEventHandler: handler(stack) });
    customResources(stack, count, serviceToken);
  },
  'cr.Provider with isComplete + own handlers': async (stack, count) => {
    const { Provider } = await import('aws-cdk-lib/custom-resources');
    const [onEventHandler, isCompleteHandler] = [handler(stack), handler(stack, 'IsComplete')];
    const { serviceToken } = new Provider(stack, 'Provider', { onEventHandler, isCompleteHandler });
    customResources(stack, count, serviceToken);
  },
};

function handler(stack, id = 'Handler') {
  return new Function(stack, id, {
    runtime: Runtime.NODEJS_LATEST,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({})'),
  });
}

function customResources(stack, count, serviceToken) {
  for (const versionName of names(count)) {
    new CustomResource(stack, `V${versionName}`, {
      resourceType: 'Custom::IoTSoftwarePackageVersion',
      serviceToken,
      properties: { PackageName: packageName, VersionName: versionName, Status: 'PUBLISHED' },
    });
  }
}

async function nativeVersions(stack, count) {
  const { CfnSoftwarePackage, CfnSoftwarePackageVersion } = await import('aws-cdk-lib/aws-iot');
  const softwarePackage = new CfnSoftwarePackage(stack, 'Package', { packageName });
  return names(count).map(versionName => {
    const version = new CfnSoftwarePackageVersion(stack, `V${versionName}`, { packageName, versionName });
    version.node.addDependency(softwarePackage);
    return version;
  });
}
