import { Duration, type Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudBaseServiceVersion,
  CloudBaseVersionRetention,
  DefaultPackageVersion,
  JobExecutionCleanup,
  JobSelection,
  PackageArtifact,
  PackageSbom,
  PackageVersionRetention,
  PackageVersionStatus,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SchemaVersionRetention,
  SoftwarePackage,
  SweepTrigger,
  WeChatAccessToken,
  WeChatArtifactProvider,
} from 'cdk-versioned-artifacts';

/** A package with a version that has all there is, and is its default. */
export function everything(stack: Stack): void {
  const bucket = Bucket.fromBucketName(stack, 'Bucket', 'firmware');
  const firmware = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
  const version = firmware.addVersion('V1', {
    versionName: '1.0.0',
    artifact: PackageArtifact.fromBucket(bucket, 'fw.bin', 'v1'),
    sbom: PackageSbom.fromBucket(bucket, 'sbom.zip', 'v1'),
    status: PackageVersionStatus.PUBLISHED,
  });
  new DefaultPackageVersion(stack, 'Default', { version });
}

/** The sweeps over AWS IoT, with all triggers. */
export function sweeps(stack: Stack): void {
  const softwarePackage = SoftwarePackage.fromPackageName(stack, 'Swept', 'engine-ecu');
  const triggers = [
    SweepTrigger.afterDeployment(),
    SweepTrigger.onSchedule(Schedule.rate(Duration.days(1))),
    SweepTrigger.onDestroy(),
    SweepTrigger.duringDeployment(),
  ];
  const rules = { keepLatest: 1 };
  new PackageVersionRetention(stack, 'Keep', { softwarePackage, rules, protectOnDevices: true, triggers });
  const jobs = JobSelection.byIdPrefix('ota-');
  new JobExecutionCleanup(stack, 'Cleanup', { jobs, force: true, deleteJobs: true, triggers });
}

/** A schema version and a retention. */
export function schemas(stack: Stack): void {
  const schema = SchemaReference.fromSchemaName({ registryName: 'events', schemaName: 'orders' });
  new SchemaVersion(stack, 'Order', { schema, definition: SchemaDefinition.fromString('x'.repeat(20_000)) });
  new SchemaVersionRetention(stack, 'KeepOrders', { schema, rules: { keepLatest: 1 }, advanceCheckpoint: true });
}

/** A CloudBase version and a retention, in a VPC. */
export function services(stack: Stack): void {
  servicesOf(stack);
  WeChatArtifactProvider.of(stack, { vpc: new ec2.Vpc(stack, 'NatVpc', { maxAzs: 1 }) });
}

/** The same, of a provider that is configured otherwise. */
export function servicesOf(stack: Stack): void {
  const accessToken = WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', 'platform/token'));
  const service = { environmentId: 'prod', serverName: 'api', accessToken };
  new CloudBaseServiceVersion(stack, 'Api', { ...service, versionName: 'api-012' });
  new CloudBaseVersionRetention(stack, 'KeepApi', { ...service, rules: { keepLatest: 1 } });
}
