import { App, DefaultStackSynthesizer, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SfnStateMachine, SnsTopic, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine, Succeed, Wait, WaitTime } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';

let aws: LocalAws;
beforeEach(async () => {
  aws = await LocalAws.start({ clock: new SteppingClock() });
});
afterEach(() => aws.stop());

/** Deploys what `build` puts into a stack. */
async function deploy(build: (stack: Stack) => void) {
  const synthesizer = new DefaultStackSynthesizer({ generateBootstrapVersionRule: false });
  const stack = new Stack(new App(), 'App', { synthesizer, analyticsReporting: false });
  build(stack);
  const template = Template.fromStack(stack).toJSON();
  const outcome = await aws.cloudFormation.deploy({ stackName: 'App', template });
  await aws.settled();
  return outcome;
}

const fn = (stack: Stack) =>
  new Function(stack, 'Fn', {
    runtime: Runtime.NODEJS_20_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async event => ({ got: event });'),
    logGroup: new LogGroup(stack, 'FnLogs', { removalPolicy: RemovalPolicy.DESTROY }),
  });

const onStack = (stack: Stack, ...status: string[]) => ({
  source: ['aws.cloudformation'],
  detail: { 'stack-id': [stack.stackId], 'status-details': { status } },
});

/** A machine that is started after each deployment of its own stack. */
function sweep(stack: Stack, payload: string): void {
  const invoke = new LambdaInvoke(stack, 'Invoke', { lambdaFunction: fn(stack), payloadResponseOnly: false });
  const wait = new Wait(stack, 'Wait', { time: WaitTime.duration(Duration.minutes(1)) });
  const machine = new StateMachine(stack, 'Machine', {
    definitionBody: DefinitionBody.fromChainable(
      wait.next(invoke).next(new Succeed(stack, 'Done', { comment: payload })),
    ),
    logs: {
      level: LogLevel.ERROR,
      destination: new LogGroup(stack, 'Logs', { removalPolicy: RemovalPolicy.DESTROY }),
    },
    timeout: Duration.hours(1),
  });
  const target = new SfnStateMachine(machine, { input: RuleTargetInput.fromObject({ payload }) });
  new Rule(stack, 'AfterDeployment', {
    eventPattern: onStack(stack, 'CREATE_COMPLETE', 'UPDATE_COMPLETE'),
    targets: [target],
  });
}

test("a machine of the CDK's is started after each deployment of its stack, and goes with the stack", async () => {
  expect(await deploy(stack => sweep(stack, 'one'))).toMatchObject({ status: 'CREATE_COMPLETE', failures: [] });
  expect(aws.stepFunctions.executions()).toMatchObject([{ status: 'SUCCEEDED', input: '{"payload":"one"}' }]);
  const [{ output }] = aws.stepFunctions.executions();
  expect(JSON.parse(output!).Payload).toEqual({ got: { payload: 'one' } });

  expect((await deploy(stack => sweep(stack, 'two'))).status).toBe('UPDATE_COMPLETE');
  expect(aws.stepFunctions.executions()[1]).toMatchObject({ status: 'SUCCEEDED', input: '{"payload":"two"}' });
  expect([...aws.stepFunctions.stateMachines.values()][0].text).toContain('two');

  expect((await aws.cloudFormation.destroy('App')).status).toBe('DELETE_COMPLETE');
  await aws.settled();
  expect([aws.stepFunctions.stateMachines.size, aws.events.rules.size]).toEqual([0, 0]);
});

test("the CDK's functions, queues and topics are targets of its rules", async () => {
  const outcome = await deploy(stack => {
    new Rule(stack, 'Rule', {
      schedule: Schedule.rate(Duration.days(1)),
      targets: [
        new LambdaFunction(fn(stack)),
        new SqsQueue(new Queue(stack, 'Queue')),
        new SnsTopic(new Topic(stack, 'Topic')),
      ],
    });
  });
  expect(outcome.failures).toEqual([]);
  const [name] = aws.events.rules.keys();
  aws.events.fireSchedule(name);
  await aws.settled();
  expect(aws.events.delivered.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
  expect([...aws.sqs.queues.values()][0]).toMatchObject({ attributes: { Policy: expect.stringContaining('Allow') } });
});

test('an update puts the targets that are in the template, and no others', async () => {
  const build = (names: ('a' | 'b')[], description: string) => (stack: Stack) => {
    const queues = { a: new Queue(stack, 'A'), b: new Queue(stack, 'B') };
    const targets = names.map(name => new SqsQueue(queues[name]));
    new Rule(stack, 'Rule', { description, eventPattern: { source: ['app'] }, targets });
  };
  await deploy(build(['a', 'b'], 'one'));
  await deploy(build(['b'], 'two'));
  const [rule] = aws.events.rules.values();
  expect(rule.description).toBe('two');
  expect([...rule.targets.values()].map(({ Arn }) => Arn)).toEqual([expect.stringContaining('-B')]);
});

test('alarms are kept', async () => {
  const metric = new Metric({ namespace: 'n', metricName: 'm' });
  const build = (threshold: number) => (stack: Stack) => {
    new Alarm(stack, 'Alarm', { metric, threshold, evaluationPeriods: 1 });
  };
  await deploy(build(1));
  await deploy(build(2));
  expect([...aws.cloudWatch.alarms.values()]).toMatchObject([{ Threshold: 2 }]);
  await aws.cloudFormation.destroy('App');
  expect(aws.cloudWatch.alarms.size).toBe(0);
});
