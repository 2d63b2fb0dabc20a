import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudBaseServiceVersion,
  type CloudBaseServiceVersionProps,
  CloudBaseVerification,
  OnRefusal,
  WeChatAccessToken,
  WeChatArtifactProvider,
} from 'cdk-versioned-artifacts';
import { CLOUDBASE_SERVICE_VERSION } from '../../../contract/wechat';
import { artifactProperties, newStack, only, resources } from '../app';

const token = (stack: Stack) => WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', 'platform/token'));

function version(
  stack: Stack,
  props: Partial<CloudBaseServiceVersionProps> = {},
  id = 'Api12',
): CloudBaseServiceVersion {
  return new CloudBaseServiceVersion(stack, id, {
    environmentId: 'prod-6gxk23',
    serverName: 'api',
    versionName: 'api-012',
    accessToken: props.accessToken ?? token(stack),
    ...props,
  });
}

/** The statements of the provider's policy that allow an action. */
const statementsOn = (stack: Stack, action: string) =>
  Object.values(resources(stack, 'AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().includes(action));

const rendered = (stack: Stack) => artifactProperties(only(stack, CLOUDBASE_SERVICE_VERSION));
const partialArn = expect.objectContaining({ 'Fn::Join': expect.anything() });

test('a version renders its names and where its token is, and no defaults', () => {
  const stack = newStack();
  version(stack);

  expect(rendered(stack)).toEqual({
    EnvironmentId: 'prod-6gxk23',
    ServerName: 'api',
    VersionName: 'api-012',
    AccessToken: { Current: { SecretId: partialArn } },
  });
});

test('a version renders what is set', () => {
  const stack = newStack();
  version(stack, {
    deleteServerWithLastVersion: true,
    deleteImageWithServer: true,
    onRefusal: OnRefusal.LEAVE,
    verification: CloudBaseVerification.NONE,
    apiEndpoint: 'https://sh.api.weixin.qq.com',
    salt: 'again',
  });

  expect(rendered(stack)).toMatchObject({
    DeleteServerWithLastVersion: true,
    DeleteImageWithServer: true,
    OnRefusal: 'LEAVE',
    Verification: 'NONE',
    ApiEndpoint: 'https://sh.api.weixin.qq.com',
    Salt: 'again',
  });
});

test('a minted token renders the secrets that it is made from', () => {
  const stack = newStack();
  const secret = Secret.fromSecretNameV2(stack, 'Platform', 'platform');
  const accessToken = WeChatAccessToken.minted({
    componentAppId: 'wx5f0e1d2c3b4a5968',
    appSecret: secret,
    appSecretField: 'appSecret',
    verifyTicket: secret,
    verifyTicketField: 'ticket',
  });
  version(stack, { accessToken });

  expect(rendered(stack).AccessToken).toEqual({
    Minted: {
      ComponentAppId: 'wx5f0e1d2c3b4a5968',
      AppSecret: { SecretId: partialArn, JsonField: 'appSecret' },
      VerifyTicket: { SecretId: partialArn, JsonField: 'ticket' },
    },
  });
});

test('the provider may read the secret, look at its own stack, and do nothing else of the kind', () => {
  const stack = newStack();
  const secret = new Secret(stack, 'Own');
  version(stack, { accessToken: WeChatAccessToken.fromSecret(secret, { jsonField: 'token' }) });

  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: [
            'cloudformation:DescribeStackEvents',
            'cloudformation:DescribeStackResource',
            'cloudformation:DescribeStacks',
            'cloudformation:ListStackResources',
          ],
          Resource: { Ref: 'AWS::StackId' },
        }),
        Match.objectLike({
          Action: 'secretsmanager:GetSecretValue',
          Resource: stack.resolve(secret.secretArn),
        }),
      ]),
    },
  });
});

test('of a secret by name the provider may read those with any random suffix', () => {
  const stack = newStack();
  version(stack);

  const [statement] = statementsOn(stack, 'secretsmanager:GetSecretValue');
  expect(JSON.stringify(statement.Resource)).toContain(':secret:platform/token-??????');
});

test('of an encrypted secret the provider may use the key, through Secrets Manager alone', () => {
  const stack = newStack();
  const secret = new Secret(stack, 'Own', { encryptionKey: new Key(stack, 'Key') });
  version(stack, { accessToken: WeChatAccessToken.fromSecret(secret) });

  const statements = only(stack, 'AWS::KMS::Key').Properties.KeyPolicy.Statement;
  expect(statements).toContainEqual(
    expect.objectContaining({
      Action: 'kms:Decrypt',
      Principal: { AWS: { 'Fn::GetAtt': [expect.stringContaining('WeChatArtifactsRole'), 'Arn'] } },
      Condition: { StringEquals: { 'kms:ViaService': expect.anything() } },
    }),
  );
});

test.each<[string, Partial<CloudBaseServiceVersionProps>, string]>([
  ['an environment with a slash', { environmentId: 'a/b' }, 'the id of an environment must only contain'],
  ['a service without a name', { serverName: '' }, 'the name of a service must have 1 to 128 characters, got 0'],
  ['a version with a space', { versionName: 'api 012' }, 'the name of a service version must only contain'],
  ['an endpoint without encryption', { apiEndpoint: 'http://proxy.example' }, 'must be an https URL'],
  ['an endpoint with a query', { apiEndpoint: 'https://a.example/?x=1' }, 'without credentials, query and fragment'],
  ['an endpoint that is none', { apiEndpoint: 'api.weixin.qq.com' }, 'the API endpoint must be a URL such as https://'],
  ['an image without its service', { deleteImageWithServer: true }, 'set deleteServerWithLastVersion, too'],
])('%s is refused', (_what, props, problem) => {
  expect(() => version(newStack(), props)).toThrow(problem);
});

test('plain http is for the loopback interface', () => {
  const stack = newStack();
  version(stack, { apiEndpoint: 'http://127.0.0.1:4566/wechat' });

  expect(rendered(stack)).toMatchObject({ ApiEndpoint: 'http://127.0.0.1:4566/wechat' });
});

test('a second construct of one version is refused, and names the first', () => {
  const stack = newStack();
  const accessToken = token(stack);
  version(stack, { accessToken });

  expect(() => version(stack, { accessToken }, 'Again')).toThrow(
    'version api-012 of service api is declared twice, here and in Stack/Api12: keep one of the two',
  );
});

test('the versions of a service are removed one after the other, those of another one beside them', () => {
  const stack = newStack();
  const accessToken = token(stack);
  version(stack, { accessToken, versionName: 'api-011' }, 'Api11');
  version(stack, { accessToken, versionName: 'web-001', serverName: 'web' }, 'Web1');
  version(stack, { accessToken, versionName: 'api-012' }, 'Api12');

  const all = resources(stack, CLOUDBASE_SERVICE_VERSION);
  const id = (name: string) => Object.keys(all).find(logicalId => all[logicalId].Properties.VersionName === name)!;
  expect(all[id('api-012')].DependsOn).toContain(id('api-011'));
  expect(all[id('web-001')].DependsOn ?? []).not.toContain(id('api-011'));
});

test('a snapshot is refused', () => {
  expect(() => version(newStack()).applyRemovalPolicy(RemovalPolicy.SNAPSHOT)).toThrow('an artifact has no snapshots');
});

test('under RETAIN CloudFormation leaves the version alone', () => {
  const stack = newStack();
  version(stack).applyRemovalPolicy(RemovalPolicy.RETAIN);

  expect(only(stack, CLOUDBASE_SERVICE_VERSION).DeletionPolicy).toBe('Retain');
});

test('the name of a version refers to its resource, so that what uses it comes after', () => {
  const stack = newStack();

  expect(stack.resolve(version(stack).versionName)).toEqual({ 'Fn::GetAtt': [expect.any(String), 'VersionName'] });
});

test('an import has the names that it is given', () => {
  const attrs = { environmentId: 'prod-6gxk23', serverName: 'api', versionName: 'api-012' };

  expect(CloudBaseServiceVersion.fromServiceVersionAttributes(newStack(), 'Imported', attrs)).toMatchObject(attrs);
});

test('the provider has a family of its own, with a small function', () => {
  const stack = newStack();
  version(stack);
  WeChatArtifactProvider.of(stack, { memorySize: 128 });

  expect(stack.node.tryFindChild('WeChatArtifacts')).toBeDefined();
  expect(only(stack, 'AWS::Lambda::Function').Properties.MemorySize).toBe(128);
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});

test('the way out to WeChat outlives the function, and with it the versions that are removed last', () => {
  const stack = newStack();
  version(stack);
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 1 });
  WeChatArtifactProvider.of(stack, { vpc });

  const isRouteToNat = (id: string) => resources(stack)[id].Properties.NatGatewayId !== undefined;
  const routes = Object.keys(resources(stack, 'AWS::EC2::Route')).filter(isRouteToNat);
  expect(routes).toHaveLength(1);
  expect(only(stack, 'AWS::Lambda::Function').DependsOn).toEqual(expect.arrayContaining(routes));
});
