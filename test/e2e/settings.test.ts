import { Duration, type Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { ServiceError } from 'cdk-versioned-artifacts-local';
import {
  IotArtifactProvider,
  PackageVersionRetention,
  SoftwarePackage,
  SweepTrigger,
  VersionedArtifactsDashboard,
} from 'cdk-versioned-artifacts';
import { type Fleet } from './fleet';
import { runs, startSweepFleet } from './sweep-fleet';

const PACKAGE = 'brake-ecu';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startSweepFleet();
});
afterEach(() => fleet.stop());

/** A stack with every setting, alarms and a dashboard. */
function allOn(stack: Stack): void {
  const encryptionKey = new Key(stack, 'Key');
  IotArtifactProvider.of(stack, {
    encryptionKey,
    tracing: Tracing.ACTIVE,
    deadLetterQueue: new Queue(stack, 'Queue', { queueName: 'dead', encryptionMasterKey: encryptionKey }),
    reservedConcurrentExecutions: 10,
  }).recommendedAlarms();
  const firmware = SoftwarePackage.fromPackageName(stack, 'Firmware', PACKAGE);
  const triggers = [SweepTrigger.onSchedule(Schedule.rate(Duration.days(1)))];
  new PackageVersionRetention(stack, 'Keep', {
    softwarePackage: firmware,
    rules: { keepLatest: 1 },
    triggers,
  }).recommendedAlarms();
  new VersionedArtifactsDashboard(stack, 'Dashboard', { dashboardName: 'firmware' });
}

const fire = async () => {
  const rule = [...fleet.aws.events.rules.keys()].find(name => name.includes('Schedule'));
  fleet.aws.events.fireSchedule(rule!);
  await fleet.aws.settled();
};

test('an app with all settings on is deployed, sweeps on its schedule, and leaves nothing behind', async () => {
  await fleet.aws.iot.byHand('CreatePackage', { packageName: PACKAGE });
  for (const versionName of ['1.0.0', '2.0.0']) {
    await fleet.aws.iot.byHand('CreatePackageVersion', { packageName: PACKAGE, versionName });
  }
  expect(await fleet.deploy(allOn)).toMatchObject({ status: 'CREATE_COMPLETE' });
  expect(fleet.aws.cloudWatch.alarms.size).toBe(5);
  expect([...fleet.aws.cloudWatch.dashboards.keys()]).toEqual(['firmware']);

  await fire();
  expect(runs(fleet)).toMatchObject([{ status: 'SUCCEEDED' }]);
  expect(Object.keys(fleet.aws.iot.describe(PACKAGE)!.versions)).toEqual(['2.0.0']);

  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  expect(fleet.aws.cloudWatch.alarms.size + fleet.aws.cloudWatch.dashboards.size).toBe(0);
});

test('what a rule cannot start goes to the queue', async () => {
  await fleet.deploy(allOn);
  const error = new ServiceError('AccessDeniedException', 'no');
  fleet.aws.faults.inject({ operation: 'StartExecution', trouble: { error } });
  await fire();

  expect(runs(fleet)).toEqual([]);
  expect(fleet.aws.sqs.messages('dead')).toEqual(['{}']);
});
