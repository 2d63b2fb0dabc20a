import { type Stack } from 'aws-cdk-lib';
import {
  IotArtifactProvider,
  JobExecutionCleanup,
  type JobExecutionCleanupProps,
  JobSelection,
  PackageVersionRetention,
  type PackageVersionRetentionProps,
  RetentionAction,
  SoftwarePackage,
} from 'cdk-versioned-artifacts';
import { allowed, allows, arn, policiesOf, policyOf, stackArn, stackOf } from './simulation';

const iot = (resource: string) => `arn:aws:iot:eu-west-1:111111111111:${resource}`;
const anyway = allowed(policyOf(stackOf(stack => IotArtifactProvider.of(stack))));

/** What a sweep adds to what every provider may. */
function added(declare: (stack: Stack) => unknown): string[] {
  return allowed(policyOf(stackOf(declare))).filter(line => !anyway.includes(line));
}

const retention = (props: Partial<PackageVersionRetentionProps> = {}) =>
  stackOf(stack => {
    const softwarePackage = SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu');
    new PackageVersionRetention(stack, 'Keep', { softwarePackage, rules: { keepLatest: 1 }, ...props });
  });
const addedByRetention = (props: Partial<PackageVersionRetentionProps>) =>
  allowed(policyOf(retention(props))).filter(line => !anyway.includes(line));
const addedByCleanup = (jobs: JobSelection, props: Partial<JobExecutionCleanupProps> = {}) =>
  added(stack => new JobExecutionCleanup(stack, 'Cleanup', { jobs, ...props }));

describe('every provider may read what protects a version', () => {
  test.each(['iot:ListPackageVersions', 'iot:ListTagsForResource', 'iot:GetIndexingConfiguration'])('%s', action => {
    expect(anyway).toContain(`${action} *`);
  });

  test('iot:GetPackage', () => {
    expect(anyway).toContain(`iot:GetPackage ${arn('*')}`);
  });
});

describe('a retention may', () => {
  const ofJobs = [`iot:DescribeJob ${iot('job/*')}`, 'iot:ListJobs *'];
  const ofStacks = ['DescribeStackEvents', 'DescribeStacks'].map(
    operation => `cloudformation:${operation} arn:aws:cloudformation:eu-west-1:111111111111:stack/*/*`,
  );
  const toDelete = ['brake-ecu', 'brake-ecu/version/*'].map(name => `iot:DeletePackageVersion ${arn(name)}`);
  const toDeprecate = toDelete.map(line => line.replace('Delete', 'Update'));
  const cases: [string, Partial<PackageVersionRetentionProps>, string[]][] = [
    ['delete versions and look at active jobs', {}, [...toDelete, ...ofJobs]],
    ['deprecate versions and not delete them', { action: RetentionAction.DEPRECATE }, [...toDeprecate, ...ofJobs]],
    ['not look at jobs that it does not protect from', { protectInActiveJobs: false }, toDelete],
    [
      'ask the index of things where devices protect',
      { protectInActiveJobs: false, protectOnDevices: true },
      [...toDelete, `iot:SearchIndex ${iot('index/AWS_Things')}`],
    ],
  ];

  test.each(cases)('%s', (_what, props, expected) => {
    expect(addedByRetention(props).sort()).toEqual([...expected, ...ofStacks].sort());
  });

  test('ask about stacks of its account and region, in which owners may be gone', async () => {
    expect(await allows(retention(), 'cloudformation:DescribeStacks', stackArn('other'))).toBe(true);
    expect(await allows(retention(), 'cloudformation:DescribeStackEvents', stackArn('other'))).toBe(true);
    const elsewhere = stackArn('other').replace('eu-west-1', 'us-east-1');
    expect(await allows(retention(), 'cloudformation:DescribeStacks', elsewhere)).toBe(false);
  });

  test('delete versions that nobody owns, and none of another package', async () => {
    expect(await allows(retention(), 'iot:DeletePackageVersion', arn('brake-ecu/version/0.1.0'))).toBe(true);
    expect(await allows(retention(), 'iot:DeletePackageVersion', arn('engine-ecu/version/0.1.0'))).toBe(false);
  });
});

describe('a cleanup may', () => {
  const onJobs = (jobId: string, ...operations: string[]) =>
    ['DescribeJob', 'DescribeJobExecution', 'ListJobExecutionsForJob', 'DeleteJobExecution', ...operations].map(
      operation => `iot:${operation} ${iot(`job/${jobId}`)}`,
    );
  const onThings = (thingName: string, ...operations: string[]) =>
    ['DescribeJobExecution', 'DeleteJobExecution', 'ListJobExecutionsForThing', ...operations].map(
      operation => `iot:${operation} ${iot(`thing/${thingName}`)}`,
    );
  const version = (stack: Stack) =>
    SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu').addVersion('V', { versionName: '1.0.0' });

  test.each<[string, string[], JobSelection, Partial<JobExecutionCleanupProps>]>([
    [
      'only the jobs that it names',
      [...onJobs('a'), ...onJobs('b'), ...onThings('*')],
      JobSelection.byIds('a', 'b'),
      {},
    ],
    [
      'touch only jobs with its prefix, and list all',
      ['iot:ListJobs *', ...onJobs('ota-*'), ...onThings('*')],
      JobSelection.byIdPrefix('ota-'),
      {},
    ],
    ['touch all jobs', ['iot:ListJobs *', ...onJobs('*'), ...onThings('*')], JobSelection.all(), {}],
    [
      'touch the jobs of its thing, and executions of no other',
      [...onJobs('*').filter(line => !line.includes('ForJob')), ...onThings('car-1')],
      JobSelection.byThing('car-1'),
      {},
    ],
    [
      "delete jobs of its thing where they have no other thing's executions",
      [...onJobs('*', 'DeleteJob'), ...onThings('car-1')],
      JobSelection.byThing('car-1'),
      { deleteJobs: true, waitForDeletion: false },
    ],
    [
      'cancel executions with force',
      [...onJobs('a', 'CancelJobExecution'), ...onThings('*', 'CancelJobExecution')],
      JobSelection.byIds('a'),
      { force: true },
    ],
    [
      'delete jobs with deleteJobs, and see when they are gone',
      ['iot:ListJobs *', ...onJobs('a', 'DeleteJob'), ...onThings('*')],
      JobSelection.byIds('a'),
      { deleteJobs: true },
    ],
    [
      'delete jobs and not list them where nobody waits for that',
      [...onJobs('a', 'DeleteJob'), ...onThings('*')],
      JobSelection.byIds('a'),
      { deleteJobs: true, waitForDeletion: false },
    ],
  ])('%s', (_what, expected, jobs, props) => {
    expect(addedByCleanup(jobs, props).sort()).toEqual([...expected].sort());
  });

  test('touch all jobs where only describing them tells what they deploy', () => {
    const versioned = (declare: (stack: Stack) => unknown) =>
      added(declare).filter(line => /:job\/|ListJobs/.test(line));

    expect(
      versioned(
        stack => new JobExecutionCleanup(stack, 'C', { jobs: JobSelection.byPackageVersion(version(stack)) }),
      ).sort(),
    ).toEqual(['iot:ListJobs *', ...onJobs('*')].sort());
  });

  test('touch all jobs where it names more than fit into an inline policy', () => {
    const ids = Array.from({ length: 40 }, (_, i) => `ota-${i}`);

    expect(addedByCleanup(JobSelection.byIds(...ids)).sort()).toEqual([...onJobs('*'), ...onThings('*')].sort());
    expect(addedByCleanup(JobSelection.byIds(...ids.slice(20))).sort()).toEqual(
      [...ids.slice(20).flatMap(id => onJobs(id)), ...onThings('*')].sort(),
    );
  });
});

describe('state machines', () => {
  const both = stackOf(stack => {
    const softwarePackage = SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu');
    new PackageVersionRetention(stack, 'Keep', { softwarePackage, rules: { keepLatest: 1 } });
    new JobExecutionCleanup(stack, 'Cleanup', { jobs: JobSelection.all() });
  });

  test('are run by the provider, each of them and no other', () => {
    expect(allowed(policiesOf(both).IotArtifactsMachinesPolicy79EEBB40).sort()).toEqual([
      'states:ListExecutions CleanupStateMachine3F86BCE9',
      'states:ListExecutions KeepStateMachine67CA3E81',
      'states:StartExecution CleanupStateMachine3F86BCE9',
      'states:StartExecution KeepStateMachine67CA3E81',
    ]);
  });

  test('are started by rules where there are rules', () => {
    expect(allowed(policiesOf(both).IotArtifactsSweepsStartPolicy0BAA266E)).toEqual([
      'states:StartExecution KeepStateMachine67CA3E81',
    ]);
  });
});
