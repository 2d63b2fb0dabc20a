import { Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import {
  type ArtifactProviderProps,
  GlueArtifactProvider,
  IotArtifactProvider,
  SweepTrigger,
  WeChatArtifactProvider,
} from 'cdk-versioned-artifacts';
import { newStack, only, resources } from '../app';
import { MACHINE, RULE, cleanup, retention } from '../sweep/stack';

const FUNCTION = 'AWS::Lambda::Function';
const LOG_GROUP = 'AWS::Logs::LogGroup';
const ROLE = 'AWS::IAM::Role';
const KEY = 'AWS::KMS::Key';
const triggers = [SweepTrigger.afterDeployment(), SweepTrigger.onSchedule(Schedule.rate(Duration.days(1)))];

/** A stack with sweeps whose provider is configured before, or after they were declared. */
function configured(when: 'before' | 'after', settings: (stack: Stack) => ArtifactProviderProps): Stack {
  const stack = newStack();
  const props = settings(stack);
  if (when === 'before') IotArtifactProvider.of(stack, props);
  retention(stack, { triggers });
  cleanup(stack);
  if (when === 'after') IotArtifactProvider.of(stack, props);
  return stack;
}

const encrypted = (stack: Stack) => ({ encryptionKey: new kms.Key(stack, 'Key') });
const withQueue = (stack: Stack) => ({ deadLetterQueue: new sqs.Queue(stack, 'Queue') });
const KEY_ARN = { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] };
const QUEUE_ARN = { 'Fn::GetAtt': ['Queue4A7E3555', 'Arn'] };

/** The statements of all policies of a stack, inline ones of roles among them. */
function statements(stack: Stack): Record<string, unknown>[] {
  const policies = Object.values(resources(stack, 'AWS::IAM::Policy')).map(({ Properties }) => Properties);
  const inline = Object.values(resources(stack, ROLE)).flatMap(({ Properties }) => Properties.Policies ?? []);
  return [...policies, ...inline].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** The statements of a key's or queue's policy about services. */
const services = (statementsOf: { Principal: { Service?: unknown } }[]) =>
  statementsOf.filter(({ Principal }) => Principal.Service);

describe.each(['before', 'after'] as const)('configured %s sweeps were declared', when => {
  test('one key encrypts both log groups, the executions and the environment', () => {
    const stack = configured(when, encrypted);

    const groups = Object.values(resources(stack, LOG_GROUP));
    expect(groups.map(({ Properties }) => Properties.KmsKeyId)).toEqual([KEY_ARN, KEY_ARN]);
    for (const { Properties } of Object.values(resources(stack, MACHINE))) {
      expect(Properties.EncryptionConfiguration).toEqual({ Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: KEY_ARN });
    }
    expect(only(stack, FUNCTION).Properties.KmsKeyArn).toEqual(KEY_ARN);
  });

  test('the key lets the logs in, of this account and region alone, and has no statement twice', () => {
    const stack = configured(when, encrypted);
    const arn = expect.objectContaining({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':logs:', expect.anything(), ':', expect.anything(), ':*']],
    });

    expect(services(only(stack, KEY).Properties.KeyPolicy.Statement)).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] } },
        Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
        Resource: '*',
        Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn } },
      },
      {
        Effect: 'Allow',
        Principal: { Service: 'delivery.logs.amazonaws.com' },
        Action: 'kms:Decrypt',
        Resource: '*',
      },
    ]);
  });

  test('the state machines use the key for their executions and logs, and for nothing else', () => {
    const used = statements(configured(when, encrypted)).filter(({ Resource }) => isSame(Resource, KEY_ARN));

    expect(used.map(({ Action, Condition }) => [Action, Object.keys((Condition as never)?.['ArnLike'] ?? {})])).toEqual(
      [
        // the function, its environment.
        ['kms:Decrypt', []],
        [['kms:Decrypt', 'kms:GenerateDataKey'], ['kms:EncryptionContext:aws:states:stateMachineArn']],
        ['kms:GenerateDataKey', ['kms:EncryptionContext:SourceArn']],
      ],
    );
  });

  test('the function is traced, and may write traces', () => {
    const traced = configured(when, () => ({ tracing: lambda.Tracing.ACTIVE }));
    const untraced = configured(when, () => ({ tracing: lambda.Tracing.DISABLED }));
    const mayTrace = (stack: Stack) =>
      Object.entries(resources(stack, 'AWS::IAM::Policy')).some(
        ([id, policy]) =>
          id.startsWith('IotArtifactsPolicy') && JSON.stringify(policy).includes('xray:PutTraceSegments'),
      );

    expect(only(traced, FUNCTION).Properties.TracingConfig).toEqual({ Mode: 'Active' });
    expect(mayTrace(traced)).toBe(true);
    expect(only(untraced, FUNCTION).Properties.TracingConfig).toBeUndefined();
    expect(mayTrace(untraced)).toBe(false);
  });

  test('a queue gets what the function fails and what rules cannot deliver', () => {
    const stack = configured(when, withQueue);

    expect(only(stack, FUNCTION).Properties.DeadLetterConfig).toEqual({ TargetArn: QUEUE_ARN });
    for (const { Properties } of Object.values(resources(stack, RULE))) {
      expect(Properties.Targets).toEqual([expect.objectContaining({ DeadLetterConfig: { Arn: QUEUE_ARN } })]);
    }
    expect(statements(stack)).toContainEqual({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE_ARN });
    const { Statement } = only(stack, 'AWS::SQS::QueuePolicy').Properties.PolicyDocument;
    expect(services(Statement)).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: QUEUE_ARN,
        Condition: { ArnLike: { 'aws:SourceArn': ruleArn } },
      },
    ]);
  });

  test('a queue with a key is written to with that', () => {
    const stack = configured(when, within => {
      const encryptionMasterKey = new kms.Key(within, 'Key');
      return { deadLetterQueue: new sqs.Queue(within, 'Queue', { encryptionMasterKey }) };
    });
    const Action = ['kms:Decrypt', 'kms:GenerateDataKey'];

    expect(statements(stack)).toContainEqual({ Effect: 'Allow', Action, Resource: KEY_ARN });
    expect(services(only(stack, KEY).Properties.KeyPolicy.Statement)).toEqual([
      expect.objectContaining({
        Principal: { Service: 'events.amazonaws.com' },
        Action,
        Condition: { ArnLike: { 'aws:SourceArn': ruleArn } },
      }),
    ]);
  });

  test('concurrent executions are reserved', () => {
    const stack = configured(when, () => ({ reservedConcurrentExecutions: 10 }));

    expect(only(stack, FUNCTION).Properties.ReservedConcurrentExecutions).toBe(10);
  });

  test('the role of the function has one policy for its work still', () => {
    const stack = configured(when, within => ({
      ...encrypted(within),
      ...withQueue(within),
      tracing: lambda.Tracing.ACTIVE,
    }));

    expect(Object.keys(resources(stack, 'AWS::IAM::Policy')).sort()).toEqual([
      'IotArtifactsMachinesPolicy79EEBB40',
      'IotArtifactsPolicyC1539D1D',
      'IotArtifactsSweepsStartPolicy0BAA266E',
    ]);
  });
});

const ruleArn = {
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, ':events:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':rule/*'],
  ],
};
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

test('key and queue may be those of another stack, or of the stack around a nested one', () => {
  const stack = newStack();
  const shared = new Stack(stack.node.root as never, 'Shared');
  const settings = { ...encrypted(shared), ...withQueue(shared) };
  const nested = new NestedStack(stack, 'Nested');
  for (const each of [stack, nested]) {
    retention(each, { triggers });
    IotArtifactProvider.of(each, settings);
  }

  // references the wrong way round are a cycle, which synthesis refuses.
  expect(Object.keys(resources(shared, KEY))).toHaveLength(1);
  expect(services(only(shared, 'AWS::SQS::QueuePolicy').Properties.PolicyDocument.Statement)).toHaveLength(1);
});

test('all families have the settings', () => {
  const stack = newStack();
  const settings = { ...encrypted(stack), ...withQueue(stack), reservedConcurrentExecutions: 10 };
  for (const provider of [IotArtifactProvider, GlueArtifactProvider, WeChatArtifactProvider]) {
    provider.of(stack, settings);
  }

  const functions = Object.values(resources(stack, FUNCTION));
  expect(functions).toHaveLength(3);
  for (const { Properties } of functions) {
    expect(Properties).toMatchObject({
      KmsKeyArn: KEY_ARN,
      DeadLetterConfig: { TargetArn: QUEUE_ARN },
      ReservedConcurrentExecutions: 10,
    });
  }
});

test('an environment may have a key of its own', () => {
  const stack = newStack();
  const environmentEncryption = new kms.Key(stack, 'Other');
  IotArtifactProvider.of(stack, { ...encrypted(stack), environmentEncryption });

  expect(only(stack, FUNCTION).Properties.KmsKeyArn).toEqual({ 'Fn::GetAtt': ['Other34654A52', 'Arn'] });
  expect(only(stack, LOG_GROUP).Properties.KmsKeyId).toEqual(KEY_ARN);
});

test("a permissions boundary is on the provider's and the sweeps' roles", () => {
  const stack = newStack();
  retention(stack, { triggers });
  iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
  IotArtifactProvider.of(stack, { memorySize: 512 });

  const boundaries = Object.values(resources(stack, ROLE)).map(({ Properties }) => Properties.PermissionsBoundary);
  expect(boundaries).toEqual(Array.from({ length: 3 }, () => ({ 'Fn::Join': expect.anything() })));
});

test("what somebody has set on the sweeps' resources outlives a configuration", () => {
  const stack = newStack();
  const { stateMachine } = retention(stack);
  const sweeps = stack.node.findChild('IotArtifactsSweeps');
  (sweeps.node.findChild('LogGroup') as logs.LogGroup).applyRemovalPolicy(RemovalPolicy.DESTROY);
  (
    stateMachine.node.defaultChild as never as { addPropertyOverride(path: string, value: unknown): void }
  ).addPropertyOverride('TracingConfiguration', { Enabled: false });
  IotArtifactProvider.of(stack, encrypted(stack));

  expect(resources(stack)['IotArtifactsSweepsLogGroupCAA3EFFC'].DeletionPolicy).toBe('Delete');
  expect(only(stack, MACHINE).Properties.TracingConfiguration).toEqual({ Enabled: false });
});

test.each<[string, (stack: Stack) => ArtifactProviderProps, string]>([
  [
    'a FIFO queue',
    stack => ({ deadLetterQueue: new sqs.Queue(stack, 'Queue', { fifo: true }) }),
    'Lambda and EventBridge have standard queues for dead letters, got a FIFO queue as deadLetterQueue: leave fifo out',
  ],
  [
    'no concurrency',
    () => ({ reservedConcurrentExecutions: 0 }),
    'reservedConcurrentExecutions must be a whole number of at least 1, got 0: with none the function never answers',
  ],
])('%s is refused', (_what, settings, message) => {
  const stack = newStack();
  expect(() => IotArtifactProvider.of(stack, settings(stack))).toThrow(message);
});
