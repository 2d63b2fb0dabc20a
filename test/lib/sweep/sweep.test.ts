import { App, CfnParameter, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Schedule } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import {
  IotArtifactProvider,
  JobExecutionCleanup,
  JobSelection,
  OnIncomplete,
  PackageVersionRetention,
  SoftwarePackage,
  SweepTrigger,
} from 'cdk-versioned-artifacts';
import { newStack, only, resources } from '../app';
import { CLEANUP, MACHINE, RETENTION, RULE, cleanup, config, definition, parsed, retention } from './stack';

const LOG_GROUP = 'AWS::Logs::LogGroup';
const all = [SweepTrigger.afterDeployment(), SweepTrigger.onDestroy(), SweepTrigger.duringDeployment()];
const daily = SweepTrigger.onSchedule(Schedule.rate(Duration.days(1)));

const countsByType = (stack: Stack) => {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(resources(stack))) counts[Type] = (counts[Type] ?? 0) + 1;
  return counts;
};

describe('a stack with one retention and one cleanup', () => {
  const declare = (context?: Record<string, unknown>) => {
    const stack = newStack({ app: { context } });
    retention(stack);
    cleanup(stack);
    return stack;
  };

  test('has thirteen resources: five of the provider, four that sweeps share, and two of each sweep', () => {
    expect(countsByType(declare())).toEqual({
      'AWS::Lambda::Function': 1,
      'AWS::IAM::Role': 3,
      'AWS::IAM::Policy': 3,
      [LOG_GROUP]: 2,
      [MACHINE]: 2,
      [RULE]: 1,
      [CLEANUP]: 1,
    });
  });

  test('needs three resources for two more sweeps of one trigger each', () => {
    const stack = declare();
    new PackageVersionRetention(stack, 'Keep2', {
      softwarePackage: SoftwarePackage.fromPackageName(stack, 'Other', 'engine-ecu'),
      rules: { keepLatest: 1 },
      triggers: [daily],
    });
    new JobExecutionCleanup(stack, 'Cleanup2', { jobs: JobSelection.all(), triggers: [] });

    expect(Object.keys(resources(stack))).toHaveLength(13 + 3);
  });

  test('has the same template whatever feature flags are set', () => {
    const withoutCode = (stack: Stack) =>
      Object.entries(resources(stack)).filter(([, { Type }]) => Type !== 'AWS::Lambda::Function');

    expect(withoutCode(declare(flags))).toEqual(withoutCode(declare()));
  });

  test('leaves nothing behind but its logs, or nothing at all', () => {
    const staying = (stack: Stack) =>
      Object.values(resources(stack))
        .filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete')
        .map(({ Type }) => Type);
    const [kept, gone, configuredFirst] = [declare(), declare(), newStack()];
    IotArtifactProvider.of(gone, { logRemovalPolicy: RemovalPolicy.DESTROY });
    IotArtifactProvider.of(configuredFirst, { logRemovalPolicy: RemovalPolicy.DESTROY });
    cleanup(configuredFirst);

    expect(staying(kept)).toEqual([LOG_GROUP, LOG_GROUP]);
    expect(staying(gone)).toEqual([]);
    expect(staying(configuredFirst)).toEqual([]);
  });
});

describe('the state machine', () => {
  const trust = (service: string, resource: string) => ({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Service: `${service}.amazonaws.com` },
    Condition: {
      ArnLike: {
        'aws:SourceArn': {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              `:${service}:`,
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              `:${resource}`,
            ],
          ],
        },
      },
    },
  });

  test('works slice by slice until one says that it is over', () => {
    const stack = newStack();
    retention(stack);

    expect(definition(stack)).toMatchSnapshot();
  });

  test('is a standard one that logs everything but data, and is traced', () => {
    const stack = newStack();
    retention(stack);

    expect(only(stack, MACHINE).Properties).toMatchObject({
      StateMachineType: 'STANDARD',
      LoggingConfiguration: {
        Level: 'ALL',
        IncludeExecutionData: false,
        Destinations: [
          {
            CloudWatchLogsLogGroup: {
              LogGroupArn: { 'Fn::GetAtt': ['IotArtifactsSweepsLogGroupCAA3EFFC', 'Arn'] },
            },
          },
        ],
      },
      TracingConfiguration: { Enabled: true },
    });
  });

  test('has a role that invokes the function and delivers logs and traces', () => {
    const stack = newStack();
    retention(stack);
    const { Properties } = resources(stack)['IotArtifactsSweepsRole0D2266BF'];

    expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([trust('states', 'stateMachine:*')]);
    expect(Properties.ManagedPolicyArns).toBeUndefined();
    expect(Properties.Policies).toHaveLength(1);
    const [invoke, deliver] = Properties.Policies[0].PolicyDocument.Statement;
    expect(invoke).toEqual({
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: { 'Fn::GetAtt': ['IotArtifactsC07F5AB4', 'Arn'] },
    });
    expect(new Set(deliver.Action.map((action: string) => action.split(':')[0]))).toEqual(new Set(['logs', 'xray']));
  });

  test('is started by rules with a role of their own, which may do nothing else', () => {
    const stack = newStack();
    retention(stack);
    const { RoleArn } = only(stack, RULE).Properties.Targets[0];
    const role = RoleArn['Fn::GetAtt'][0];
    const policies = Object.entries(resources(stack, 'AWS::IAM::Policy')).filter(
      ([, { Properties }]) => Properties.Roles[0].Ref === role,
    );

    expect(role).not.toBe('IotArtifactsSweepsRole0D2266BF');
    expect(resources(stack)[role].Properties.AssumeRolePolicyDocument.Statement).toEqual([trust('events', 'rule/*')]);
    expect(policies.map(([, { Properties }]) => Properties.PolicyDocument.Statement)).toEqual([
      [
        {
          Effect: 'Allow',
          Action: 'states:StartExecution',
          Resource: { Ref: expect.stringContaining('StateMachine') },
        },
      ],
    ]);
    expect(only(stack, RULE).DependsOn).toEqual(policies.map(([id]) => id));
  });

  test('gets numbers of the deployment as numbers', () => {
    const stack = newStack();
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    const rules = { keepLatest: number, minAge: Duration.seconds(number) };
    retention(stack, { rules, requestsPerSecond: number });
    const definitionString = JSON.stringify(only(stack, MACHINE).Properties.DefinitionString);

    for (const property of ['keepLatest', 'minAgeSeconds', 'requestsPerSecond']) {
      expect(definitionString).toContain(`\\"${property}\\":",{"Ref":"Number"}`);
    }
  });
});

describe('runs', () => {
  const patterns = (stack: Stack) => Object.values(resources(stack, RULE)).map(({ Properties }) => Properties);

  test('after each deployment of its own stack', () => {
    const stack = newStack();
    cleanup(stack, { triggers: [SweepTrigger.afterDeployment()] });
    const { EventPattern, Targets } = only(stack, RULE).Properties;

    expect(EventPattern).toEqual({
      source: ['aws.cloudformation'],
      'detail-type': ['CloudFormation Stack Status Change'],
      detail: {
        'stack-id': [{ Ref: 'AWS::StackId' }],
        'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
      },
    });
    expect(Targets).toEqual([
      {
        Id: 'Target0',
        Arn: { Ref: 'CleanupStateMachine3F86BCE9' },
        RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/SweepsStartRole/), 'Arn'] },
        Input: '{}',
      },
    ]);
    expect(resources(stack, CLEANUP)).toEqual({});
  });

  test('after each deployment of the outermost stack around its own', () => {
    const stack = newStack();
    const nested = new NestedStack(new NestedStack(stack, 'Middle'), 'Nested');
    retention(nested);
    const [{ EventPattern }] = patterns(nested);
    const [{ Ref: parameter }] = EventPattern.detail['stack-id'];
    const resource = Template.fromStack(Stack.of(nested.nestedStackParent!)).findResources(
      'AWS::CloudFormation::Stack',
    );
    const [{ Properties }] = Object.values(resource);

    expect(parameter).not.toBe('AWS::StackId');
    expect(Template.fromStack(nested).toJSON().Parameters).toHaveProperty(parameter);
    expect(Properties.Parameters[parameter]).toEqual({ Ref: expect.stringContaining('StackId') });
    expect(definition(nested).States.Slice.Parameters.Payload.stackId).toBe('${AWS::StackId}');
  });

  test('on schedules, each with a rule of its own', () => {
    const stack = newStack();
    retention(stack, { triggers: [daily, SweepTrigger.onSchedule(Schedule.cron({ minute: '0', hour: '3' }))] });

    expect(patterns(stack).map(({ ScheduleExpression }) => ScheduleExpression)).toEqual([
      'rate(1 day)',
      'cron(0 3 * * ? *)',
    ]);
    expect(Object.keys(resources(stack, RULE)).map(id => id.slice(0, -8))).toEqual(['KeepSchedule', 'KeepSchedule2']);
  });

  test('by hand alone where there are no triggers', () => {
    const stack = newStack();
    retention(stack, { triggers: [] });

    expect(countsByType(stack)).toMatchObject({ [MACHINE]: 1 });
    expect(Object.keys(resources(stack))).toHaveLength(5 + 2 + 1);
  });

  test('by whoever is granted to start the machine', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
    retention(stack).stateMachine.grantStartExecution(role);
    const [, policy] = Object.entries(resources(stack)).find(([id]) => id.startsWith('OperatorDefaultPolicy'))!;

    expect(policy.Properties.PolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: 'KeepStateMachine67CA3E81' } },
    ]);
  });
});

describe('the custom resource', () => {
  const properties = (stack: Stack, type = CLEANUP) => {
    const { ServiceToken: _, ServiceTimeout: __, Config, ...rest } = only(stack, type).Properties;
    return { ...rest, Config: parsed(Config) };
  };

  test('has the configuration of the state machine, and carries only what differs from the defaults', () => {
    const stack = newStack();
    cleanup(stack, { onIncomplete: OnIncomplete.FAIL });

    expect(properties(stack)).toEqual({
      Config: config(stack),
      StateMachineArn: { Ref: 'CleanupStateMachine3F86BCE9' },
      Triggers: ['ON_DESTROY'],
    });
  });

  test('carries everything that is set', () => {
    const stack = newStack();
    cleanup(stack, { triggers: all, onIncomplete: OnIncomplete.WARN, salt: 'again' });

    expect(properties(stack)).toMatchObject({
      Triggers: ['ON_DESTROY', 'DURING_DEPLOYMENT'],
      OnIncomplete: 'WARN',
      Salt: 'again',
    });
  });

  test('goes before the policies by which its sweep works, and its machine', () => {
    const stack = newStack();
    cleanup(stack);
    const { DependsOn, Properties } = only(stack, CLEANUP);

    expect(DependsOn).toEqual(['IotArtifactsMachinesPolicy79EEBB40']);
    expect(Properties.StateMachineArn).toEqual({ Ref: Object.keys(resources(stack, MACHINE))[0] });
  });

  test('is not there where CloudFormation waits for nothing', () => {
    const stack = newStack();
    retention(stack, { triggers: [SweepTrigger.afterDeployment(), daily] });

    expect(resources(stack, RETENTION)).toEqual({});
  });
});

describe('no cycle', () => {
  test.each<[string, (stack: Stack) => void]>([
    ['in a stack', stack => cleanup(stack, { triggers: [...all, daily] })],
    ['in a nested stack', stack => cleanup(new NestedStack(stack, 'Nested'), { triggers: [...all, daily] })],
    [
      'where the sweep is about what the stack owns',
      stack => {
        const softwarePackage = new SoftwarePackage(stack, 'Firmware', { removalPolicy: RemovalPolicy.DESTROY });
        const version = softwarePackage.addVersion('V', { versionName: '1.0.0' });
        retention(stack, { softwarePackage, triggers: all });
        cleanup(stack, { jobs: JobSelection.byPackageVersion(version), triggers: all });
      },
    ],
    [
      "where the package is the parent's",
      stack => {
        const softwarePackage = new SoftwarePackage(stack, 'Firmware');
        softwarePackage.addVersion('V', { versionName: '1.0.0' });
        retention(new NestedStack(stack, 'Nested'), { softwarePackage, triggers: all });
      },
    ],
  ])('%s', (_what, declare) => {
    const stack = newStack();
    declare(stack);
    const nested = stack.node.findAll().filter(construct => construct instanceof NestedStack);

    for (const each of [stack, ...nested]) expect(() => Template.fromStack(each)).not.toThrow();
  });
});

describe('a provider that is configured', () => {
  test('after the sweep gives the same template as before it', () => {
    const [before, after] = [newStack(), newStack()];
    IotArtifactProvider.of(before, { memorySize: 512, logRetention: logs.RetentionDays.ONE_WEEK });
    cleanup(before);
    cleanup(after);
    IotArtifactProvider.of(after, { memorySize: 512, logRetention: logs.RetentionDays.ONE_WEEK });

    expect(resources(after)).toEqual(resources(before));
  });

  test('with a role of the user has its policy for state machines on that role', () => {
    const stack = newStack();
    cleanup(stack);
    IotArtifactProvider.of(stack, { role: iam.Role.fromRoleName(stack, 'Role', 'provider') });

    expect(resources(stack)['IotArtifactsMachinesPolicy79EEBB40'].Properties.Roles).toEqual(['provider']);
  });

  test('with an immutable role leaves that alone', () => {
    const stack = newStack();
    const arn = 'arn:aws:iam::111111111111:role/provider';
    IotArtifactProvider.of(stack, { role: iam.Role.fromRoleArn(stack, 'Role', arn, { mutable: false }) });
    cleanup(stack);

    expect(resources(stack, 'AWS::IAM::Policy')).toEqual({});
    expect(only(stack, CLEANUP).DependsOn).toBeUndefined();
  });
});

test('two stacks of an app have sweeps of their own', () => {
  const app = new App();
  const [a, b] = ['A', 'B'].map(id => new Stack(app, id));
  for (const stack of [a, b]) retention(stack);

  expect(config(a).name).toBe('A/Keep');
  expect(Object.keys(resources(b))).toHaveLength(Object.keys(resources(a)).length);
});
