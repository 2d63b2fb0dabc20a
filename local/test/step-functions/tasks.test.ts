import { LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';
import { ACCOUNT, createFunction, createRole } from '../core/fixtures';
import { MACHINE, chain, createMachine, createRoleFor, history, run, states } from './harness';

const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:fn`;
const INVOKE = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: FUNCTION, 'Payload.$': '$' },
};

/** A function that does what its event says. */
const SOURCE = `exports.handler = async event => {
  if (event.throws) throw Object.assign(new Error('no'), { name: event.throws });
  if (event.sleep) await new Promise(resolve => setTimeout(resolve, event.sleep));
  if (event.big) return 'x'.repeat(262144);
  return { got: event };
};`;

let aws: LocalAws;
let clock: SteppingClock;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await createRole(aws);
  await createFunction(aws, SOURCE);
});
afterEach(() => aws.stop());

const mayInvoke = () =>
  createRoleFor(aws, 'machine', 'states.amazonaws.com', { Action: 'lambda:InvokeFunction', Resource: FUNCTION });
const invocations = () => aws.calls.filter({ service: 'lambda', operation: 'Invoke' });
const throttle = (times: number) =>
  aws.faults.inject({
    service: 'lambda',
    operation: 'Invoke',
    times,
    trouble: { error: new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429) },
  });

describe('a task', () => {
  beforeEach(mayInvoke);

  test('invokes a function as the role of its machine, and gives the answer of the service', async () => {
    await createMachine(
      aws,
      chain({ ...INVOKE, ResultSelector: { 'payload.$': '$.Payload', 'status.$': '$.StatusCode' } }),
    );
    const { output, executionArn } = await run(aws, { a: 1 });
    expect(output).toEqual({ payload: { got: { a: 1 } }, status: 200 });
    expect(invocations()[0].principal).toMatchObject({ kind: 'role', roleArn: `arn:aws:iam::${ACCOUNT}:role/machine` });
    expect(await history(aws, executionArn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('with the ARN of a function gives the payload alone, and has events of its own', async () => {
    await createMachine(aws, chain({ Type: 'Task', Resource: FUNCTION }));
    const { output, executionArn } = await run(aws, { a: 1 });
    expect(output).toEqual({ got: { a: 1 } });
    expect((await history(aws, executionArn)).filter(type => type.startsWith('Lambda'))).toEqual([
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
    ]);
  });

  test('fails by the name of the error that the function throws, and its payload for a cause', async () => {
    await createMachine(aws, chain(INVOKE));
    const { status, error, cause } = await run(aws, { throws: 'Stuck' });
    expect([status, error]).toEqual(['FAILED', 'Stuck']);
    expect(JSON.parse(cause)).toMatchObject({ errorType: 'Stuck', errorMessage: 'no' });
  });

  test('is caught by name, with error and cause', async () => {
    const Catch = [{ ErrorEquals: ['Stuck'], ResultPath: '$.failure', Next: 'S2' }];
    await createMachine(aws, chain({ ...INVOKE, Catch }, { Type: 'Pass', OutputPath: '$.failure.Error' }));
    expect((await run(aws, { throws: 'Stuck' })).output).toBe('Stuck');
  });

  test('is retried as its retriers say, by the clock of the local AWS', async () => {
    throttle(2);
    const Retry = [{ ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 2 }];
    await createMachine(aws, chain({ ...INVOKE, Retry }));
    const before = clock.now();
    const { status, executionArn } = await run(aws);
    expect(status).toBe('SUCCEEDED');
    expect(clock.now() - before).toBe(6000);
    expect(await history(aws, executionArn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      ...['TaskScheduled', 'TaskStarted', 'TaskFailed'],
      ...['TaskScheduled', 'TaskStarted', 'TaskFailed'],
      ...['TaskScheduled', 'TaskStarted', 'TaskSucceeded'],
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('is told how often it was retried', async () => {
    throttle(2);
    const Payload = { 'count.$': '$$.State.RetryCount', 'text.$': "States.Format('{}.', $$.State.RetryCount)" };
    const Retry = [{ ErrorEquals: ['States.ALL'] }];
    await createMachine(aws, chain({ ...INVOKE, Parameters: { FunctionName: FUNCTION, Payload }, Retry }));
    await run(aws);
    expect(invocations().map(({ input }) => JSON.parse(input.Payload))).toEqual([
      { count: 0, text: '0.' },
      { count: 1, text: '1.' },
      { count: 2, text: '2.' },
    ]);
  });

  test('fails when its retries are used up', async () => {
    throttle(9);
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }];
    await createMachine(aws, chain({ ...INVOKE, Retry }));
    expect(await run(aws)).toMatchObject({ status: 'FAILED', error: 'Lambda.TooManyRequestsException' });
    expect(invocations()).toHaveLength(3);
  });

  test.each([
    ['of which nobody has the connection any more', { cut: 'after' }, 'Lambda.SdkClientException'],
    [
      'with which the service has trouble',
      { error: new ServiceError('ServiceException', '', 500) },
      'Lambda.ServiceException',
    ],
  ] as const)('%s fails', async (_what, trouble, error) => {
    aws.faults.inject({ service: 'lambda', operation: 'Invoke', trouble });
    await createMachine(aws, chain(INVOKE));
    expect(await run(aws)).toMatchObject({ status: 'FAILED', error });
  });

  test('of a function that is not there fails', async () => {
    await createMachine(aws, chain(INVOKE));
    await aws.call('lambda', 'DeleteFunction', { FunctionName: 'fn' });
    expect(await run(aws)).toMatchObject({ error: 'Lambda.ResourceNotFoundException' });
  });

  test('times out after its own seconds', async () => {
    const Catch = [{ ErrorEquals: ['States.Timeout'], Next: 'S2' }];
    await createMachine(aws, chain({ ...INVOKE, TimeoutSeconds: 1, Catch }, { Type: 'Succeed' }));
    const { status, executionArn } = await run(aws, { sleep: 3000 });
    expect(status).toBe('SUCCEEDED');
    expect(await history(aws, executionArn)).toContain('TaskTimedOut');
  });

  test('that gives more than 256 KB ends the execution, whatever would catch it', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'S2' }];
    await createMachine(aws, chain({ ...INVOKE, Catch }, { Type: 'Succeed' }));
    expect(await run(aws, { big: true })).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

test('a machine whose role may not invoke a function fails', async () => {
  await createRoleFor(aws, 'machine', 'states.amazonaws.com');
  await createMachine(aws, chain(INVOKE));
  const { error, cause } = await run(aws);
  expect(error).toBe('Lambda.AWSLambdaException');
  expect(cause).toMatch(/assumed-role\/machine\/.* is not authorized to perform: lambda:InvokeFunction/);
});

describe('a machine', () => {
  const START = 'arn:aws:states:::states:startExecution';
  const next = (Resource: string, Input: unknown) =>
    chain(
      { Type: 'Choice', Choices: [{ Variable: '$.last', IsPresent: true, Next: 'S3' }], Default: 'S2' },
      {
        Type: 'Task',
        Resource,
        Parameters: { 'StateMachineArn.$': '$$.StateMachine.Id', Name: 'next', ...(Input as object) },
        Next: 'S3',
      },
      { Type: 'Succeed' },
    );

  test.each([
    ['an integration', START, { Input: { last: true } }],
    ['the SDK', 'arn:aws:states:::aws-sdk:sfn:startExecution', { Input: '{"last":true}' }],
  ])('starts its own successor by %s', async (_what, resource, input) => {
    await createRoleFor(aws, 'machine', 'states.amazonaws.com', { Action: 'states:StartExecution', Resource: MACHINE });
    await createMachine(aws, next(resource, input));
    expect(await run(aws)).toMatchObject({ status: 'SUCCEEDED' });
    expect(aws.stepFunctions.executions().map(({ input, status }) => [input, status])).toEqual([
      ['{}', 'SUCCEEDED'],
      ['{"last":true}', 'SUCCEEDED'],
    ]);
  });

  test('fails by the name of what another service says', async () => {
    await createRoleFor(aws, 'machine', 'states.amazonaws.com', { Action: 'states:StartExecution', Resource: MACHINE });
    await createMachine(aws, next(START, { Input: {} }));
    await states(aws, 'StartExecution', { stateMachineArn: MACHINE, name: 'next', input: '{"last":true}' });
    expect(await run(aws)).toMatchObject({ error: 'StepFunctions.ExecutionAlreadyExistsException' });
  });

  test('reads stacks by the SDK', async () => {
    await createRoleFor(aws, 'machine', 'states.amazonaws.com', {
      Action: 'cloudformation:DescribeStacks',
      Resource: '*',
    });
    const template = { Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'v' } } } };
    await aws.cloudFormation.deploy({ stackName: 'App', template });
    const Resource = 'arn:aws:states:::aws-sdk:cloudformation:describeStacks';
    await createMachine(
      aws,
      chain({ Type: 'Task', Resource, Parameters: { StackName: 'App' }, OutputPath: '$.Stacks[0].StackStatus' }),
    );
    expect((await run(aws)).output).toBe('CREATE_COMPLETE');
  });
});

describe('a machine that goes on in slices', () => {
  const goOn = (next: string, state: string) => ({ Variable: '$.next', StringEquals: next, Next: state });
  const slices = {
    StartAt: 'Slice',
    States: {
      Slice: { ...INVOKE, OutputPath: '$.Payload.got', Next: 'Choose' },
      Choose: { Type: 'Choice', Choices: [goOn('WAIT', 'Wait'), goOn('DONE', 'Done')], Default: 'Failed' },
      Wait: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Unwrap' },
      Unwrap: { Type: 'Pass', InputPath: '$.then', Next: 'Slice' },
      Done: { Type: 'Succeed' },
      Failed: { Type: 'Fail', ErrorPath: '$.error', CausePath: '$.cause' },
    },
  };
  beforeEach(async () => {
    await mayInvoke();
    await createMachine(aws, slices);
  });

  test('waits between them, as long as they say', async () => {
    const before = clock.now();
    const { status } = await run(aws, { next: 'WAIT', seconds: 90, then: { next: 'DONE' } });
    expect(status).toBe('SUCCEEDED');
    expect(clock.now() - before).toBe(90_000);
  });

  test('fails with what one of them says', async () => {
    const failure = { next: 'FAILED', error: 'SweepFailed', cause: 'two are left' };
    const input = { next: 'WAIT', seconds: 60, then: failure };
    expect(await run(aws, input)).toMatchObject({ status: 'FAILED', error: 'SweepFailed', cause: 'two are left' });
  });
});
