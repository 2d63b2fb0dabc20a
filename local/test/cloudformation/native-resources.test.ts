import { LocalAws } from '../../src';
import { stackOf } from './harness';

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

const policyDocument = (action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
});

const role = (more: object = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: TRUST, ...more },
});

/** A function that answers CloudFormation with the text of its code. */
const codeOf = (text: string) => `exports.handler = async event => {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = 'made' } = event;
  const Data = { Text: ${JSON.stringify(text)} + process.env.SUFFIX };
  const body = JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId, Data });
  await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
};`;

const functionOf = (text: string, suffix: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { ZipFile: codeOf(text) },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Timeout: '10',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Environment: { Variables: { SUFFIX: suffix } },
    ReservedConcurrentExecutions: suffix === '!' ? 2 : undefined,
  },
});

let aws: LocalAws;
beforeEach(async () => void (aws = await LocalAws.start()));
afterEach(() => aws.stop());

const deploy = (template: object, stackName = 'Test') => aws.cloudFormation.deploy({ stackName, template });
const physicalId = (logicalId: string) => aws.cloudFormation.describe('Test')!.resources.get(logicalId)!.physicalId!;

describe('roles and policies', () => {
  const inline = async (roleName: string) =>
    (await aws.call('iam', 'ListRolePolicies', { RoleName: roleName })).PolicyNames as string[];
  const attached = async (roleName: string) =>
    ((await aws.call('iam', 'ListAttachedRolePolicies', { RoleName: roleName })).AttachedPolicies as object[]).length;

  test('change in place and go with the stack', async () => {
    const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    const policy = (name: string, action: string) => ({
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyName: name, PolicyDocument: policyDocument(action), Roles: [{ Ref: 'Role' }] },
    });
    const managed = (action: string) => ({
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { PolicyDocument: policyDocument(action), Roles: [{ Ref: 'Role' }] },
    });
    const inner = (name: string) => ({ PolicyName: name, PolicyDocument: policyDocument('s3:GetObject') });
    const first = await deploy(
      stackOf({
        Role: role({
          Policies: [inner('one')],
          ManagedPolicyArns: [basic],
          PermissionsBoundary: basic,
          Tags: [{ Key: 'a', Value: '1' }],
        }),
        Policy: policy('apart', 'iot:GetPackage'),
        Managed: managed('iot:ListPackages'),
      }),
    );
    expect(first.failures).toEqual([]);
    const name = physicalId('Role');
    expect(await inline(name)).toEqual(['one', 'apart']);
    expect(await attached(name)).toBe(2);
    expect(aws.iam.roles.get(name)?.boundary).toBe(basic);

    for (const action of ['iot:A', 'iot:B', 'iot:C', 'iot:D', 'iot:E', 'iot:F']) {
      const outcome = await deploy(
        stackOf({
          Role: role({ Policies: [inner('two')], Description: action }),
          Policy: policy('renamed', action),
          Managed: managed(action),
        }),
      );
      expect(outcome.failures).toEqual([]);
    }
    expect(physicalId('Role')).toBe(name);
    expect(aws.iam.roles.get(name)?.boundary).toBeUndefined();
    expect((await inline(name)).sort()).toEqual(['renamed', 'two']);
    expect(await attached(name)).toBe(1);

    expect((await aws.cloudFormation.destroy('Test')).failures).toEqual([]);
    expect(aws.iam.roles.size + aws.iam.managedPolicies.size).toBe(0);
  });

  test('a role of a changed name is replaced', async () => {
    await deploy(stackOf({ Role: role({ RoleName: 'one' }) }));
    const outcome = await deploy(stackOf({ Role: role({ RoleName: 'two' }) }));
    expect(outcome.status).toBe('UPDATE_COMPLETE');
    expect([...aws.iam.roles.keys()]).toEqual(['two']);
  });

  test('a replacement under the same name is refused', async () => {
    await deploy(stackOf({ Role: role({ RoleName: 'one' }) }));
    const outcome = await deploy(stackOf({ Role: role({ RoleName: 'one', Path: '/other/' }) }));
    expect(outcome.failures[0]).toContain('Rename one and update the stack again');
    expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

test('a function serves custom resources, before and after its code and configuration change', async () => {
  const template = (text: string, suffix: string, size: number) =>
    stackOf(
      {
        Role: role(),
        Function: functionOf(text, suffix),
        Permission: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            Action: 'lambda:InvokeFunction',
            FunctionName: { Ref: 'Function' },
            Principal: 'events.amazonaws.com',
          },
        },
        Invocation: {
          Type: 'AWS::Lambda::EventInvokeConfig',
          Properties: { FunctionName: { Ref: 'Function' }, Qualifier: '$LATEST', MaximumRetryAttempts: size },
        },
        Thing: {
          Type: 'Custom::Thing',
          Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, Size: size },
        },
      },
      { Outputs: { Text: { Value: { 'Fn::GetAtt': ['Thing', 'Text'] } } } },
    );
  expect(await deploy(template('one', '!', 1))).toMatchObject({ failures: [], outputs: { Text: 'one!' } });
  expect(await deploy(template('two', '?', 2))).toMatchObject({ failures: [], outputs: { Text: 'two?' } });
  expect(await aws.cloudFormation.destroy('Test')).toMatchObject({ status: 'DELETE_COMPLETE', failures: [] });
});

test('the others are made, changed and deleted by the calls of their services', async () => {
  const resources = (value: string, days: number) => ({
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/test', RetentionInDays: days } },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { Ref: 'Key' } } },
          ],
        },
      },
    },
    BucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Bucket' },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Deny', Principal: '*', Action: `s3:${value}`, Resource: '*' }],
        },
      },
    },
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {}, Description: value } },
    Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/test', TargetKeyId: { Ref: 'Key' } } },
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Description: value, SecretString: value } },
    Generated: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        GenerateSecretString: {
          SecretStringTemplate: '{"user":"me"}',
          GenerateStringKey: 'password',
          PasswordLength: 20,
          ExcludePunctuation: true,
        },
      },
    },
    Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } },
    Package: { Type: 'AWS::IoT::SoftwarePackage', Properties: { PackageName: 'firmware', Description: value } },
    Version: {
      Type: 'AWS::IoT::SoftwarePackageVersion',
      Properties: { PackageName: { Ref: 'Package' }, VersionName: '1.0.0', Attributes: { value } },
    },
    Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
    Metadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: value } },
  });
  expect(await deploy(stackOf(resources('one', 7)))).toMatchObject({ failures: [], status: 'CREATE_COMPLETE' });
  const { SecretString } = await aws.call('secretsmanager', 'GetSecretValue', { SecretId: physicalId('Generated') });
  expect(JSON.parse(SecretString)).toEqual({ user: 'me', password: expect.stringMatching(/^[A-Za-z0-9]{20}$/) });
  const bucket = physicalId('Bucket');
  const encryption = await aws.call('s3', 'GetBucketEncryption', { Bucket: bucket });
  expect(encryption).toMatchObject({
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { KMSMasterKeyID: physicalId('Key') } }],
    },
  });

  expect(await deploy(stackOf(resources('two', 30)))).toMatchObject({ failures: [], status: 'UPDATE_COMPLETE' });
  const secret = await aws.call('secretsmanager', 'GetSecretValue', { SecretId: physicalId('Secret') });
  expect(secret.SecretString).toBe('two');
  const { Parameter } = await aws.call('ssm', 'GetParameter', { Name: physicalId('Parameter') });
  expect(Parameter.Value).toBe('two');
  const { attributes } = await aws.call('iot', 'GetPackageVersion', { packageName: 'firmware', versionName: '1.0.0' });
  expect(attributes).toEqual({ value: 'two' });
  expect(physicalId('Bucket')).toBe(bucket);

  expect(await aws.cloudFormation.destroy('Test')).toMatchObject({ failures: [], status: 'DELETE_COMPLETE' });
  await expect(aws.call('s3', 'HeadBucket', { Bucket: bucket })).rejects.toMatchObject({ status: 404 });
  await expect(aws.call('iot', 'GetPackage', { packageName: 'firmware' })).rejects.toMatchObject({ status: 404 });
});

test('a bucket that is not empty stays, and keeps the stack', async () => {
  await deploy(stackOf({ Bucket: { Type: 'AWS::S3::Bucket' } }));
  await aws.call('s3', 'PutObject', { Bucket: physicalId('Bucket'), Key: 'k', Body: Buffer.from('x') });
  expect((await aws.cloudFormation.destroy('Test')).status).toBe('DELETE_FAILED');
});

test('what somebody else has deleted is no obstacle', async () => {
  await deploy(
    stackOf({
      Group: { Type: 'AWS::Logs::LogGroup' },
      Role: role(),
      Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'v' } },
    }),
  );
  await aws.call('iam', 'DeleteRole', { RoleName: physicalId('Role') });
  await aws.call('ssm', 'DeleteParameter', { Name: physicalId('Parameter') });
  await aws.call('logs', 'DeleteLogGroup', { logGroupName: physicalId('Group') });
  expect((await aws.cloudFormation.destroy('Test')).status).toBe('DELETE_COMPLETE');
});

test('the parts of a network have ids, and an address is of the block for documentation', async () => {
  const template = stackOf({
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
    Address: { Type: 'AWS::EC2::EIP' },
    Nat: {
      Type: 'AWS::EC2::NatGateway',
      Properties: { SubnetId: { Ref: 'Subnet' }, AllocationId: { 'Fn::GetAtt': ['Address', 'AllocationId'] } },
    },
  });
  expect(await deploy(template)).toMatchObject({ failures: [], status: 'CREATE_COMPLETE' });
  expect(physicalId('Vpc')).toMatch(/^vpc-[0-9a-f]{16}$/);
  expect(physicalId('Nat')).toMatch(/^nat-/);
  expect(physicalId('Address')).toMatch(/^203\.0\.113\.\d+$/);
  expect(await aws.cloudFormation.destroy('Test')).toMatchObject({ status: 'DELETE_COMPLETE' });
});
