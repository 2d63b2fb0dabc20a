import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { type CfnFunction } from 'aws-cdk-lib/aws-lambda';
import {
  DefaultPackageVersion,
  IotArtifactProvider,
  JobExecutionCleanup,
  JobSelection,
  PackageVersionRetention,
  PackageVersionStatus,
  SoftwarePackage,
  SweepTrigger,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { type Fleet } from './fleet';
import { createJob, startSweepFleet } from './sweep-fleet';

const PACKAGE = 'brake-ecu';
const TRIGGERS = [
  SweepTrigger.afterDeployment(),
  SweepTrigger.onSchedule(Schedule.rate(Duration.days(1))),
  SweepTrigger.duringDeployment(),
  SweepTrigger.onDestroy(),
];

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startSweepFleet();
});
afterEach(() => fleet.stop());

const release =
  (...names: string[]) =>
  (stack: Stack): void => {
    const provider = IotArtifactProvider.of(stack, { timeout: Duration.minutes(1) });
    (provider.node.findChild('Resource').node.defaultChild as CfnFunction).timeout = 16;
    const softwarePackage = new SoftwarePackage(stack, 'Firmware', {
      packageName: PACKAGE,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const versions = names.map(versionName =>
      softwarePackage.addVersion(`V${versionName}`, {
        versionName,
        status: PackageVersionStatus.PUBLISHED,
        removal: VersionRemoval.DELETE,
      }),
    );
    new DefaultPackageVersion(stack, 'Default', { version: versions[versions.length - 1] });
    new PackageVersionRetention(stack, 'Keep', {
      softwarePackage,
      rules: { keepLatest: 1 },
      protectOnDevices: true,
      triggers: TRIGGERS,
      requestsPerSecond: 200,
    });
    new JobExecutionCleanup(stack, 'Cleanup', {
      jobs: JobSelection.byIdPrefix('ota-'),
      rules: { exclude: ['*/car-2/*'] },
      force: true,
      deleteJobs: true,
      triggers: TRIGGERS,
      requestsPerSecond: 200,
    });
  };

test('sweeps need every permission of their roles, and no other', async () => {
  const { iot, iam, faults, calls } = fleet.aws;
  await iot.byHand('UpdateIndexingConfiguration', {
    thingIndexingConfiguration: {
      thingIndexingMode: 'REGISTRY',
      namedShadowIndexingMode: 'ON',
      filter: { namedShadowNames: ['$package'] },
    },
  });
  iot.behavior.jobDeletionTime = () => 0;
  iot.devices.add(['car-1', 'car-2']);
  await createJob(fleet.aws, 'ota-1', ['car-1', 'car-2']);
  await createJob(fleet.aws, 'ota-2', ['car-1']);

  await fleet.deploy(release('1.0.0', '2.0.0'));
  await fleet.aws.settled();
  expect(iot.describeJob('ota-1')?.executions).toHaveLength(1);
  expect(iot.jobs).toEqual(['ota-1']);

  await iot.createVersion(PACKAGE, '0.1.0');
  await fleet.deploy(release('2.0.0', '3.0.0'));
  await fleet.aws.settled();
  expect(Object.keys(iot.describe(PACKAGE)?.versions ?? {})).toEqual(['2.0.0', '3.0.0']);

  // both outlive the function. On a busy machine, what is left of its time is not too short to hand over.
  for (const operation of ['ListPackageVersions', 'ListJobs']) {
    faults.inject({ service: 'iot', operation, trouble: { stall: 8400 } });
  }
  const roles = [...iam.roles.values()].map(({ Arn }) => Arn);
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  await fleet.aws.settled();

  expect([...calls].filter(({ status }) => status === 403)).toEqual([]);
  // the provider's, the machines' and that of the rules that start them.
  expect(roles).toHaveLength(3);
  const unused = roles.flatMap(role => iam.unusedStatements(role)).flatMap(({ actions }) => actions);
  // no version of the stack has a bill of materials, no thing of a job is gone, and the local AWS delivers no logs and
  // traces in the role's name.
  expect(unused.filter(action => !/Sbom|DescribeJobExecution|^logs:|^xray:/.test(action))).toEqual([]);
});
