import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';
import { client } from '../core/fixtures';
import { MACHINE, chain, createMachine, createRoleFor, history, run, states } from './harness';

let aws: LocalAws;
let clock: SteppingClock;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await createRoleFor(aws, 'machine', 'states.amazonaws.com');
});
afterEach(() => aws.stop());

const start = (input: object = {}) => states(aws, 'StartExecution', { stateMachineArn: MACHINE, ...input });
const executionArn = (name: string) => `${MACHINE.replace('stateMachine', 'execution')}:${name}`;
/** A machine that runs until the clock is turned, which nobody does. */
const ENDLESS = chain({ Type: 'Wait', Seconds: 60 });
const stopTheClock = () => (clock.sleep = () => new Promise(() => undefined));

describe('an execution', () => {
  test('passes data from state to state, and shows it to the SDK', async () => {
    await createMachine(aws, chain({ Type: 'Pass', Result: 2, ResultPath: '$.b' }, { Type: 'Succeed' }));
    const sfn = new SFNClient(client(aws));
    const { executionArn: arn, startDate } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'one', input: '{"a":1}' }),
    );
    await aws.settled();
    expect(await sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
      executionArn: executionArn('one'),
      stateMachineArn: MACHINE,
      status: 'SUCCEEDED',
      input: '{"a":1}',
      output: '{"a":1,"b":2}',
      startDate,
      stopDate: new Date(clock.now()),
    });
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: arn }));
    expect(events!.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 1, 'PassStateEntered'],
      [3, 2, 'PassStateExited'],
      [4, 3, 'SucceedStateEntered'],
      [5, 4, 'SucceedStateExited'],
      [6, 5, 'ExecutionSucceeded'],
    ]);
    expect(events![2].stateExitedEventDetails).toEqual({ name: 'S1', output: '{"a":1,"b":2}' });
    sfn.destroy();
  });

  test('fails with the error and the cause of a Fail state', async () => {
    await createMachine(aws, chain({ Type: 'Fail', Error: 'Refused', Cause: 'too many' }));
    expect(await run(aws)).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'too many' });
  });

  test('knows the machine and itself by the context object, in branches too', async () => {
    const Parameters = {
      'name.$': '$$.Execution.Name',
      'machine.$': '$$.StateMachine.Id',
      'input.$': '$$.Execution.Input',
    };
    const branch = {
      StartAt: 'Inner',
      States: {
        Inner: { Type: 'Pass', Parameters: { ...Parameters, 'start.$': '$$.Execution.StartTime' }, End: true },
      },
    };
    await createMachine(aws, chain({ Type: 'Parallel', InputPath: '$.inner', Branches: [branch] }));
    const { output } = await run(aws, { inner: {} }, 'x');
    expect(output).toEqual([
      { name: 'x', machine: MACHINE, input: { inner: {} }, start: new Date(clock.now()).toISOString() },
    ]);
  });

  test('waits by the clock of the local AWS, for seconds or until a time', async () => {
    const until = new Date(clock.now() + 600_000).toISOString();
    await createMachine(
      aws,
      chain(
        { Type: 'Wait', Seconds: 60 },
        { Type: 'Wait', SecondsPath: '$.seconds' },
        { Type: 'Wait', TimestampPath: '$.until', OutputPath: '$.seconds' },
      ),
    );
    const before = clock.now();
    const { output, executionArn: arn } = await run(aws, { seconds: 30, until });
    expect(output).toBe(30);
    const { events } = await states(aws, 'GetExecutionHistory', { executionArn: arn });
    const exits = events.filter(({ type }: { type: string }) => type === 'WaitStateExited');
    expect(exits.map(({ timestamp }: { timestamp: Date }) => timestamp.getTime() - before)).toEqual([
      60_000, 90_000, 600_000,
    ]);
  });

  test('waits shorter by the scale of waits', async () => {
    aws.stepFunctions.waitScale = 0.01;
    await createMachine(aws, ENDLESS);
    const before = clock.now();
    await run(aws);
    expect(clock.now() - before).toBe(600);
  });

  test('times out after the seconds of its machine', async () => {
    await createMachine(aws, {
      ...chain({ Type: 'Wait', Seconds: 60 }, { Type: 'Wait', Seconds: 60 }),
      TimeoutSeconds: 90,
    });
    const { status, startDate, stopDate, executionArn: arn } = await run(aws);
    expect(status).toBe('TIMED_OUT');
    expect(stopDate.getTime() - startDate.getTime()).toBe(90_000);
    expect(await history(aws, arn)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'WaitStateExited',
      'WaitStateEntered',
      'ExecutionTimedOut',
    ]);
  });

  test('is over at once when it is stopped', async () => {
    stopTheClock();
    await createMachine(aws, ENDLESS);
    await start({ name: 'x' });
    await states(aws, 'StopExecution', { executionArn: executionArn('x'), error: 'E', cause: 'why' });
    await aws.settled();
    const described = await states(aws, 'DescribeExecution', { executionArn: executionArn('x') });
    expect(described).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'why' });
    expect((await history(aws, executionArn('x'))).at(-1)).toBe('ExecutionAborted');
  });

  test('fails when a state gives more than 256 KB', async () => {
    await createMachine(aws, chain({ Type: 'Pass', Parameters: { 'a.$': '$', 'b.$': '$' } }));
    const big = { text: 'x'.repeat(140_000) };
    expect(await run(aws, big)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('fails at 25,000 events', async () => {
    const loop = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'C' }], Default: 'A' },
        C: { Type: 'Succeed' },
      },
    };
    await createMachine(aws, loop);
    const described = await run(aws);
    expect(described).toMatchObject({
      status: 'FAILED',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    const [execution] = aws.stepFunctions.executions(MACHINE);
    expect(execution.history.events).toHaveLength(25_000);
  });

  test('goes on by the definition with which it started', async () => {
    await createMachine(aws, chain({ Type: 'Wait', Seconds: 1 }, { Type: 'Pass', Result: 'old' }));
    const { executionArn: arn } = await start();
    const definition = JSON.stringify(chain({ Type: 'Pass', Result: 'new' }));
    await states(aws, 'UpdateStateMachine', { stateMachineArn: MACHINE, definition });
    await aws.settled();
    expect((await states(aws, 'DescribeExecution', { executionArn: arn })).output).toBe('"old"');
    expect((await run(aws)).output).toBe('new');
  });
});

describe('starting an execution', () => {
  test('is idempotent by name and input while it runs', async () => {
    stopTheClock();
    await createMachine(aws, ENDLESS);
    const first = await start({ name: 'x', input: '{"a":1}' });
    expect(await start({ name: 'x', input: '{"a":1}' })).toEqual(first);
    expect(aws.stepFunctions.executions()).toHaveLength(1);
    await expect(start({ name: 'x', input: '{"a":2}' })).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
      status: 400,
    });
  });

  test('does not take the name of one that has ended', async () => {
    await createMachine(aws, chain({ Type: 'Succeed' }));
    await run(aws, {}, 'x');
    await expect(start({ name: 'x', input: '{}' })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  });

  test.each([
    ['an input that is no JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['an input of more than 256 KB', { input: JSON.stringify('x'.repeat(262_144)) }, 'ValidationException'],
    ['a name with a slash', { name: 'a/b' }, 'InvalidName'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'ValidationException'],
    ['an ARN of something else', { stateMachineArn: 'arn:aws:iam::111111111111:role/m' }, 'InvalidArn'],
    ['a machine that is not there', { stateMachineArn: `${MACHINE}2` }, 'StateMachineDoesNotExist'],
  ])('refuses %s', async (_what, input, code) => {
    await createMachine(aws, chain({ Type: 'Succeed' }));
    await expect(start(input)).rejects.toMatchObject({ code, status: 400 });
  });
});

describe('the list of executions', () => {
  beforeEach(async () => {
    const choice = { Type: 'Choice', Choices: [{ Variable: '$.fail', IsPresent: true, Next: 'S2' }], Default: 'S3' };
    await createMachine(aws, chain(choice, { Type: 'Fail' }, { Type: 'Succeed' }));
    for (const name of ['a', 'b', 'c']) {
      await run(aws, name === 'b' ? { fail: 1 } : {}, name);
      await clock.sleep(1000);
    }
  });
  const list = async (input: object) => {
    const { executions, nextToken } = await states(aws, 'ListExecutions', { stateMachineArn: MACHINE, ...input });
    return { names: executions.map(({ name }: { name: string }) => name), nextToken };
  };

  test('has the newest first, in pages', async () => {
    const { names, nextToken } = await list({ maxResults: 2 });
    expect(names).toEqual(['c', 'b']);
    expect(await list({ maxResults: 2, nextToken })).toEqual({ names: ['a'], nextToken: undefined });
  });

  test('selects by status', async () => {
    expect((await list({ statusFilter: 'FAILED' })).names).toEqual(['b']);
    expect((await list({ statusFilter: 'RUNNING' })).names).toEqual([]);
  });

  test('shows no input', async () => {
    const sfn = new SFNClient(client(aws));
    const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE }));
    expect(Object.keys(executions![0]).sort()).toEqual(
      ['executionArn', 'name', 'startDate', 'stateMachineArn', 'status', 'stopDate'].sort(),
    );
    sfn.destroy();
  });
});

test('the history comes reversed and without data where that is asked for', async () => {
  await createMachine(aws, chain({ Type: 'Succeed' }));
  const { executionArn: arn } = await run(aws, { secret: 1 });
  const { events } = await states(aws, 'GetExecutionHistory', {
    executionArn: arn,
    reverseOrder: true,
    includeExecutionData: false,
  });
  expect(events.map(({ id }: { id: number }) => id)).toEqual([4, 3, 2, 1]);
  expect(JSON.stringify(events)).not.toContain('secret');
});
