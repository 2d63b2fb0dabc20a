import { CfnParameter, type Stack } from 'aws-cdk-lib';
import {
  type JobExecutionCleanupProps,
  JobExecutionStatus,
  JobSelection,
  JobStatus,
  SoftwarePackage,
  SoftwarePackageVersion,
} from 'cdk-versioned-artifacts';
import { newStack, only, resources } from '../app';
import { CLEANUP, RULE, cleanup, config } from '../sweep/stack';

const terminal = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'REJECTED', 'REMOVED', 'CANCELED'];

function configOf(props: Partial<JobExecutionCleanupProps>, stack = newStack()) {
  cleanup(stack, props);
  return config(stack);
}

test('a cleanup has its defaults', () => {
  const stack = newStack();

  expect(configOf({}, stack)).toEqual({
    type: CLEANUP,
    name: 'Stack/Cleanup',
    jobs: { by: 'ALL' },
    statuses: terminal,
    rules: {},
    force: false,
    deleteJobs: false,
    waitForDeletion: true,
    requestsPerSecond: 8,
  });
  expect(only(stack, CLEANUP).Properties.Triggers).toEqual(['ON_DESTROY']);
  expect(resources(stack, RULE)).toEqual({});
});

test('a cleanup carries everything that is set', () => {
  const props = {
    jobStatuses: [JobStatus.COMPLETED, JobStatus.CANCELED],
    statuses: [JobExecutionStatus.QUEUED],
    force: true,
    deleteJobs: true,
    waitForDeletion: false,
    namespaceId: 'greengrass',
    rules: { keepLatest: 1, maxRemovals: 1000 },
  };

  expect(configOf(props)).toMatchObject({ ...props, jobStatuses: ['COMPLETED', 'CANCELED'], statuses: ['QUEUED'] });
});

test('with force, all states are cleaned up', () => {
  expect(configOf({ force: true, jobs: JobSelection.byIdPrefix('ota-') }).statuses).toEqual([
    'QUEUED',
    'IN_PROGRESS',
    ...terminal,
  ]);
});

describe('jobs are selected', () => {
  const firmware = (stack: Stack) => SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu');
  const arn = 'arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:package/brake-ecu/version/';

  test.each<[string, (stack: Stack) => JobSelection, object]>([
    ['by their ids', () => JobSelection.byIds('ota-1', 'ota-2'), { by: 'IDS', jobIds: ['ota-1', 'ota-2'] }],
    ['by the beginning of their ids', () => JobSelection.byIdPrefix('ota-'), { by: 'ID_PREFIX', prefix: 'ota-' }],
    ['by a thing', () => JobSelection.byThing('car:1'), { by: 'THING', thingName: 'car:1' }],
    [
      'by an imported package version',
      stack =>
        JobSelection.byPackageVersion(
          SoftwarePackageVersion.fromPackageVersionAttributes(stack, 'V', {
            softwarePackage: firmware(stack),
            packageVersionName: '1.0.0',
          }),
        ),
      { by: 'PACKAGE_VERSION', packageVersionArn: `${arn}1.0.0` },
    ],
    [
      'by a package version of the stack',
      stack => JobSelection.byPackageVersion(firmware(stack).addVersion('V', { versionName: '1.0.0' })),
      { by: 'PACKAGE_VERSION', packageVersionArn: '${FirmwareVDFE7EB70.PackageVersionArn}' },
    ],
    [
      'by what their package has as its default',
      stack => JobSelection.byDefaultPackageVersion(firmware(stack)),
      { by: 'PACKAGE_VERSION', packageVersionArn: `${arn}$default` },
    ],
    ['one and all', () => JobSelection.all(), { by: 'ALL' }],
  ])('%s', (_what, jobs, expected) => {
    const stack = newStack();
    expect(configOf({ jobs: jobs(stack) }, stack).jobs).toEqual(expected);
  });

  test('by an id that is only known at deployment', () => {
    const stack = newStack();
    const id = new CfnParameter(stack, 'JobId').valueAsString;

    expect(configOf({ jobs: JobSelection.byIds(id) }, stack).jobs).toEqual({ by: 'IDS', jobIds: ['${JobId}'] });
  });
});

describe('is refused', () => {
  const cases: [string, Partial<JobExecutionCleanupProps>, string][] = [
    [
      'with no job',
      { jobs: JobSelection.byIds() },
      'JobSelection.byIds needs an id, got none: name one, or take JobSelection.all()',
    ],
    [
      'with an impossible id',
      { jobs: JobSelection.byIds('ota-1', 'ota.2') },
      'the id of a job must only contain letters, digits, "_" and "-", got "ota.2"',
    ],
    [
      'with an impossible prefix',
      { jobs: JobSelection.byIdPrefix('ota*') },
      'the id of a job must only contain letters, digits, "_" and "-", got "ota*"',
    ],
    [
      'with an empty prefix',
      { jobs: JobSelection.byIdPrefix('') },
      'the id of a job must have 1 to 64 characters, got 0',
    ],
    [
      'with an impossible thing',
      { jobs: JobSelection.byThing('car 1') },
      'the name of a thing must only contain letters, digits, ":", "_" and "-", got "car 1"',
    ],
    [
      'with an impossible namespace',
      { namespaceId: 'a/b' },
      'the id of a namespace must only contain letters, digits, "_" and "-", got "a/b"',
    ],
    [
      'without any state of executions',
      { statuses: [] },
      'statuses must name at least one state, got none: leave statuses out for its default',
    ],
    [
      'without any state of jobs',
      { jobStatuses: [] },
      'jobStatuses must name at least one state, got none: leave jobStatuses out for its default',
    ],
    [
      'for what is no state of executions',
      { statuses: ['CANCELLED' as JobExecutionStatus] },
      'statuses must only name the states QUEUED, IN_PROGRESS, SUCCEEDED, FAILED, TIMED_OUT, REJECTED, REMOVED, CANCELED, ' +
        'got "CANCELLED"',
    ],
    [
      'for what is no state of jobs',
      { jobStatuses: ['DONE' as JobStatus] },
      'jobStatuses must only name the states SCHEDULED, IN_PROGRESS, COMPLETED, CANCELED, got "DONE"',
    ],
    [
      'for executions that go on, without force',
      { statuses: [JobExecutionStatus.QUEUED, JobExecutionStatus.FAILED, JobExecutionStatus.IN_PROGRESS] },
      'executions that have not ended are only removed with force, got statuses with QUEUED and IN_PROGRESS: ' +
        'leave them out, or set force: true',
    ],
    [
      'with force for executions that have ended',
      { statuses: [JobExecutionStatus.FAILED], force: true },
      'force is for executions in QUEUED or IN_PROGRESS, got statuses without either: name one, or leave force out',
    ],
    [
      'waiting for jobs that stay',
      { waitForDeletion: false },
      'waitForDeletion only takes effect if jobs are deleted, got no deleteJobs: set deleteJobs: true',
    ],
  ];

  test.each(cases)('%s', (_what, props, message) => {
    expect(() => cleanup(newStack(), props)).toThrow(message);
    expect(() => cleanup(newStack(), props)).toThrow('(in Stack/Cleanup)');
  });

  test('with force, the executions of a job in progress may all have ended', () => {
    const jobs = JobSelection.byIdPrefix('ota-');
    const props = { jobs, statuses: [JobExecutionStatus.SUCCEEDED], force: true, deleteJobs: true };
    expect(() => cleanup(newStack(), props)).not.toThrow();
  });

  test('for a package version of another region', () => {
    const stack = newStack({ env: { account: '111111111111', region: 'eu-west-1' } });
    const arn = 'arn:aws:iot:us-east-1:111111111111:package/brake-ecu/version/1.0.0';
    const version = SoftwarePackageVersion.fromPackageVersionArn(stack, 'V', arn);

    expect(() => cleanup(stack, { jobs: JobSelection.byPackageVersion(version) })).toThrow(
      'a cleanup must be in the account and region of the package version, 111111111111 and us-east-1, ' +
        'got 111111111111 and eu-west-1: define it in a stack there (in Stack/Cleanup)',
    );
  });
});
