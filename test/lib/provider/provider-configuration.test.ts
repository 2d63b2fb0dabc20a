import { Aspects, type CfnElement, type CfnResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, type Node } from 'constructs';
import {
  type ArtifactProviderProps,
  IotArtifactProvider,
  PackageVersionRetention,
  SoftwarePackage,
} from 'cdk-versioned-artifacts';
import { PACKAGE, newStack, only, resources } from '../app';
import { FUNCTION, LOG_GROUP, POLICY, ROLE, allowed, own, statements, withPackage } from './provider-stack';

describe('is configured', () => {
  /** A stack with everything that a configuration may name. */
  function surroundings() {
    const stack = newStack();
    return {
      stack,
      vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 }),
      key: new kms.Key(stack, 'Key'),
      logGroup: new logs.LogGroup(stack, 'Logs'),
      role: iam.Role.fromRoleName(stack, 'Role', 'provider'),
    };
  }
  type Surroundings = ReturnType<typeof surroundings>;

  const configurations: [string, (at: Surroundings) => ArtifactProviderProps, object][] = [
    ['memory', () => ({ memorySize: 512 }), { MemorySize: 512 }],
    ['architecture', () => ({ architecture: lambda.Architecture.X86_64 }), { Architectures: ['x86_64'] }],
    ['runtime', () => ({ runtime: lambda.Runtime.NODEJS_22_X }), { Runtime: 'nodejs22.x' }],
    ['timeout', () => ({ timeout: Duration.minutes(5) }), { Timeout: 300 }],
    [
      'encryption',
      ({ key }) => ({ environmentEncryption: key }),
      { KmsKeyArn: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } },
    ],
    ['log group', ({ logGroup }) => ({ logGroup }), { LoggingConfig: { LogGroup: { Ref: 'Logs6819BB44' } } }],
    ['role', ({ role }) => ({ role }), { Role: { 'Fn::Join': ['', expect.arrayContaining([':role/provider'])] } }],
    ['VPC', ({ vpc }) => ({ vpc }), { VpcConfig: { SubnetIds: [{ Ref: 'VpcPrivateSubnet1Subnet536B997A' }] } }],
  ];

  describe.each(configurations)('by its %s', (_what, configuration, expected) => {
    test('before its first use', () => {
      const at = surroundings();
      IotArtifactProvider.of(at.stack, configuration(at));
      withPackage(at.stack);

      expect(only(at.stack, FUNCTION).Properties).toMatchObject(expected);
    });

    test('after its first use, with the same template', () => {
      const [before, after] = [surroundings(), surroundings()];
      IotArtifactProvider.of(before.stack, configuration(before));
      withPackage(before.stack);
      withPackage(after.stack);
      IotArtifactProvider.of(after.stack, configuration(after));

      expect(resources(after.stack)).toEqual(resources(before.stack));
    });
  });

  test('after its first use, but not once its resources were changed: the changes would be lost', () => {
    const changes: [string, (provider: IotArtifactProvider) => void][] = [
      ['Resource', ({ node }) => cfn(node, 'Resource').addPropertyOverride('SnapStart.ApplyOn', 'None')],
      [
        'Role',
        ({ node }) =>
          (node.findChild('Role') as iam.Role).addManagedPolicy(
            iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess'),
          ),
      ],
      ['LogGroup', ({ node }) => cfn(node, 'LogGroup').applyRemovalPolicy(RemovalPolicy.DESTROY)],
      ['Policy', ({ node }) => Aspects.of(node.findChild('Policy')).add({ visit: () => undefined })],
      ['Extra', provider => new Construct(provider, 'Extra')],
    ];
    for (const [child, change] of changes) {
      const stack = withPackage();
      const provider = IotArtifactProvider.of(stack);
      change(provider);

      expect(() => IotArtifactProvider.of(stack, { memorySize: 512 })).toThrow(
        `got a configuration after changes of ${child}, which it would undo: call IotArtifactProvider.of(stack, { ... }) ` +
          'before them (in Stack/IotArtifacts)',
      );
    }
  });

  const cfn = (node: Node, id: string) => node.findChild(id).node.defaultChild as CfnResource;

  test('after its first use, whatever it was allowed meanwhile', () => {
    const stack = withPackage();
    new SoftwarePackage(stack, 'Other', { packageName: 'other' });
    new PackageVersionRetention(stack, 'Keep', {
      softwarePackage: SoftwarePackage.fromPackageName(stack, 'Imported', 'imported'),
      rules: { keepLatest: 1 },
    });
    new kms.Key(stack, 'Key').grantDecrypt(IotArtifactProvider.of(stack));
    IotArtifactProvider.of(stack, { memorySize: 512 });

    expect(only(stack, FUNCTION).Properties.MemorySize).toBe(512);
  });

  test('by the retention of its own log group', () => {
    const stack = withPackage();
    IotArtifactProvider.of(stack, { logRetention: logs.RetentionDays.ONE_YEAR });

    expect(only(stack, LOG_GROUP).Properties.RetentionInDays).toBe(365);
  });

  test("with a log group of the user's, which saves one resource", () => {
    const stack = newStack();
    IotArtifactProvider.of(stack, { logGroup: logs.LogGroup.fromLogGroupName(stack, 'Logs', 'mine') });
    withPackage(stack);

    expect(own(stack)).toEqual([POLICY, ROLE, FUNCTION]);
    expect(JSON.stringify(statements(stack)[0])).toContain(':log-group:mine:*');
  });

  test("with a role of the user's, to which the one policy is attached", () => {
    const stack = newStack();
    IotArtifactProvider.of(stack, { role: iam.Role.fromRoleName(stack, 'Role', 'provider') });
    withPackage(stack);

    expect(own(stack)).toEqual([POLICY, FUNCTION, LOG_GROUP]);
    expect(only(stack, POLICY).Properties.Roles).toEqual(['provider']);
  });

  test('with an immutable role, which is left alone', () => {
    const stack = newStack();
    const arn = 'arn:aws:iam::111111111111:role/provider';
    IotArtifactProvider.of(stack, { role: iam.Role.fromRoleArn(stack, 'Role', arn, { mutable: false }) });
    withPackage(stack);

    expect(own(stack)).toEqual([FUNCTION, LOG_GROUP]);
    expect(only(stack, PACKAGE).DependsOn).toBeUndefined();
  });

  test('with a key, which it may decrypt with, by its one policy', () => {
    const stack = withPackage();
    const key = new kms.Key(stack, 'Key');
    IotArtifactProvider.of(stack, { environmentEncryption: key });

    expect(statements(stack)).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: { 'Fn::GetAtt': [stack.getLogicalId(key.node.defaultChild as CfnElement), 'Arn'] },
    });
    expect(resources(stack, POLICY)).not.toEqual({});
  });

  test("with a VPC: the network interfaces' permissions are there then, and only then", () => {
    const stack = withPackage();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
    const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');
    IotArtifactProvider.of(stack, {
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [securityGroup],
    });

    expect(only(stack, FUNCTION).Properties.VpcConfig).toEqual({
      SecurityGroupIds: ['sg-1'],
      SubnetIds: [{ Ref: 'VpcPrivateSubnet1Subnet536B997A' }],
    });
    expect(allowed(stack)).toContain('ec2:CreateNetworkInterface');
    expect(Object.keys(resources(stack, 'AWS::EC2::SecurityGroup'))).toEqual([]);
    expect(allowed(withPackage())).not.toContain('ec2:CreateNetworkInterface');
  });

  test('twice with the same, without an error', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
    const group = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');
    const configuration = () => ({
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [group],
      timeout: Duration.minutes(5),
      runtime: lambda.Runtime.NODEJS_22_X,
    });

    expect(IotArtifactProvider.of(stack, configuration())).toBe(IotArtifactProvider.of(stack, configuration()));
  });

  test('twice with something else, with an error that tells what', () => {
    const stack = newStack();
    IotArtifactProvider.of(stack, { memorySize: 512, timeout: Duration.minutes(5) });

    expect(() =>
      IotArtifactProvider.of(stack, {
        memorySize: 512,
        timeout: Duration.minutes(6),
        runtime: lambda.Runtime.NODEJS_22_X,
      }),
    ).toThrow(
      'the provider of a stack is configured once, got a second configuration with a different runtime, timeout: ' +
        'keep one of the two (in Stack/IotArtifacts)',
    );
  });

  test('twice with two keys that look the same, with an error', () => {
    const stack = newStack();
    const arn = 'arn:aws:kms:eu-west-1:111111111111:key/1';
    const [one, other] = ['A', 'B'].map(id => kms.Key.fromKeyArn(stack, id, arn));
    IotArtifactProvider.of(stack, { environmentEncryption: one });

    expect(() => IotArtifactProvider.of(stack, { environmentEncryption: other })).toThrow(
      'a different environmentEncryption',
    );
  });

  test.each<[string, ArtifactProviderProps, string]>([
    ['subnets without a VPC', { vpcSubnets: {} }, 'got vpcSubnets without a vpc: set vpc, too'],
    ['security groups without a VPC', { securityGroups: [] }, 'got securityGroups without a vpc: set vpc, too'],
    [
      'another runtime',
      { runtime: lambda.Runtime.PYTHON_3_12 },
      "the provider's runtime must be a Node.js runtime, got python3.12",
    ],
    [
      'a long timeout',
      { timeout: Duration.minutes(16) },
      "the provider's timeout must be 1 to 15 minutes, got 16 minutes",
    ],
    [
      'a short timeout',
      { timeout: Duration.seconds(59) },
      "the provider's timeout must be 1 to 15 minutes, got 59 seconds",
    ],
  ])('but not with %s', (_what, props, message) => {
    expect(() => IotArtifactProvider.of(newStack(), props)).toThrow(message);
  });

  test("but not with a removal policy for the user's log group", () => {
    const stack = newStack();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Logs', 'mine');

    expect(() => IotArtifactProvider.of(stack, { logGroup, logRemovalPolicy: RemovalPolicy.DESTROY })).toThrow(
      "logRemovalPolicy is for the provider's own log groups, got a logGroup as well: set the policy on that one",
    );
  });

  test("but not with a retention for the user's log group", () => {
    const stack = newStack();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Logs', 'mine');

    expect(() => IotArtifactProvider.of(stack, { logGroup, logRetention: logs.RetentionDays.ONE_DAY })).toThrow(
      "logRetention is for the provider's own log group, got a logGroup as well: set the retention on that one",
    );
  });
});
