// What a template holds for a package and its versions, ours beside what else could be written.
import { App, CustomResource, Stack } from 'aws-cdk-lib';
import { CfnSoftwarePackage, CfnSoftwarePackageVersion } from 'aws-cdk-lib/aws-iot';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';
import { PackageVersionStatus, SoftwarePackage } from 'cdk-versioned-artifacts';

const COUNTS = [1, 20];
const packageName = 'brake-ecu';
const names = count => Array.from({ length: count }, (_, index) => `${index + 1}.0.0`);

const VARIANTS = {
  'this library: published versions': (stack, count) => {
    const softwarePackage = new SoftwarePackage(stack, 'Package', { packageName });
    for (const versionName of names(count)) {
      softwarePackage.addVersion(`V${versionName}`, { versionName, status: PackageVersionStatus.PUBLISHED });
    }
  },
  'CfnSoftwarePackageVersion: drafts only': nativeVersions,
  'the same + AwsCustomResource that publishes': (stack, count) => {
    for (const version of nativeVersions(stack, count)) {
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
  'cr.Provider (synchronous) + own handler': (stack, count) => {
    const onEventHandler = new Function(stack, 'Handler', {
      runtime: Runtime.NODEJS_LATEST,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({})'),
    });
    const { serviceToken } = new Provider(stack, 'Provider', { onEventHandler });
    for (const versionName of names(count)) {
      new CustomResource(stack, `V${versionName}`, { serviceToken, properties: { packageName, versionName } });
    }
  },
};

function nativeVersions(stack, count) {
  const softwarePackage = new CfnSoftwarePackage(stack, 'Package', { packageName });
  return names(count).map(versionName => {
    const version = new CfnSoftwarePackageVersion(stack, `V${versionName}`, { packageName, versionName });
    version.node.addDependency(softwarePackage);
    return version;
  });
}

function measure(fill, count) {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Bench');
  fill(stack, count);
  const { template } = app.synth().getStackByName('Bench');
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  return {
    versions: count,
    resources: types.length,
    functions: types.filter(type => type === 'AWS::Lambda::Function').length,
    policies: types.filter(type => type === 'AWS::IAM::Policy').length,
    bytes: JSON.stringify(template).length,
  };
}

export const title = 'Template of one package with its versions';

export async function run() {
  return Object.entries(VARIANTS).flatMap(([variant, fill]) =>
    COUNTS.map(count => ({ variant, ...measure(fill, count) })),
  );
}

/** What stands in a template beside the package and its versions. */
const beside = ({ resources, versions }) => resources - versions - 1;

export function goals(rows) {
  const most = Math.max(...COUNTS);
  const of = name => rows.find(({ variant, versions }) => variant.startsWith(name) && versions === most);
  const [ours, provider, custom] = ['this library', 'cr.Provider', 'the same + AwsCustomResource'].map(of);
  return [
    // the provider's package is a version like the others.
    { what: `resources beside ${most} versions`, now: beside(ours), peer: beside(provider) + 1, goal: 4 },
    { what: `functions for ${most} versions`, now: ours.functions, peer: provider.functions, goal: 1 },
    { what: `bytes for ${most} published versions`, now: ours.bytes, peer: custom.bytes, goal: custom.bytes },
  ];
}
