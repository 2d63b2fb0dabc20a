import { App, Duration, NestedStack, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { IotArtifactProvider, SoftwarePackage } from 'cdk-versioned-artifacts';
import { PACKAGE, newStack, only, resources } from '../app';
import { FUNCTION, LOG_GROUP, POLICY, ROLE, allowed, own, statements, types, withPackage } from './provider-stack';

describe('by default', () => {
  test.each([1, 20])('%d versions need four resources beside them', versions => {
    const stack = newStack();
    const firmware = new SoftwarePackage(stack, 'Firmware');
    for (let i = 0; i < versions; i++) firmware.addVersion(`V${i}`, { versionName: `1.0.${i}` });

    expect(own(stack)).toEqual([POLICY, ROLE, FUNCTION, LOG_GROUP]);
    expect(types(stack)).toHaveLength(versions + 1 + 4);
  });

  test('the logical ids never change, since CloudFormation does not allow another service token', () => {
    const ids = Object.keys(resources(withPackage())).filter(id => id.startsWith('IotArtifacts'));

    expect(ids).toEqual([
      'IotArtifactsLogGroup72F96B90',
      'IotArtifactsRole4D9C8A6E',
      'IotArtifactsPolicyC1539D1D',
      'IotArtifactsC07F5AB4',
    ]);
  });

  test('the function runs the prebuilt handler for up to 15 minutes', () => {
    const { Properties } = only(withPackage(), FUNCTION);

    expect(Properties).toMatchObject({
      Handler: 'index.handler',
      Architectures: ['arm64'],
      MemorySize: 256,
      Timeout: 900,
      LoggingConfig: { LogGroup: { Ref: 'IotArtifactsLogGroup72F96B90' } },
    });
    expect(JSON.stringify(Properties.Runtime)).toMatch(/nodejs|LatestNodeRuntimeMap/);
    expect(Properties).not.toHaveProperty('Environment');
    expect(Properties).not.toHaveProperty('VpcConfig');
  });

  test('the function is made after its policy, and the artifacts, which name the function, go before both', () => {
    const stack = withPackage();

    expect(only(stack, FUNCTION).DependsOn).toContain('IotArtifactsPolicyC1539D1D');
    expect(only(stack, PACKAGE).Properties.ServiceToken).toEqual({ 'Fn::GetAtt': ['IotArtifactsC07F5AB4', 'Arn'] });
    expect(only(stack, PACKAGE).DependsOn).toBeUndefined();
  });

  test('the role has no managed policies, and nothing is allowed beyond the own log group and the service', () => {
    const stack = withPackage();

    expect(only(stack, ROLE).Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
    });
    expect(statements(stack)).toContainEqual({
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': ['IotArtifactsLogGroup72F96B90', 'Arn'] },
    });
    expect(new Set(allowed(stack).map(action => action.split(':')[0]))).toEqual(
      new Set(['cloudformation', 'iot', 'logs']),
    );
  });

  test('the log group outlives the stack, whose error message may name it, and forgets after three months', () => {
    const logGroup = only(withPackage(), LOG_GROUP);

    expect(logGroup.Properties).toEqual({ RetentionInDays: 90 });
    expect(logGroup.DeletionPolicy).toBe('Retain');
  });
});

describe('there is one provider', () => {
  test('whose id nobody else may have', () => {
    const stack = newStack();
    new Construct(stack, 'IotArtifacts');

    expect(() => withPackage(stack)).toThrow(
      "IotArtifacts is the id of this library's provider in a stack: give this construct another one (in Stack/IotArtifacts)",
    );
  });

  test('of one copy of the library', () => {
    const stack = newStack();
    Object.assign(new Construct(stack, 'IotArtifacts'), { _serviceToken: 'that of a provider of another copy' });

    expect(() => withPackage(stack)).toThrow(
      'this stack has constructs of two copies of cdk-versioned-artifacts: install it once',
    );
  });

  test('in a stack, whoever asks for it', () => {
    const stack = withPackage();
    const provider = IotArtifactProvider.of(stack);

    expect(IotArtifactProvider.of(stack.node.findChild('Firmware') as SoftwarePackage)).toBe(provider);
  });

  test('in each of two stacks', () => {
    const app = new App();
    const [a, b] = [new Stack(app, 'A'), new Stack(app, 'B')];
    withPackage(a);
    withPackage(b);

    expect(own(a)).toHaveLength(4);
    expect(own(b)).toHaveLength(4);
  });

  test('in a nested stack, which may also ask what the stacks around it are doing', () => {
    const stack = newStack();
    const nested = withPackage(new NestedStack(new NestedStack(stack, 'Middle'), 'Nested'));
    const parameters = Object.keys(Template.fromStack(nested).toJSON().Parameters);
    const { Resource } = statements(nested).find(({ Action }) => Action.includes('cloudformation:DescribeStacks'))!;

    expect(parameters).toHaveLength(2);
    expect(Resource).toHaveLength(3);
    expect(Resource).toEqual(expect.arrayContaining(['AWS::StackId', ...parameters].map(Ref => ({ Ref }))));
    expect(own(stack)).toEqual(['AWS::CloudFormation::Stack']);
  });
});

describe('can be', () => {
  test('granted to, whatever its role, and has one policy still', () => {
    const stack = withPackage();
    const key = new kms.Key(stack, 'Key');
    key.grantDecrypt(IotArtifactProvider.of(stack));
    IotArtifactProvider.of(stack, { role: iam.Role.fromRoleName(stack, 'Role', 'provider') });

    expect(allowed(stack)).toContain('kms:Decrypt');
    expect(own(stack)).toEqual([POLICY, 'AWS::KMS::Key', FUNCTION, LOG_GROUP].sort());
    expect(JSON.stringify(only(stack, 'AWS::KMS::Key'))).toContain(':role/provider');
  });

  test('tagged', () => {
    const stack = withPackage();
    Tags.of(IotArtifactProvider.of(stack)).add('team', 'chassis');

    expect(only(stack, FUNCTION).Properties.Tags).toEqual([{ Key: 'team', Value: 'chassis' }]);
  });

  test('watched: its metric counts what it refused in the stack', () => {
    const stack = withPackage();
    const metric = IotArtifactProvider.of(stack).metricRefused({ period: Duration.hours(1) });

    expect(stack.resolve(metric.toMetricConfig().metricStat)).toMatchObject({
      namespace: 'CdkVersionedArtifacts',
      metricName: 'Refused',
      dimensions: [{ name: 'StackName', value: 'Stack' }],
      statistic: 'Sum',
    });
    expect(metric.period.toSeconds()).toBe(3600);
  });

  test('removed with its stack, log group and all', () => {
    const stack = withPackage();
    IotArtifactProvider.of(stack, { logRemovalPolicy: RemovalPolicy.DESTROY });
    for (const { Type, DeletionPolicy } of Object.values(resources(stack))) {
      expect([Type, DeletionPolicy ?? 'Delete']).toEqual([Type, 'Delete']);
    }
  });
});
