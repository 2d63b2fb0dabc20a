import { App, CustomResource, Stack, Tags } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import {
  CloudBaseServiceVersion,
  CloudBaseVersionRetention,
  DefaultPackageVersion,
  JobExecutionCleanup,
  JobRecipe,
  JobSelection,
  PackageArtifact,
  PackageVersionRetention,
  PackageVersionStatus,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SchemaVersionRetention,
  SoftwarePackage,
  SweepTrigger,
  VersionRemoval,
  WeChatAccessToken,
  WeChatArtifactProvider,
} from 'cdk-versioned-artifacts';
import { type Resource, resources } from './app';

function declare(context?: Record<string, unknown>): Record<string, Resource> {
  const stack = new Stack(new App({ context }), 'Stack');
  const bucket = Bucket.fromBucketName(stack, 'Bucket', 'firmware');
  const firmware = new SoftwarePackage(stack, 'Firmware', {
    packageName: 'brake-ecu',
    description: 'Brake controller firmware',
  });
  const version = firmware.addVersion('V2', {
    versionName: '2.0.0',
    attributes: { signing: 'ed25519' },
    artifact: PackageArtifact.fromBucket(bucket, 'fw-2.0.0.bin', 'x1'),
    recipe: JobRecipe.fromObject({ version: '1.0' }),
    status: PackageVersionStatus.PUBLISHED,
  });
  firmware.addVersion('V1', { versionName: '1.0.0', removal: VersionRemoval.DEPRECATE });
  new DefaultPackageVersion(stack, 'Default', { version });
  Tags.of(stack).add('team', 'chassis');

  return comparable(stack);
}

/** The resources of a stack, but for what differs with the handlers' code and with the version of aws-cdk-lib. */
function comparable(stack: Stack): Record<string, Resource> {
  const all = resources(stack);
  for (const { Type, Properties } of Object.values(all)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    Properties.Code.S3Key = '<hash>.zip';
    Properties.Runtime = '<newest>';
  }
  return all;
}

test('the template of a package with two versions and a default', () => {
  const all = declare();

  expect(Object.values(all).filter(({ Type }) => Type.startsWith('Custom::'))).toMatchSnapshot('artifacts');
  expect(Object.values(all).filter(({ Type }) => !Type.startsWith('Custom::'))).toMatchSnapshot('provider');
});

/** Characters of the template of so many versions of a package, without whitespace. */
function size(declareOn: (stack: Stack, versionName: string) => void): number {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  for (let index = 0; index < 400; index++) declareOn(stack, `${index}.0.0`);
  return JSON.stringify(resources(stack)).length;
}

test('400 versions take hardly more of a template than 400 bare custom resources', () => {
  const bare = size((stack, versionName) => {
    const { functionArn } = (stack.node.tryFindChild('Handler') ?? handler(stack)) as Function;
    const properties = { PackageName: 'brake-ecu', VersionName: versionName, Status: 'PUBLISHED' };
    const resourceType = 'Custom::IoTSoftwarePackageVersion';
    new CustomResource(stack, `V${versionName}`, { resourceType, serviceToken: functionArn, properties });
  });
  const ours = size((stack, versionName) => {
    const firmware =
      stack.node.tryFindChild('Firmware') ?? new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
    (firmware as SoftwarePackage).addVersion(`V${versionName}`, {
      versionName,
      status: PackageVersionStatus.PUBLISHED,
    });
  });

  expect(ours / bare).toBeLessThanOrEqual(1.05);
});

const handler = (stack: Stack) =>
  new Function(stack, 'Handler', {
    runtime: Runtime.NODEJS_LATEST,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({})'),
  });

/** Sweeps of every kind, and what the other families have. */
function declareOthers(context?: Record<string, unknown>): Record<string, Resource> {
  const stack = new Stack(new App({ context, analyticsReporting: false }), 'Stack');
  const triggers = [SweepTrigger.afterDeployment(), SweepTrigger.onDestroy(), SweepTrigger.duringDeployment()];
  const rules = { keepLatest: 5 };
  const softwarePackage = SoftwarePackage.fromPackageName(stack, 'Imported', 'brake-ecu');
  const retention = new PackageVersionRetention(stack, 'Keep', { softwarePackage, rules, triggers });
  retention.onFailure('Failed', { target: new SnsTopic(new Topic(stack, 'Operators')) });
  new JobExecutionCleanup(stack, 'Cleanup', { jobs: JobSelection.byIdPrefix('ota-') });

  const schema = SchemaReference.fromSchemaName({ registryName: 'shop', schemaName: 'orders' });
  // above 16 KB, so that it is an asset.
  const definition = SchemaDefinition.fromString(JSON.stringify({ type: 'string', doc: 'x'.repeat(20_000) }));
  new SchemaVersion(stack, 'Schema', { schema, definition });
  new SchemaVersionRetention(stack, 'KeepSchemas', { schema, rules, triggers });

  const vpc = new Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false });
  WeChatArtifactProvider.of(stack, { vpc });
  const accessToken = WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', 'token'));
  const service = { environmentId: 'prod-6gxk23', serverName: 'api', accessToken };
  new CloudBaseServiceVersion(stack, 'Api', { ...service, versionName: 'api-012' });
  new CloudBaseVersionRetention(stack, 'KeepApi', { ...service, rules, triggers });
  return comparable(stack);
}

test('feature flags change nothing, in no family', () => {
  expect(declare(flags)).toEqual(declare());
  expect(declareOthers(flags)).toEqual(declareOthers());
});
