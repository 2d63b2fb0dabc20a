import { SFNClient } from '@aws-sdk/client-sfn';
import { StepFunctions } from '../../../lambda/sweep/machine';

const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:sweep';

/** A client whose requests end here. */
function stepFunctions(answer: (target: string, input: Record<string, unknown>) => object) {
  const handle = async ({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) => {
    const target = headers['x-amz-target'].split('.')[1];
    const answered = answer(target, JSON.parse(new TextDecoder().decode(body)));
    return {
      response: {
        statusCode: '__type' in answered ? 400 : 200,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: Buffer.from(JSON.stringify(answered)),
      },
    };
  };
  return new StepFunctions(
    new SFNClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'secret' },
      maxAttempts: 1,
      requestHandler: { handle } as never,
    }),
  );
}

test('an execution is started by its name, with its state as input', async () => {
  const started: object[] = [];
  const machines = stepFunctions((target, input) => {
    started.push({ target, ...input });
    return { executionArn: 'arn:execution', startDate: 1 };
  });
  await machines.start(MACHINE, 'name', { slices: 3 });
  expect(started).toEqual([
    { target: 'StartExecution', stateMachineArn: MACHINE, name: 'name', input: '{"slices":3}' },
  ]);
});

test('an execution that was started by the same name before is as good, any other refusal is none', async () => {
  const refusing = (__type: string) => stepFunctions(() => ({ __type, message: 'no' }));
  await refusing('ExecutionAlreadyExists').start(MACHINE, 'name', {});
  await expect(refusing('ExecutionLimitExceeded').start(MACHINE, 'name', {})).rejects.toThrow('no');
});

test('running executions are listed to the last page', async () => {
  const execution = (name: string) => ({ executionArn: `arn:${name}`, name, startDate: 1_767_225_600 });
  const machines = stepFunctions((_, { nextToken, statusFilter }) => {
    expect(statusFilter).toBe('RUNNING');
    return nextToken ? { executions: [execution('b')] } : { executions: [execution('a')], nextToken: 'more' };
  });
  expect(await machines.running(MACHINE)).toEqual(
    ['a', 'b'].map(name => ({ executionArn: `arn:${name}`, name, startedAt: Date.UTC(2026, 0, 1) })),
  );
});
