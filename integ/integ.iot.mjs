// @ts-check
// A published default version, and a retention that a deployment waits for. Needs fleet indexing.
import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  DefaultPackageVersion,
  JobExecutionCleanup,
  JobSelection,
  PackageVersionRetention,
  PackageVersionStatus,
  SoftwarePackage,
  SweepTrigger,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { newApp } from './app.mjs';

const app = newApp();
const stack = new Stack(app, 'IntegIot');

const firmware = new SoftwarePackage(stack, 'Firmware', { removalPolicy: RemovalPolicy.DESTROY });
const version = firmware.addVersion('V1', {
  versionName: '1.0.0',
  attributes: { signing: 'ed25519' },
  status: PackageVersionStatus.PUBLISHED,
  removal: VersionRemoval.DELETE,
});
new DefaultPackageVersion(stack, 'Default', { version });
const keep = new PackageVersionRetention(stack, 'Keep', {
  softwarePackage: firmware,
  rules: { keepLatest: 1 },
  triggers: [SweepTrigger.duringDeployment()],
});
// runs when the test is torn down, and finds no job.
new JobExecutionCleanup(stack, 'Cleanup', { jobs: JobSelection.byPackageVersion(version) });

const { assertions } = new IntegTest(app, 'Iot', { testCases: [stack] });
const { packageName } = firmware;
assertions
  .awsApiCall('iot', 'getPackageVersion', { packageName, versionName: version.packageVersionName })
  .expect(ExpectedResult.objectLike({ status: 'PUBLISHED', attributes: { signing: 'ed25519' } }));
assertions
  .awsApiCall('iot', 'getPackage', { packageName })
  .expect(ExpectedResult.objectLike({ defaultVersionName: '1.0.0' }));
assertions
  .awsApiCall('sfn', 'listExecutions', {
    stateMachineArn: keep.stateMachine.stateMachineArn,
    statusFilter: 'FAILED',
  })
  .expect(ExpectedResult.objectLike({ executions: [] }));
