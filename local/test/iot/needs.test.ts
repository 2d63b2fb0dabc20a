import { Authorizer } from '../../src/core/authorization';
import { ServiceError } from '../../src/core/service';
import { PACKAGE, PACKAGE_ARN, THING_GROUP_ARN, VERSION, VERSION_ARN, startIot, thingArn } from './harness';

const INDEXING = ['iot:GetIndexingConfiguration', '*'];
const ARTIFACT = { s3Location: { bucket: 'firmware', key: 'a/1.bin', version: 'v1' } };
const OBJECT = ['s3:GetObjectVersion', 'arn:aws:s3:::firmware/a/1.bin'];
const JOB = { jobId: 'ota-1' };
const JOB_ARN = 'arn:aws:iot:eu-west-1:111122223333:job/ota-1';
const THING_ARN = thingArn('thing-1');
const ROLE = 'arn:aws:iam::111122223333:role/shadow';

const NEEDS: [operation: string, input: object, needs: string[][]][] = [
  ['CreatePackage', PACKAGE, [['iot:CreatePackage', PACKAGE_ARN], INDEXING]],
  ['GetPackage', PACKAGE, [['iot:GetPackage', PACKAGE_ARN]]],
  ['UpdatePackage', PACKAGE, [['iot:UpdatePackage', PACKAGE_ARN], INDEXING]],
  ['DeletePackage', PACKAGE, [['iot:DeletePackage', PACKAGE_ARN]]],
  ['ListPackages', {}, [['iot:ListPackages', '*']]],
  ['CreatePackageVersion', VERSION, [...both('CreatePackageVersion'), INDEXING]],
  ['CreatePackageVersion', { ...VERSION, artifact: ARTIFACT }, [...both('CreatePackageVersion'), INDEXING, OBJECT]],
  ['GetPackageVersion', VERSION, both('GetPackageVersion')],
  ['UpdatePackageVersion', VERSION, [...both('UpdatePackageVersion'), INDEXING]],
  ['UpdatePackageVersion', { ...VERSION, artifact: ARTIFACT }, [...both('UpdatePackageVersion'), INDEXING, OBJECT]],
  ['DeletePackageVersion', VERSION, both('DeletePackageVersion')],
  ['ListPackageVersions', PACKAGE, [['iot:ListPackageVersions', '*']]],
  ['GetPackageConfiguration', {}, [['iot:GetPackageConfiguration', '*']]],
  ['UpdatePackageConfiguration', {}, [['iot:UpdatePackageConfiguration', '*']]],
  [
    'UpdatePackageConfiguration',
    { versionUpdateByJobsConfig: { roleArn: ROLE } },
    [
      ['iot:UpdatePackageConfiguration', '*'],
      ['iam:PassRole', ROLE],
    ],
  ],
  ['AssociateSbomWithPackageVersion', VERSION, [['iot:AssociateSbomWithPackageVersion', VERSION_ARN]]],
  ['DisassociateSbomFromPackageVersion', VERSION, [['iot:DisassociateSbomFromPackageVersion', VERSION_ARN]]],
  ['ListSbomValidationResults', VERSION, [['iot:ListSbomValidationResults', VERSION_ARN]]],
  ['TagResource', { resourceArn: VERSION_ARN, tags: [] }, [['iot:TagResource', VERSION_ARN]]],
  ['UntagResource', { resourceArn: VERSION_ARN, tagKeys: [] }, [['iot:UntagResource', VERSION_ARN]]],
  ['ListTagsForResource', { resourceArn: VERSION_ARN }, [['iot:ListTagsForResource', '*']]],
  ['GetIndexingConfiguration', {}, [INDEXING]],
  ['UpdateIndexingConfiguration', {}, [['iot:UpdateIndexingConfiguration', '*']]],
  ['SearchIndex', {}, [['iot:SearchIndex', 'arn:aws:iot:eu-west-1:111122223333:index/AWS_Things']]],
  [
    'CreateJob',
    { ...JOB, targets: [THING_GROUP_ARN, THING_ARN], presignedUrlConfig: { roleArn: ROLE } },
    [
      ['iot:CreateJob', JOB_ARN],
      ['iot:CreateJob', THING_GROUP_ARN],
      ['iot:CreateJob', THING_ARN],
      ['iam:PassRole', ROLE],
    ],
  ],
  ...['DescribeJob', 'GetJobDocument', 'UpdateJob', 'CancelJob', 'DeleteJob', 'ListJobExecutionsForJob'].map(
    (operation): [string, object, string[][]] => [operation, JOB, [[`iot:${operation}`, JOB_ARN]]],
  ),
  ['ListJobs', {}, [['iot:ListJobs', '*']]],
  [
    'AssociateTargetsWithJob',
    { ...JOB, targets: [THING_ARN] },
    [
      ['iot:AssociateTargetsWithJob', JOB_ARN],
      ['iot:AssociateTargetsWithJob', THING_ARN],
    ],
  ],
  ...['DescribeJobExecution', 'CancelJobExecution', 'DeleteJobExecution'].map(
    (operation): [string, object, string[][]] => [
      operation,
      { ...JOB, thingName: 'thing-1' },
      [
        [`iot:${operation}`, JOB_ARN],
        [`iot:${operation}`, THING_ARN],
      ],
    ],
  ),
  ...['CreateThing', 'DeleteThing'].map((operation): [string, object, string[][]] => [
    operation,
    { thingName: 'thing-1' },
    [[`iot:${operation}`, THING_ARN]],
  ]),
  ...['CreateThingGroup', 'DeleteThingGroup'].map((operation): [string, object, string[][]] => [
    operation,
    { thingGroupName: 'fleet' },
    [[`iot:${operation}`, THING_GROUP_ARN]],
  ]),
  ...['AddThingToThingGroup', 'RemoveThingFromThingGroup'].map((operation): [string, object, string[][]] => [
    operation,
    { thingName: 'thing-1', thingGroupName: 'fleet' },
    [
      [`iot:${operation}`, THING_ARN],
      [`iot:${operation}`, THING_GROUP_ARN],
    ],
  ]),
  ['DescribeEndpoint', {}, [['iot:DescribeEndpoint', '*']]],
  ['ListJobExecutionsForThing', { thingName: 'thing-1' }, [['iot:ListJobExecutionsForThing', THING_ARN]]],
];

test.each(NEEDS)('%s %j needs %j', async (operation, input, needs) => {
  const { needs: needsOf } = startIot();
  expect((await needsOf(operation, input)).map(({ action, resource }) => [action, resource])).toEqual(needs);
});

function both(action: string): string[][] {
  return [PACKAGE_ARN, VERSION_ARN].map(arn => [`iot:${action}`, arn]);
}

test('each need is one that the authorization reference knows and a policy can grant', async () => {
  const authorizer = new Authorizer(
    {
      policiesOf: () => [{ name: 'all', document: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } }],
      boundaryOf: () => undefined,
      used: () => undefined,
    },
    '111122223333',
    'eu-west-1',
  );
  const role = { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/all', session: 'test' } as const;
  const denied = (message: string) => new ServiceError('AccessDenied', message);
  const { needs, iot } = startIot();
  for (const [operation, input] of NEEDS) await authorizer.check(role, await needs(operation, input), denied);
  expect(new Set(NEEDS.map(([operation]) => operation))).toEqual(new Set(Object.keys(iot.operations)));
});

test('a create is judged by the tags that it brings, on each of its resources', async () => {
  const { needs, iot } = startIot();
  await iot.createPackage('brake-ecu', { tags: { team: 'ecu' } });
  const requested = { 'aws:RequestTag/stage': 'beta', 'aws:TagKeys': ['stage'] };
  expect((await needs('CreatePackageVersion', { ...VERSION, tags: { stage: 'beta' } })).slice(0, 2)).toEqual([
    expect.objectContaining({ context: { ...requested, 'aws:ResourceTag/team': 'ecu' } }),
    expect.objectContaining({ context: requested }),
  ]);
});

test.each([
  ['CreatePackage', { packageName: 'other' }, 'arn:aws:iot:eu-west-1:111122223333:package/other'],
  ['CreatePackageVersion', VERSION, VERSION_ARN],
])('%s with tags needs to tag what it creates, too', async (operation, input, arn) => {
  const { needs, iot } = startIot();
  await iot.createPackage('brake-ecu');
  const tagging = async (tags?: object) =>
    (await needs(operation, { ...input, tags })).filter(({ action }) => action === 'iot:TagResource');
  const context = { 'aws:RequestTag/stage': 'beta', 'aws:TagKeys': ['stage'] };
  expect(await tagging({ stage: 'beta' })).toEqual([{ action: 'iot:TagResource', resource: arn, context }]);
  expect(await tagging({})).toEqual([]);
  expect(await tagging()).toEqual([]);
});

test('a call on a version is judged by the tags of package and version, each for itself', async () => {
  const { needs, iot } = startIot();
  await iot.createPackage('brake-ecu', { tags: { team: 'ecu' } });
  await iot.createVersion('brake-ecu', '1.0.0', { tags: { stage: 'beta' } });
  expect((await needs('GetPackageVersion', VERSION)).map(({ context }) => context)).toEqual([
    { 'aws:ResourceTag/team': 'ecu' },
    { 'aws:ResourceTag/stage': 'beta' },
  ]);
});

test('tagging is judged by the tags before and those that come or go', async () => {
  const { needs, iot } = startIot();
  await iot.createPackage('brake-ecu', { tags: { team: 'ecu' } });
  expect(
    (await needs('TagResource', { resourceArn: PACKAGE_ARN, tags: [{ Key: 'a', Value: 'b' }] }))[0].context,
  ).toEqual({
    'aws:ResourceTag/team': 'ecu',
    'aws:RequestTag/a': 'b',
    'aws:TagKeys': ['a'],
  });
  expect((await needs('UntagResource', { resourceArn: PACKAGE_ARN, tagKeys: ['team'] }))[0].context).toEqual({
    'aws:ResourceTag/team': 'ecu',
    'aws:TagKeys': ['team'],
  });
});

test('broken input is judged before it is read', async () => {
  const { needs, iot } = startIot();
  for (const operation of Object.keys(iot.operations)) expect(await needs(operation, {})).not.toEqual([]);
});
