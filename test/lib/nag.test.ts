import { App, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  IotArtifactProvider,
  JobExecutionCleanup,
  JobSelection,
  PackageArtifact,
  SoftwarePackage,
} from 'cdk-versioned-artifacts';
import { everything, schemas, services, sweeps } from './families';

/** The findings of an app about this library's resources; what the user brings is the user's. */
function findings(app: App): string[] {
  return new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.filter(({ violatingResources }) =>
      violatingResources.some(({ constructPath }) => /Artifacts|Keep|Cleanup/.test(constructPath ?? '')),
    )
    .map(({ ruleName }) => ruleName);
}

/** The reasons with which the library answers findings, by finding. */
function acknowledged(app: App): Record<string, string> {
  const entries = app.node
    .findAll()
    .flatMap(construct => construct.node.metadata)
    .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
    .flatMap(({ data }) => Object.entries(data as Record<string, string>));
  return Object.fromEntries(entries.map(([id, reason]) => [id.replace(/^annotation::/i, ''), reason]));
}

describe('AwsSolutions finds nothing that has no reason', () => {
  test.each<[string, (app: App) => void]>([
    ['in a stack of any region', app => everything(new Stack(app, 'Stack'))],
    [
      'in a stack of one region',
      app => everything(new Stack(app, 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } })),
    ],
    ['in a nested stack', app => everything(new NestedStack(new Stack(app, 'Stack'), 'Nested'))],
    ['about schemas', app => schemas(new Stack(app, 'Stack'))],
    ['about CloudBase versions in a VPC', app => services(new Stack(app, 'Stack'))],
    ['about sweeps', app => sweeps(new Stack(app, 'Stack'))],
    ['about sweeps in a nested stack', app => sweeps(new NestedStack(new Stack(app, 'Stack'), 'Nested'))],
    [
      'about sweeps over many jobs',
      app => {
        const ids = Array.from({ length: 30 }, (_, i) => `ota-${i}`);
        new JobExecutionCleanup(new Stack(app, 'Stack'), 'Cleanup', { jobs: JobSelection.byIds(...ids) });
      },
    ],
    [
      'in a VPC',
      app => {
        const stack = new Stack(app, 'Stack');
        everything(stack);
        IotArtifactProvider.of(stack, { vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 }) });
      },
    ],
    [
      'about a package whose name is known at deployment only',
      app => {
        const stack = new Stack(app, 'Stack');
        const name = new CfnParameter(stack, 'Name').valueAsString;
        SoftwarePackage.fromPackageName(stack, 'P', name).addVersion('V', { versionName: '1' });
      },
    ],
    [
      'about many objects of one bucket',
      app => {
        const stack = new Stack(app, 'Stack');
        const bucket = new Bucket(stack, 'Bucket');
        const firmware = new SoftwarePackage(stack, 'Firmware');
        for (let i = 0; i < 30; i++) {
          const artifact = PackageArtifact.fromBucket(bucket, `fw-${i}.bin`, 'v');
          firmware.addVersion(`V${i}`, { versionName: `1.0.${i}`, artifact });
        }
      },
    ],
  ])('%s', (_what, declare) => {
    const app = new App();
    declare(app);

    expect(findings(app)).toEqual([]);
  });
});

const INLINE_POLICIES = Object.fromEntries(
  ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'].map(pack => [
    `${pack}-IAMNoInlinePolicy`,
    expect.stringContaining('belongs to one role'),
  ]),
);

test('each wildcard of the policy has its reason', () => {
  const app = new App();
  everything(new Stack(app, 'Stack'));
  const arn = (resource: string) => `arn:<AWS::Partition>:iot:<AWS::Region>:<AWS::AccountId>:package/${resource}`;
  const anyStack = 'arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/*/*';
  const anyJob = 'arn:<AWS::Partition>:iot:<AWS::Region>:<AWS::AccountId>:job/*';

  expect(acknowledged(app)).toEqual({
    ...INLINE_POLICIES,
    'AwsSolutions-IAM5[Resource::*]': expect.stringContaining('AWS IoT has no resource-level permissions for'),
    [`AwsSolutions-IAM5[Resource::${anyStack}]`]: expect.stringContaining('owns an existing artifact'),
    [`AwsSolutions-IAM5[Resource::${anyJob}]`]: expect.stringContaining('protect a version'),
    [`AwsSolutions-IAM5[Resource::${arn('*')}]`]: expect.stringContaining('tagged with the id of this stack'),
    [`AwsSolutions-IAM5[Resource::${arn('brake-ecu/version/*')}]`]: expect.stringContaining('versions that have left'),
  });
});

test('each wildcard for schemas has its reason', () => {
  const app = new App();
  schemas(new Stack(app, 'Stack'));
  const arn = (resource: string) => `arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:${resource}`;

  expect(acknowledged(app)).toMatchObject({
    [`AwsSolutions-IAM5[Resource::${arn('registry/*')}]`]: expect.stringContaining('name this stack in their metadata'),
    [`AwsSolutions-IAM5[Resource::${arn('schema/*/*')}]`]: expect.stringContaining('name this stack in their metadata'),
  });
});

test('each wildcard for sweeps has its reason', () => {
  const app = new App();
  sweeps(new Stack(app, 'Stack'));
  const arn = (resource: string) => `arn:<AWS::Partition>:iot:<AWS::Region>:<AWS::AccountId>:${resource}`;

  expect(acknowledged(app)).toMatchObject({
    'AwsSolutions-IAM5[Resource::*]': expect.stringContaining('Step Functions delivers logs and traces'),
    [`AwsSolutions-IAM5[Resource::${arn('package/engine-ecu/version/*')}]`]: expect.stringContaining('no stack owns'),
    [`AwsSolutions-IAM5[Resource::${arn('job/*')}]`]: expect.stringContaining('jobs that a sweep reads'),
    [`AwsSolutions-IAM5[Resource::${arn('job/ota-*')}]`]: expect.stringContaining('jobs that a sweep reads'),
    [`AwsSolutions-IAM5[Resource::${arn('thing/*')}]`]: expect.stringContaining('executions of things'),
  });
});

test('a wildcard of the user is found', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  everything(stack);
  Bucket.fromBucketName(stack, 'Other', 'other').grantRead(IotArtifactProvider.of(stack));

  expect(findings(app)).toContain('AwsSolutions-IAM5[Action::s3:GetObject*]');
});
