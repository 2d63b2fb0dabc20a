import { LocalAws } from 'cdk-versioned-artifacts-local';
import { ACCOUNT, ROLE, createRole, policy } from './fixtures';

describe('IAM', () => {
  let aws: LocalAws;
  beforeEach(async () => {
    aws = await LocalAws.start();
    await createRole(aws, { Action: 's3:GetObject', Resource: '*' });
  });
  afterEach(() => aws.stop());

  const RoleName = 'worker';
  const iam = (operation: string, input: object) => aws.call('iam', operation, input);
  const ofSize = (characters: number) =>
    policy({ Action: 's3:GetObject', Resource: `arn:aws:s3:::${'b'.repeat(characters - 115)}` });

  test('describes a role as it was made', async () => {
    const { Role } = await iam('GetRole', { RoleName });
    expect(Role).toMatchObject({ RoleName, Arn: ROLE, Path: '/', MaxSessionDuration: 3600 });
    expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toContain('lambda.amazonaws.com');
  });

  test('gives a role with a path an ARN with the path', async () => {
    const AssumeRolePolicyDocument = JSON.stringify(aws.iam.roles.get(RoleName)!.trust);
    const { Role } = await iam('CreateRole', { RoleName: 'other', Path: '/team/', AssumeRolePolicyDocument });
    expect(Role.Arn).toBe(`arn:aws:iam::${ACCOUNT}:role/team/other`);
  });

  test.each([
    [
      'a role twice',
      'CreateRole',
      { RoleName, AssumeRolePolicyDocument: '{}' },
      { code: 'EntityAlreadyExists', status: 409 },
    ],
    ['a role with policies', 'DeleteRole', { RoleName }, { code: 'DeleteConflict', status: 409 }],
    ['a role that is not there', 'GetRole', { RoleName: 'none' }, { code: 'NoSuchEntity', status: 404 }],
    [
      'a policy that is not there',
      'DeleteRolePolicy',
      { RoleName, PolicyName: 'none' },
      { code: 'NoSuchEntity', status: 404 },
    ],
    [
      'a name with spaces',
      'CreateRole',
      { RoleName: 'a b', AssumeRolePolicyDocument: '{}' },
      { code: 'ValidationError', status: 400 },
    ],
    [
      'a managed policy that is not there',
      'AttachRolePolicy',
      { RoleName, PolicyArn: 'arn:x' },
      { code: 'NoSuchEntity', status: 404 },
    ],
    [
      'a policy that is no JSON',
      'PutRolePolicy',
      { RoleName, PolicyName: 'p', PolicyDocument: '{' },
      { code: 'MalformedPolicyDocument', status: 400 },
    ],
    [
      'a policy with a misspelt member',
      'PutRolePolicy',
      {
        RoleName,
        PolicyName: 'p',
        PolicyDocument: policy({ Action: 's3:GetObject', Resource: '*', Conditon: {} } as never),
      },
      { code: 'MalformedPolicyDocument', status: 400 },
    ],
  ])('refuses %s', async (_what, operation, input, error) => {
    await expect(iam(operation, input)).rejects.toMatchObject(error);
  });

  const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  test.each([
    ['a version of its own', { Version: '2026-01-01', Statement: statement }, 'there is no version 2026-01-01'],
    ['no statement', { Version: '2012-10-17' }, 'the policy has no Statement'],
    ['no effect', { Statement: { ...statement, Effect: 'allow' } }, 'neither Allow nor Deny'],
    ['Action and NotAction', { Statement: { ...statement, NotAction: 's3:*' } }, 'either Action or NotAction'],
    ['no resource', { Statement: { ...statement, Resource: undefined } }, 'either Resource or NotResource'],
    ['a principal', { Statement: { ...statement, Principal: '*' } }, 'can have no Principal'],
    [
      'an action that is not a text',
      { Statement: { ...statement, Action: [1] } },
      'the Action of Statement 0 must be a text',
    ],
    ['an unknown operator', { Statement: { ...statement, Condition: { Like: {} } } }, 'no condition operator Like'],
  ])('refuses a policy with %s', async (_what, document, reason) => {
    const input = { RoleName, PolicyName: 'p', PolicyDocument: JSON.stringify(document) };
    await expect(iam('PutRolePolicy', input)).rejects.toMatchObject({
      code: 'MalformedPolicyDocument',
      message: expect.stringContaining(reason),
    });
  });

  test('refuses a trust policy with a resource', async () => {
    const document = JSON.stringify({ Statement: { ...statement, Principal: '*' } });
    await expect(iam('UpdateAssumeRolePolicy', { RoleName, PolicyDocument: document })).rejects.toThrow(
      'can have no Resource',
    );
  });

  test('bounds the inline policies of a role together', async () => {
    await iam('PutRolePolicy', { RoleName, PolicyName: 'grants', PolicyDocument: ofSize(5000) });
    const put = (size: number) => iam('PutRolePolicy', { RoleName, PolicyName: 'more', PolicyDocument: ofSize(size) });
    await expect(put(5400)).rejects.toMatchObject({ code: 'LimitExceeded', status: 409 });
    await put(5000);
    await put(5100);
  });

  test('keeps the versions of a managed policy, five at most, one of them in force', async () => {
    const { Policy } = await iam('CreatePolicy', { PolicyName: 'm', PolicyDocument: ofSize(200) });
    const add = () =>
      iam('CreatePolicyVersion', { PolicyArn: Policy.Arn, PolicyDocument: ofSize(300), SetAsDefault: true });
    for (let i = 0; i < 4; i++) await add();
    await expect(add()).rejects.toMatchObject({ code: 'LimitExceeded' });
    const { Versions } = await iam('ListPolicyVersions', { PolicyArn: Policy.Arn });
    expect(Versions.at(-1)).toEqual({ VersionId: 'v5', IsDefaultVersion: true });
    await expect(iam('DeletePolicyVersion', { PolicyArn: Policy.Arn, VersionId: 'v5' })).rejects.toMatchObject({
      code: 'DeleteConflict',
    });
    await iam('DeletePolicyVersion', { PolicyArn: Policy.Arn, VersionId: 'v1' });
    await add();
  });

  test('does not delete a managed policy that is attached', async () => {
    const { Policy } = await iam('CreatePolicy', { PolicyName: 'm', PolicyDocument: ofSize(200) });
    const PolicyArn = Policy.Arn;
    await iam('AttachRolePolicy', { RoleName, PolicyArn });
    await expect(iam('DeletePolicy', { PolicyArn })).rejects.toMatchObject({ code: 'DeleteConflict' });
    await iam('DetachRolePolicy', { RoleName, PolicyArn });
    await iam('DeletePolicy', { PolicyArn });
    expect(aws.iam.managedPolicies.size).toBe(0);
  });
});
