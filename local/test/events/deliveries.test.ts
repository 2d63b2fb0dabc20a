import { LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';
import { ACCOUNT, createFunction, createRole } from '../core/fixtures';
import { MACHINE, chain, createMachine, createRoleFor } from '../step-functions/harness';

const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:fn`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
const RULE = `arn:aws:events:us-east-1:${ACCOUNT}:rule/r`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/events`;

let aws: LocalAws;
let clock: SteppingClock;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await aws.call('sqs', 'CreateQueue', { QueueName: 'q' });
});
afterEach(() => aws.stop());

async function rule(target: object = {}, more: object = { EventPattern: '{"source":["app"]}' }) {
  await aws.call('events', 'PutRule', { Name: 'r', ...more });
  await aws.call('events', 'PutTargets', { Rule: 'r', Targets: [{ Id: 'a', Arn: QUEUE, ...target }] });
}

async function put(Source = 'app') {
  const Entries = [{ Source, DetailType: 't', Detail: '{"a":1}', Resources: ['arn:x'] }];
  await aws.call('events', 'PutEvents', { Entries });
  await aws.settled();
}

const messages = () => aws.sqs.messages('q').map(message => JSON.parse(message));
const errors = () => aws.events.delivered.map(({ error }) => error);

describe('an event', () => {
  test('reaches the targets of the rules whose patterns it matches, in its envelope', async () => {
    await rule();
    await put('other');
    await put();
    expect(messages()).toEqual([
      {
        version: '0',
        id: expect.any(String),
        'detail-type': 't',
        source: 'app',
        account: ACCOUNT,
        region: 'us-east-1',
        time: '2026-01-01T00:00:00Z',
        resources: ['arn:x'],
        detail: { a: 1 },
      },
    ]);
    expect(aws.events.delivered).toEqual([expect.objectContaining({ ruleName: 'r', targetArn: QUEUE })]);
  });

  test('reaches no target of a rule that is disabled', async () => {
    await rule();
    await aws.call('events', 'DisableRule', { Name: 'r' });
    await put();
    await aws.call('events', 'EnableRule', { Name: 'r' });
    expect(messages()).toEqual([]);
    await put();
    expect(messages()).toHaveLength(1);
  });

  test('can come twice, with the same id', async () => {
    aws.events.copies = 2;
    await rule();
    await put();
    const [first, second] = messages();
    expect(second).toEqual(first);
  });

  test('can come late', async () => {
    let wake = () => {};
    clock.sleep = () => new Promise(resolve => (wake = resolve));
    aws.events.delay = 60_000;
    await rule();
    await aws.call('events', 'PutEvents', { Entries: [{ Source: 'app', DetailType: 't', Detail: '{}' }] });
    expect(messages()).toEqual([]);
    wake();
    await aws.settled();
    expect(messages()).toHaveLength(1);
  });

  test('reaches a target of which the rule is put later no more', async () => {
    await put();
    await rule();
    await aws.settled();
    expect(messages()).toEqual([]);
  });
});

describe('a function', () => {
  beforeEach(async () => {
    await createRole(aws, { Action: 'logs:*', Resource: '*' });
    await createFunction(aws, 'exports.handler = async event => console.log(`got ${event.detail.a}`);');
  });
  const permit = (SourceArn: string, Principal = 'events.amazonaws.com') =>
    aws.call('lambda', 'AddPermission', {
      FunctionName: 'fn',
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal,
      SourceArn,
    });

  test('is invoked asynchronously', async () => {
    await permit(RULE);
    await rule({ Arn: FUNCTION });
    await put();
    expect(aws.logs.messages('/aws/lambda/fn').join()).toContain('got 1');
    const [invocation] = aws.calls.filter({ service: 'lambda', operation: 'Invoke' });
    expect(invocation).toMatchObject({
      input: { InvocationType: 'Event' },
      principal: { kind: 'service', name: 'events.amazonaws.com' },
    });
  });

  test.each([
    ['of no permission', () => Promise.resolve()],
    ["of another rule's permission", () => permit(`${RULE}2`)],
    ["of another service's permission", () => permit(RULE, 'sns.amazonaws.com')],
  ])('is not invoked because %s', async (_what, prepare) => {
    await prepare();
    await rule({ Arn: FUNCTION });
    await put();
    expect(errors()).toEqual([expect.stringContaining('has no permission')]);
    expect(aws.calls.filter({ service: 'lambda', operation: 'Invoke' })).toEqual([]);
  });
});

describe('a state machine', () => {
  beforeEach(async () => {
    await createRoleFor(aws, 'machine', 'states.amazonaws.com');
    await createMachine(aws, chain({ Type: 'Succeed' }));
  });
  const executions = () => aws.stepFunctions.executions(MACHINE);
  const mayStart = (service = 'events.amazonaws.com') =>
    createRoleFor(aws, 'events', service, { Action: 'states:StartExecution', Resource: MACHINE });

  test("is started with the role of the target, by the target's input", async () => {
    await mayStart();
    await rule({ Arn: MACHINE, RoleArn: ROLE, Input: '{"trigger":"r"}' });
    await put();
    expect(executions().map(({ input, status }) => [input, status])).toEqual([['{"trigger":"r"}', 'SUCCEEDED']]);
    const [start] = aws.calls.filter({ operation: 'StartExecution' });
    expect(start.principal).toMatchObject({ kind: 'role', roleArn: ROLE });
  });

  test('is started twice by an event that comes twice', async () => {
    await mayStart();
    aws.events.copies = 2;
    await rule({ Arn: MACHINE, RoleArn: ROLE });
    await put();
    expect(executions()).toHaveLength(2);
  });

  test('is not started by a role that may not', async () => {
    await createRoleFor(aws, 'events', 'events.amazonaws.com');
    await rule({ Arn: MACHINE, RoleArn: ROLE });
    await put();
    expect(errors()).toEqual([expect.stringContaining('not authorized to perform: states:StartExecution')]);
  });

  describe('that takes no event', () => {
    const dead = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
    const letters = () => aws.sqs.messages('dead').map(message => JSON.parse(message));
    const queueFor = async (SourceArn?: string) => {
      await aws.call('sqs', 'CreateQueue', { QueueName: 'dead' });
      const Principal = { Service: 'events.amazonaws.com' };
      const statement = { Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: dead };
      const Condition = { ArnLike: { 'aws:SourceArn': SourceArn } };
      const Policy = JSON.stringify({ Statement: [{ ...statement, Condition }] });
      if (SourceArn) await aws.call('sqs', 'SetQueueAttributes', { QueueUrl: 'dead', Attributes: { Policy } });
    };
    beforeEach(async () => {
      await createRoleFor(aws, 'events', 'events.amazonaws.com');
      await rule({ Arn: MACHINE, RoleArn: ROLE, Input: '{"a":1}', DeadLetterConfig: { Arn: dead } });
    });

    test('has it go to its queue', async () => {
      await queueFor(RULE.replace('/r', '/*'));
      await put();
      expect(letters()).toEqual([{ a: 1 }]);
    });

    test.each([
      ['does not let the rule in', () => queueFor(`${RULE}2`)],
      ['has no policy', () => queueFor()],
      ['does not exist', () => Promise.resolve()],
    ])('loses it where the queue %s', async (_what, prepare) => {
      await prepare();
      await put();
      expect(letters()).toEqual([]);
      expect(errors()).toEqual([expect.stringContaining('not authorized')]);
    });
  });

  test('is not started by a role that EventBridge may not assume', async () => {
    await mayStart('lambda.amazonaws.com');
    await rule({ Arn: MACHINE, RoleArn: ROLE });
    await put();
    expect(errors()).toEqual([expect.stringContaining('does not trust')]);
  });

  const failStart = (error: ServiceError, times: number) =>
    aws.faults.inject({ operation: 'StartExecution', times, trouble: { error } });

  test('is tried again where it throttles', async () => {
    await mayStart();
    failStart(new ServiceError('ThrottlingException', 'Rate exceeded'), 2);
    await rule({ Arn: MACHINE, RoleArn: ROLE });
    await put();
    expect(executions()).toHaveLength(1);
    expect(errors()).toEqual([undefined]);
  });

  test('is tried no oftener than the policy of the target says', async () => {
    await mayStart();
    failStart(new ServiceError('InternalFailure', 'no', 500), 9);
    await rule({ Arn: MACHINE, RoleArn: ROLE, RetryPolicy: { MaximumRetryAttempts: 1 } });
    await put();
    expect(aws.calls.filter({ operation: 'StartExecution' })).toHaveLength(2);
    expect(errors()).toEqual(['no']);
  });

  test('tells its status as events', async () => {
    await rule({}, { EventPattern: '{"source":["aws.states"]}' });
    await aws.call('states', 'StartExecution', { stateMachineArn: MACHINE, name: 'x', input: '{"a":1}' });
    await aws.settled();
    const arn = `${MACHINE.replace('stateMachine', 'execution')}:x`;
    const common = { executionArn: arn, stateMachineArn: MACHINE, name: 'x', startDate: clock.now(), input: '{"a":1}' };
    expect(messages()).toMatchObject([
      { resources: [arn], detail: { ...common, status: 'RUNNING', stopDate: null, output: null } },
      {
        'detail-type': 'Step Functions Execution Status Change',
        detail: { ...common, status: 'SUCCEEDED', output: '{"a":1}' },
      },
    ]);
  });
});

test('a topic and a log group get events too', async () => {
  const { TopicArn } = await aws.call('sns', 'CreateTopic', { Name: 't' });
  await aws.call('logs', 'CreateLogGroup', { logGroupName: '/aws/events/g' });
  await rule({ Arn: TopicArn, InputPath: '$.detail' });
  const Arn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/events/g`;
  await aws.call('events', 'PutTargets', { Rule: 'r', Targets: [{ Id: 'b', Arn, InputPath: '$.detail' }] });
  await put();
  expect(aws.sns.messages(TopicArn)).toEqual(['{"a":1}']);
  expect(aws.logs.messages('/aws/events/g')).toEqual(['{"a":1}']);
});

test('a target that is gone is told of in the delivery', async () => {
  await rule({ Arn: `${QUEUE}2` });
  await put();
  expect(errors()).toEqual(['The specified queue does not exist.']);
});

test("a stack's status changes are events", async () => {
  await rule(
    {},
    {
      EventPattern: JSON.stringify({
        source: ['aws.cloudformation'],
        detail: { 'status-details': { status: ['CREATE_COMPLETE'] } },
      }),
    },
  );
  const template = { Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'v' } } } };
  const { stackId } = await aws.cloudFormation.deploy({ stackName: 'App', template });
  await aws.settled();
  expect(messages()).toMatchObject([
    {
      'detail-type': 'CloudFormation Stack Status Change',
      resources: [stackId],
      detail: { 'stack-id': stackId, 'status-details': { status: 'CREATE_COMPLETE', 'status-reason': '' } },
    },
  ]);
});

describe('a schedule', () => {
  const daily = { ScheduleExpression: 'rate(1 day)' };
  const DAY = 24 * 3600 * 1000;
  const times = () => messages().map(({ time }) => time);

  test('fires once for each time that has come', async () => {
    await rule({}, daily);
    aws.events.fireDueSchedules();
    await clock.sleep(2.5 * DAY);
    aws.events.fireDueSchedules();
    await aws.settled();
    expect(times()).toEqual(['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']);
    await clock.sleep(DAY);
    aws.events.fireDueSchedules();
    await aws.settled();
    expect(times()).toHaveLength(3);
    expect(messages()[0]).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      resources: [RULE],
      detail: {},
    });
  });

  test('counts from when its rule is enabled', async () => {
    await rule({}, { ...daily, State: 'DISABLED' });
    await clock.sleep(2 * DAY);
    aws.events.fireDueSchedules();
    await aws.call('events', 'EnableRule', { Name: 'r' });
    aws.events.fireDueSchedules();
    await clock.sleep(DAY);
    aws.events.fireDueSchedules();
    await aws.settled();
    expect(times()).toEqual(['2026-01-04T00:00:00Z']);
  });

  test('fires at once where a test says so', async () => {
    await rule({}, daily);
    aws.events.fireSchedule('r');
    await aws.settled();
    expect(times()).toEqual(['2026-01-01T00:00:00Z']);
    expect(() => aws.events.fireSchedule('x')).toThrow('Rule x does not exist');
  });
});
