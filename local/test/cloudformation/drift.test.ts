import { LocalAws } from '../../src';
import { stackOf } from './harness';

let aws: LocalAws;
beforeEach(async () => void (aws = await LocalAws.start()));
afterEach(() => aws.stop());

const RESOURCES = {
  Package: { Type: 'AWS::IoT::SoftwarePackage', Properties: { PackageName: 'firmware', Description: 'ours' } },
  Version: {
    Type: 'AWS::IoT::SoftwarePackageVersion',
    Properties: { PackageName: { Ref: 'Package' }, VersionName: '1.0.0', Attributes: { stage: 'test' } },
  },
  Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: 'p', Type: 'String', Value: 1 } },
  Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
};

/** The status of the stack, and `LogicalId STATUS` of its resources. */
async function drift(): Promise<[string, string[]]> {
  const operate = (operation: string, input: object) => aws.call('cloudformation', operation, input);
  const { StackDriftDetectionId } = await operate('DetectStackDrift', { StackName: 'Test' });
  const detection = await operate('DescribeStackDriftDetectionStatus', { StackDriftDetectionId });
  expect(detection.DetectionStatus).toBe('DETECTION_COMPLETE');
  const { StackResourceDrifts } = await operate('DescribeStackResourceDrifts', { StackName: 'Test' });
  const { Stacks } = await operate('DescribeStacks', { StackName: 'Test' });
  expect(Stacks[0].DriftInformation.StackDriftStatus).toBe(detection.StackDriftStatus);
  return [
    detection.StackDriftStatus,
    StackResourceDrifts.map(
      (each: { LogicalResourceId: string; StackResourceDriftStatus: string; PropertyDifferences: object[] }) =>
        `${each.LogicalResourceId} ${each.StackResourceDriftStatus} ${JSON.stringify(each.PropertyDifferences)}`,
    ),
  ];
}

test('a stack is in sync until hands change what its template says, or delete a resource', async () => {
  await aws.cloudFormation.deploy({ stackName: 'Test', template: stackOf(RESOURCES) });
  const [before, all] = await drift();
  expect(before).toBe('IN_SYNC');
  expect(all.sort()).toEqual(['Package IN_SYNC []', 'Parameter IN_SYNC []', 'Version IN_SYNC []']);
  await aws.iot.byHand('UpdatePackage', { packageName: 'firmware', description: 'theirs' });
  // the template says nothing of it.
  await aws.iot.byHand('UpdatePackageVersion', { packageName: 'firmware', versionName: '1.0.0', description: 'new' });
  await aws.call('ssm', 'DeleteParameter', { Name: 'p' });
  const [status, resources] = await drift();
  expect(status).toBe('DRIFTED');
  const difference = {
    PropertyPath: '/Description',
    ExpectedValue: 'ours',
    ActualValue: 'theirs',
    DifferenceType: 'NOT_EQUAL',
  };
  expect(resources.sort()).toEqual([
    `Package MODIFIED ${JSON.stringify([difference])}`,
    'Parameter DELETED []',
    'Version IN_SYNC []',
  ]);
});
