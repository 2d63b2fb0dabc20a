import { SFNClient } from '@aws-sdk/client-sfn';
import { Deadline } from '../../../lambda/runtime/clock';
import { StepFunctions, isMachineGone, patientMachines } from '../../../lambda/sweep/machine';
import { VirtualClock } from '../../../testing/clock';

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

test('an execution was stopped that is among the latest of those', async () => {
  const stopped = { executionArn: 'arn:a', name: 'a', startDate: 1_767_225_600 };
  const machines = stepFunctions((_, { statusFilter }) => {
    expect(statusFilter).toBe('ABORTED');
    return { executions: [stopped], nextToken: 'more' };
  });
  expect(await machines.wasStopped(MACHINE, 'arn:a')).toBe(true);
  expect(await machines.wasStopped(MACHINE, 'arn:b')).toBe(false);
});

describe('patiently', () => {
  const MINUTE = 60_000;
  const log = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };

  /** A machine whose start fails for a while, with when it was tried. */
  function failing(name: string, milliseconds: number, timeout = 15 * MINUTE) {
    const clock = new VirtualClock(0);
    const tried: number[] = [];
    const start = async () => {
      tried.push(clock.now());
      if (clock.now() < milliseconds) throw Object.assign(new Error('not now'), { name });
    };
    const machines = { start, running: async () => [] };
    const begun = patientMachines(machines, { clock, deadline: new Deadline(clock, timeout), log }).start(
      MACHINE,
      'name',
      {},
    );
    return { tried, clock, end: clock.run(begun) };
  }

  test.each([
    ['AccessDeniedException', 10_000],
    ['ThrottlingException', MINUTE],
    ['InternalFailure', 1],
  ])('an execution is started although %s is the answer for %d ms', async (name, milliseconds) => {
    const { end } = failing(name, milliseconds);
    await expect(end).resolves.toBeUndefined();
  });

  test('running executions are read although that is denied at first', async () => {
    const clock = new VirtualClock(0);
    const execution = { executionArn: 'arn:a', name: 'a', startedAt: 1 };
    const running = jest.fn(async () => [execution]);
    running.mockRejectedValueOnce(Object.assign(new Error('not now'), { name: 'AccessDeniedException' }));
    const machines = patientMachines(
      { start: async () => {}, running },
      { clock, deadline: new Deadline(clock, MINUTE), log },
    );
    expect(await clock.run(machines.running(MACHINE))).toEqual([execution]);
    expect(running).toHaveBeenLastCalledWith(MACHINE);
  });

  test('it is not tried as late as that a call could not end in time', async () => {
    const { end, tried, clock } = failing('ThrottlingException', Infinity, 5 * MINUTE);
    await expect(end).rejects.toThrow('not now');
    expect(Math.max(...tried)).toBeGreaterThan(4 * MINUTE);
    expect(clock.now()).toBeLessThanOrEqual(5 * MINUTE - 23_000);
  });
});

test('a machine that was deleted runs nothing, and no other refusal tells that', async () => {
  const refusing = (__type: string) => stepFunctions(() => ({ __type, message: 'no' }));
  expect(await refusing('StateMachineDoesNotExist').running(MACHINE)).toEqual([]);
  await expect(refusing('InvalidArn').running(MACHINE)).rejects.toThrow('no');
  expect(isMachineGone(Object.assign(new Error('no'), { name: 'StateMachineDoesNotExist' }))).toBe(true);
  expect(isMachineGone(Object.assign(new Error('no'), { name: 'InvalidArn' }))).toBe(false);
});
