import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
} from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { ACCOUNT, ROLE, type Statement, client, createRole, policy } from './fixtures';

const PARAMETER = `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/a`;

describe('what a role may do', () => {
  let aws: LocalAws;
  beforeEach(async () => {
    aws = await LocalAws.start();
    await aws.call('ssm', 'PutParameter', { Name: 'a', Value: '1' });
  });
  afterEach(() => aws.stop());

  async function assume(...statements: Statement[]) {
    await createRole(aws, ...statements);
    const sts = new STSClient(client(aws));
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'session' }));
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken,
    };
    return { ...client(aws), credentials };
  }
  const get = async (config: ReturnType<typeof client>, Name = 'a') => {
    const { Parameter } = await new SSMClient(config).send(new GetParameterCommand({ Name }));
    return Parameter?.Value;
  };

  test('is what a policy grants', async () => {
    const role = await assume({ Action: 'ssm:GetParameter', Resource: PARAMETER });
    expect(await get(role)).toBe('1');
  });

  test('is nothing else: the refusal says who, what and why', async () => {
    const role = await assume({ Action: 'ssm:GetParameter', Resource: `${PARAMETER}bc` });
    await expect(get(role)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        `User: arn:aws:sts::${ACCOUNT}:assumed-role/worker/session is not authorized to perform: ssm:GetParameter ` +
        `on resource: ${PARAMETER} because no identity-based policy allows the ssm:GetParameter action`,
    });
    expect(aws.calls.filter({ principal: ROLE })).toMatchObject([{ error: 'AccessDeniedException', status: 400 }]);
  });

  test('is not what is denied explicitly', async () => {
    const role = await assume(
      { Action: 'ssm:*', Resource: '*' },
      { Effect: 'Deny', Action: 'ssm:GetParameter', Resource: PARAMETER },
    );
    await expect(get(role)).rejects.toThrow('with an explicit deny in an identity-based policy');
  });

  test('changes with its policies at once', async () => {
    const role = await assume();
    await expect(get(role)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const { Policy } = await aws.call('iam', 'CreatePolicy', {
      PolicyName: 'managed',
      PolicyDocument: policy({ Action: 'ssm:Get*', Resource: '*' }),
    });
    await aws.call('iam', 'AttachRolePolicy', { RoleName: 'worker', PolicyArn: Policy.Arn });
    expect(await get(role)).toBe('1');
    await aws.call('iam', 'DetachRolePolicy', { RoleName: 'worker', PolicyArn: Policy.Arn });
    await expect(get(role)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('is to see its own stack, resources and events, and no other', async () => {
    const Resources = { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } };
    const [own, other] = await Promise.all(
      ['Own', 'Other'].map(stackName => aws.cloudFormation.deploy({ stackName, template: { Resources } })),
    );
    const Action = ['cloudformation:DescribeStackResource', 'cloudformation:DescribeStackEvents'];
    const cfn = new CloudFormationClient(await assume({ Action, Resource: own.stackId }));
    const resource = (StackName: string) =>
      cfn.send(new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'Handle' }));
    const events = (StackName: string) => cfn.send(new DescribeStackEventsCommand({ StackName }));
    const { StackResourceDetail: detail } = await resource(own.stackId);
    const { StackEvents = [] } = await events(own.stackId);
    expect(detail).toMatchObject({ ResourceStatus: 'CREATE_COMPLETE', LastUpdatedTimestamp: expect.any(Date) });
    expect(StackEvents.find(({ LogicalResourceId: id }) => id === 'Handle')).toMatchObject({
      PhysicalResourceId: detail!.PhysicalResourceId,
      Timestamp: detail!.LastUpdatedTimestamp,
      ResourceProperties: '{}',
    });
    expect(StackEvents[0]).toMatchObject({ PhysicalResourceId: own.stackId, ResourceStatus: 'CREATE_COMPLETE' });
    for (const look of [resource, events]) {
      await expect(look(other.stackId)).rejects.toMatchObject({ name: 'AccessDenied' });
    }
  });

  describe('within its permissions boundary', () => {
    const RoleName = 'worker';
    const bounded = async (...statements: Statement[]) => {
      const role = await assume({ Action: 'ssm:*', Resource: '*' });
      const document = { PolicyName: 'limit', PolicyDocument: policy(...statements) };
      const { Policy } = await aws.call('iam', 'CreatePolicy', document);
      await aws.call('iam', 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary: Policy.Arn });
      return { role, PolicyArn: Policy.Arn as string };
    };

    test('is what both allow', async () => {
      const { role, PolicyArn } = await bounded({ Action: 's3:*', Resource: '*' });
      expect((await aws.call('iam', 'GetRole', { RoleName })).Role).toMatchObject({
        PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: PolicyArn },
      });
      await expect(get(role)).rejects.toThrow('because no permissions boundary allows the ssm:GetParameter action');
      await aws.call('iam', 'DeleteRolePermissionsBoundary', { RoleName });
      expect(await get(role)).toBe('1');
    });

    test('is not what the boundary denies', async () => {
      const { role } = await bounded(
        { Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'ssm:Get*', Resource: '*' },
      );
      await expect(get(role)).rejects.toThrow('with an explicit deny in a permissions boundary');
    });

    test('needs a managed policy, which stays meanwhile', async () => {
      const { PolicyArn } = await bounded({ Action: '*', Resource: '*' });
      await expect(aws.call('iam', 'DeletePolicy', { PolicyArn })).rejects.toMatchObject({ code: 'DeleteConflict' });
      const none = { RoleName, PermissionsBoundary: 'arn:x' };
      await expect(aws.call('iam', 'PutRolePermissionsBoundary', none)).rejects.toMatchObject({ code: 'NoSuchEntity' });
    });
  });

  test('is refused by S3 in XML', async () => {
    const s3 = new S3Client({ ...(await assume()), forcePathStyle: true });
    await aws.call('s3', 'CreateBucket', { Bucket: 'artifacts' });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'artifacts', Key: 'k' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
  });

  describe('to read an object that S3 does not have', () => {
    const BUCKET = 'arn:aws:s3:::artifacts';
    const READ = { Action: 's3:GetObject', Resource: `${BUCKET}/*` };
    const missing = async (statements: Statement[], Key: string) => {
      const s3 = new S3Client({ ...(await assume(...statements)), forcePathStyle: true });
      await aws.call('s3', 'CreateBucket', { Bucket: 'artifacts' });
      await aws.call('s3', 'PutObject', { Bucket: 'artifacts', Key: 'k', Body: Buffer.from('x') });
      expect((await s3.send(new GetObjectCommand({ Bucket: 'artifacts', Key: 'k' }))).ContentLength).toBe(1);
      return {
        get: () => s3.send(new GetObjectCommand({ Bucket: 'artifacts', Key })),
        head: () => s3.send(new HeadObjectCommand({ Bucket: 'artifacts', Key })),
      };
    };

    test('is refused to who may not list the bucket', async () => {
      const { get, head } = await missing([READ], 'none');
      await expect(get()).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining(`not authorized to perform: s3:ListBucket on resource: ${BUCKET} `),
        $metadata: { httpStatusCode: 403 },
      });
      await expect(head()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
      await aws.call('s3', 'PutBucketVersioning', {
        Bucket: 'artifacts',
        VersioningConfiguration: { Status: 'Enabled' },
      });
      await aws.call('s3', 'PutObject', { Bucket: 'artifacts', Key: 'none', Body: Buffer.from('x') });
      await get();
      await aws.call('s3', 'DeleteObject', { Bucket: 'artifacts', Key: 'none' });
      await expect(get()).rejects.toMatchObject({ name: 'AccessDenied' });
    });

    test('is not found by who may', async () => {
      const { get, head } = await missing([READ, { Action: 's3:ListBucket', Resource: BUCKET }], 'none');
      await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
      await expect(head()).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    });
  });

  test('may be granted by the policy of a bucket', async () => {
    const s3 = new S3Client({ ...(await assume()), forcePathStyle: true });
    await aws.call('s3', 'CreateBucket', { Bucket: 'artifacts' });
    await aws.call('s3', 'PutObject', { Bucket: 'artifacts', Key: 'k', Body: 'x' });
    await aws.call('s3', 'PutBucketPolicy', {
      Bucket: 'artifacts',
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 's3:GetObject', Resource: 'arn:aws:s3:::artifacts/*' },
        ],
      }),
    });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'artifacts', Key: 'k' }));
    expect(await Body?.transformToString()).toBe('x');
  });

  test.each([
    ['*', 'fulfilled'],
    [`arn:aws:iot:us-east-1:${ACCOUNT}:thinggroup/*`, 'rejected'],
  ])('where a call is asked for on all resources, is granted on %s: %s', async (Resource, expected) => {
    const role = await assume({ Action: 'iot:ListTagsForResource', Resource });
    await aws.call('iot', 'CreatePackage', { packageName: 'p' });
    const tags = fetch(`${aws.endpoint}/tags?resourceArn=arn:aws:iot:us-east-1:${ACCOUNT}:package/p`, {
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${role.credentials.accessKeyId}/20260101/us-east-1/iot/aws4_request`,
      },
    });
    expect((await tags).status).toBe(expected === 'fulfilled' ? 200 : 403);
  });

  test('is everything where authorisation is off', async () => {
    await aws.stop();
    aws = await LocalAws.start({ authorize: false });
    await aws.call('ssm', 'PutParameter', { Name: 'a', Value: '1' });
    expect(await get(await assume())).toBe('1');
  });

  test('shows as unused where no call needed it, by action and resource', async () => {
    const role = await assume(
      { Action: ['ssm:GetParameter', 'ssm:PutParameter'], Resource: [PARAMETER, `${PARAMETER}/b`] },
      { Action: 's3:*', Resource: '*' },
    );
    await get(role);
    expect(aws.iam.unusedStatements(ROLE)).toEqual([
      { policyName: 'grants', actions: ['ssm:PutParameter'], resources: [`${PARAMETER}/b`] },
      { policyName: 'grants', actions: ['s3:*'], resources: ['*'] },
    ]);
    await new SSMClient(role).send(new PutParameterCommand({ Name: 'a/b', Value: '2', Type: 'String' }));
    expect(aws.iam.unusedStatements(ROLE)).toMatchObject([{ actions: ['s3:*'] }]);
  });

  test('shows as used where a call on all resources is granted on all and on some', async () => {
    const some = `arn:aws:iot:us-east-1:${ACCOUNT}:thinggroup/*`;
    const statements = ['*', some].map(Resource => ({ Action: 'iot:ListTagsForResource', Resource }));
    const { credentials } = await assume(...statements);
    await aws.call('iot', 'CreatePackage', { packageName: 'p' });
    await fetch(`${aws.endpoint}/tags?resourceArn=arn:aws:iot:us-east-1:${ACCOUNT}:package/p`, {
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/us-east-1/iot/aws4_request`,
      },
    });
    expect(aws.iam.unusedStatements(ROLE)).toEqual([{ policyName: 'grants', actions: [], resources: [some] }]);
  });

  test('is asked by who calls: STS knows the session', async () => {
    const { Arn } = await new STSClient(await assume()).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`);
  });

  test("is the developer's where the CDK's own roles call", async () => {
    const sts = new STSClient(client(aws));
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-deploy-role-${ACCOUNT}-us-east-1`;
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'cli' }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = Credentials!;
    expect(await get({ ...client(aws), credentials: { accessKeyId, secretAccessKey } })).toBe('1');
  });

  test('is nothing with a session that was never given out', async () => {
    const credentials = { accessKeyId: 'ASIANOBODY', secretAccessKey: 'x' };
    await expect(get({ ...client(aws), credentials })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 403 },
    });
  });
});
