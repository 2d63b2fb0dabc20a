import { CreateStateMachineCommand, DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';
import { client } from '../core/fixtures';
import { MACHINE, MACHINE_ROLE, chain, createMachine, createRoleFor, run, states } from './harness';

let aws: LocalAws;
let clock: SteppingClock;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await createRoleFor(aws, 'machine', 'states.amazonaws.com');
});
afterEach(() => aws.stop());

const SUCCEED = chain({ Type: 'Succeed' });
const WAIT = chain({ Type: 'Wait', Seconds: 60 });

test('a machine is created and described as the API has it', async () => {
  const sfn = new SFNClient(client(aws));
  const definition = JSON.stringify(SUCCEED);
  const command = new CreateStateMachineCommand({ name: 'm', definition, roleArn: MACHINE_ROLE });
  expect(await sfn.send(command)).toMatchObject({ stateMachineArn: MACHINE, creationDate: new Date(clock.now()) });
  expect(await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: MACHINE }))).toMatchObject({
    name: 'm',
    status: 'ACTIVE',
    type: 'STANDARD',
    definition,
    roleArn: MACHINE_ROLE,
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
  });
  sfn.destroy();
});

test('creating the same machine again changes nothing, creating another under its name is refused', async () => {
  await createMachine(aws, SUCCEED);
  await createMachine(aws, SUCCEED);
  await expect(createMachine(aws, WAIT)).rejects.toMatchObject({ code: 'StateMachineAlreadyExists' });
});

test('an update changes what it names and leaves the rest', async () => {
  await createMachine(aws, SUCCEED, { loggingConfiguration: { level: 'ERROR' } });
  await states(aws, 'UpdateStateMachine', { stateMachineArn: MACHINE, definition: JSON.stringify(WAIT) });
  expect(await states(aws, 'DescribeStateMachine', { stateMachineArn: MACHINE })).toMatchObject({
    definition: JSON.stringify(WAIT),
    roleArn: MACHINE_ROLE,
    loggingConfiguration: { level: 'ERROR' },
  });
  await expect(states(aws, 'UpdateStateMachine', { stateMachineArn: MACHINE })).rejects.toMatchObject({
    code: 'MissingRequiredParameter',
  });
});

test('a machine that is deleted goes with its last execution, and starts no more', async () => {
  clock.sleep = () => new Promise(() => undefined);
  await createMachine(aws, WAIT);
  const { executionArn } = await states(aws, 'StartExecution', { stateMachineArn: MACHINE });
  await states(aws, 'DeleteStateMachine', { stateMachineArn: MACHINE });
  const { status } = await states(aws, 'DescribeStateMachine', { stateMachineArn: MACHINE });
  expect(status).toBe('DELETING');
  await expect(states(aws, 'StartExecution', { stateMachineArn: MACHINE })).rejects.toMatchObject({
    code: 'StateMachineDeleting',
  });
  await states(aws, 'StopExecution', { executionArn });
  expect(aws.stepFunctions.stateMachines.size).toBe(0);
  await states(aws, 'DeleteStateMachine', { stateMachineArn: MACHINE });
});

test('an execution of a machine that is deleted ends with its next transition', async () => {
  let wake = (): void => undefined;
  clock.sleep = () => new Promise(resolve => (wake = resolve));
  await createMachine(aws, chain({ Type: 'Wait', Seconds: 60 }, { Type: 'Pass' }));
  const { executionArn } = await states(aws, 'StartExecution', { stateMachineArn: MACHINE });
  // the interpreter is loaded first.
  while (aws.stepFunctions.executions()[0].history.events.length < 2) await new Promise(setImmediate);
  await new Promise(setImmediate);
  await states(aws, 'DeleteStateMachine', { stateMachineArn: MACHINE });
  wake();
  await aws.settled();
  expect((await states(aws, 'DescribeExecution', { executionArn })).status).toBe('ABORTED');
  expect(aws.stepFunctions.stateMachines.size).toBe(0);
});

test('a stack whose machine runs waits until it is gone; one whose machine is gone does not', async () => {
  const machine = (name: string) => ({
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { StateMachineName: name, RoleArn: MACHINE_ROLE, DefinitionString: JSON.stringify(WAIT) },
  });
  const arn = (name: string) => MACHINE.replace(/m$/, name);
  const template = { Resources: { Running: machine('running'), Gone: machine('gone') } };
  await aws.cloudFormation.deploy({ stackName: 'Site', template });
  await states(aws, 'DeleteStateMachine', { stateMachineArn: arn('gone') });
  const looks: (() => void)[] = [];
  clock.sleep = () => new Promise(resolve => looks.push(resolve));
  const { executionArn } = await states(aws, 'StartExecution', { stateMachineArn: arn('running') });
  const destroyed = aws.cloudFormation.destroy('Site');
  for (let turn = 0; looks.length < 2 && turn < 10_000; turn += 1) await new Promise(setImmediate);
  expect(aws.cloudFormation.describe('Site')?.resources.get('Running')?.status).toBe('DELETE_IN_PROGRESS');
  expect(aws.cloudFormation.describe('Site')?.resources.has('Gone')).toBe(false);
  await states(aws, 'StopExecution', { executionArn });
  for (const look of looks) look();
  expect(await destroyed).toMatchObject({ status: 'DELETE_COMPLETE', failures: [] });
});

test('tags are kept, changed and removed', async () => {
  await createMachine(aws, SUCCEED, { tags: [{ key: 'a', value: '1' }] });
  const tags = {
    resourceArn: MACHINE,
    tags: [
      { key: 'a', value: '2' },
      { key: 'b', value: '3' },
    ],
  };
  await states(aws, 'TagResource', tags);
  await states(aws, 'UntagResource', { resourceArn: MACHINE, tagKeys: ['b'] });
  expect(await states(aws, 'ListTagsForResource', { resourceArn: MACHINE })).toEqual({
    tags: [{ key: 'a', value: '2' }],
  });
});

test.each([
  ['a definition that is no JSON', '{', 'InvalidDefinition'],
  ['a state that is not there', { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } }, 'InvalidDefinition'],
  [
    'a task that the local AWS cannot run',
    chain({ Type: 'Task', Resource: 'arn:aws:states:::batch:submitJob.sync' }),
    'InvalidDefinition',
  ],
  ['JSONata', { QueryLanguage: 'JSONata', ...SUCCEED }, 'InvalidDefinition'],
])('refuses %s', async (_what, definition, code) => {
  await expect(createMachine(aws, definition)).rejects.toMatchObject({ code, status: 400 });
});

test.each([
  ['express machines', { type: 'EXPRESS' }, 'StateMachineTypeNotSupported'],
  ['a name with white space', { name: 'a b' }, 'InvalidName'],
  [
    'a role that Step Functions may not assume',
    { roleArn: 'arn:aws:iam::111111111111:role/none' },
    'AccessDeniedException',
  ],
  ['a log level that is none', { loggingConfiguration: { level: 'LOUD' } }, 'ValidationException'],
])('refuses %s', async (_what, more, code) => {
  await expect(createMachine(aws, SUCCEED, more)).rejects.toMatchObject({ code, status: 400 });
});

describe('the log of a machine', () => {
  const GROUP = '/aws/vendedlogs/m';
  const logging = (configuration: { level: string; includeExecutionData: boolean }) => ({
    loggingConfiguration: {
      ...configuration,
      destinations: [
        { cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:us-east-1:111111111111:log-group:${GROUP}:*` } },
      ],
    },
  });
  const logged = () => aws.logs.messages(GROUP).map(message => JSON.parse(message));
  beforeEach(() => aws.call('logs', 'CreateLogGroup', { logGroupName: GROUP }));

  test('has every event at level ALL, without data unless it is asked for', async () => {
    await createMachine(aws, SUCCEED, logging({ level: 'ALL', includeExecutionData: false }));
    await run(aws, { secret: 1 });
    expect(logged().map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
    expect(JSON.stringify(logged())).not.toContain('secret');
  });

  test('has the data where it is asked for', async () => {
    await createMachine(aws, SUCCEED, logging({ level: 'ALL', includeExecutionData: true }));
    await run(aws, { shown: 1 });
    expect(logged()[0].details.input).toBe('{"shown":1}');
  });

  test('has failures alone at level ERROR', async () => {
    await createMachine(
      aws,
      chain({ Type: 'Fail', Error: 'E' }),
      logging({ level: 'ERROR', includeExecutionData: false }),
    );
    await run(aws);
    expect(logged().map(({ type }) => type)).toEqual(['ExecutionFailed']);
  });
});
