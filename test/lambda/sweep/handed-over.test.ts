import { type SweepProperties } from '../../../contract/sweep-execution';
import { ToyService, candidates } from '../../../testing/sweep/listing';
import { type SweepWorld } from '../../../testing/sweep/sweep-world';
import { toySweep } from '../../../testing/sweep/toy-sweep';

const MINUTE = 60_000;

let service: ToyService;
let world: SweepWorld;
beforeEach(() => {
  service = new ToyService(candidates(20));
  world = toySweep(service, { keepLatest: 3 });
  world.status = 'UPDATE_IN_PROGRESS';
});

const deployed = (more: Partial<SweepProperties> = {}) => ({ OldResourceProperties: world.properties(more) });
const destroy = () => {
  world.status = 'DELETE_IN_PROGRESS';
  return world.send('Delete');
};
describe('what is left when the invocation ends', () => {
  beforeEach(() => {
    world.remaining = 2_000;
  });

  test('goes on in the state machine, whose last slice answers with the counts of all', async () => {
    world.remaining = 3_500;
    expect(await world.send('Create')).toBeUndefined();
    const [execution] = world.machine.executions;
    expect(execution.name).toMatch(/^[0-9a-f]{64}$/);
    expect(service.removed.length).toBeGreaterThan(0);
    world.remaining = 1_500;
    await world.machine.runAll();
    expect(execution.requests.length).toBeGreaterThan(1);
    expect(world.replies).toEqual([
      expect.objectContaining({
        Status: 'SUCCESS',
        RequestId: 'request-1',
        LogicalResourceId: 'Sweep',
        PhysicalResourceId: expect.stringMatching(/^sweep\//),
        Data: { RemovedCount: '17', KeptCount: '3', RemainingCount: '0' },
      }),
    ]);
  });

  test('of a Delete, too', async () => {
    expect(await destroy()).toBeUndefined();
    await world.machine.runAll();
    expect(world.replies).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'sweep/0123456789abcdef' }]);
    expect(service.names()).toHaveLength(3);
  });

  test('does not wait for the stack or for older runs: CloudFormation waits', async () => {
    world.machine.begin('older');
    await world.send('Create');
    await world.machine.run(world.machine.executions[1]);
    expect(world.replies).toMatchObject([{ Status: 'SUCCESS', Data: { RemovedCount: '17' } }]);
  });

  test('is answered as failed where removals failed later on', async () => {
    service.before = (operation, name) => {
      if (operation === 'Remove' && name === 'item-0015') throw new Error('no way');
    };
    await world.send('Create');
    await world.machine.runAll();
    expect(world.replies).toMatchObject([{ Status: 'FAILED', Reason: expect.stringMatching(/^1 removals failed/) }]);
    expect(world.machine.executions[0]).toMatchObject({ status: 'FAILED', state: { error: 'RemovalsFailed' } });
  });

  test('is answered by the provider alone where the machine gives up, even if no handler loads', async () => {
    await world.send('Create');
    world.loads = false;
    await world.machine.runAll();
    expect(world.replies).toMatchObject([
      { Status: 'FAILED', Reason: expect.stringMatching(/^the sweep was given up: Cannot find module "left-out"/) },
    ]);
    expect(world.machine.executions[0]).toMatchObject({ status: 'FAILED', state: { error: 'Error' } });
  });

  test('is not begun twice when the event comes again while its execution runs', async () => {
    const event = world.event('Create');
    await world.deliver(event);
    const calls = service.calls.length;
    await world.deliver(event);
    expect(world.machine.executions).toHaveLength(1);
    expect(service.calls).toHaveLength(calls);
    await world.machine.runAll();
    expect(world.replies).toHaveLength(1);
  });

  test('starts one execution, however often the start is repeated', async () => {
    const event = world.event('Create');
    await world.deliver(event);
    world.machine.unlisted.add(world.machine.executions[0].name);
    await world.deliver(event);
    expect(world.machine.executions).toHaveLength(1);
  });

  test('has an execution of its own in each deployment, though CloudFormation uses a request id again', async () => {
    await world.deliver({ ...world.event('Create'), RequestId: 'same' });
    await world.machine.runAll();
    service.candidates = candidates(20);
    world.clock.advance(MINUTE);
    await world.deliver({ ...world.event('Create'), RequestId: 'same' });
    expect(world.machine.executions).toHaveLength(2);
  });

  test('is answered by another attempt of the last slice where the answer got lost', async () => {
    await world.send('Create');
    const [execution] = world.machine.executions;
    const put = world.put;
    const isRetried = () => execution.requests.at(-1)?.retryCount === 1;
    world.put = async (...answer) => (isRetried() ? put(...answer) : 503);
    await world.machine.run(execution);
    expect(isRetried()).toBe(true);
    expect(execution.status).toBe('SUCCEEDED');
    expect(world.replies).toMatchObject([{ Status: 'SUCCESS' }]);
  });
});

test('the last slice that is repeated although its answer has arrived ends well', async () => {
  world.remaining = 2_000;
  const event = world.event('Update', world.properties(), deployed({ Salt: '1' }));
  await world.deliver(event);
  const [execution] = world.machine.executions;
  const sent = { logicalId: 'Sweep', physicalId: 'sweep/0123456789abcdef', changedAt: world.clock.now() };
  const put = world.put;
  world.put = async (...answer) => {
    if (world.replies.length === 0) await put(...answer);
    world.resource = { status: 'UPDATE_COMPLETE', changedAt: world.clock.now() };
    world.history = [{ ...sent, ...world.resource }, { ...sent, status: 'UPDATE_IN_PROGRESS' }, ...world.history];
    world.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    throw new Error('socket hang up');
  };
  await world.machine.run(execution);
  expect(execution.requests.at(-1)?.retryCount).toBe(1);
  expect(execution).toMatchObject({ status: 'SUCCEEDED', state: { outcome: { status: 'ANSWERED' } } });
  expect(world.replies).toMatchObject([{ Status: 'SUCCESS', Data: { RemovedCount: '17' } }]);
});

describe('the end of CloudFormation’s hour', () => {
  beforeEach(() => {
    service = new ToyService(candidates(1000));
    service.latency = 15_000;
  });
  const within = (more: Partial<SweepProperties>, rules = {}) => {
    world = toySweep(service, { keepLatest: 1, ...rules });
    world.status = 'UPDATE_IN_PROGRESS';
    return world.send('Create', world.properties(more));
  };

  test('fails with what is left, as far as it is known', async () => {
    await within({});
    await world.machine.runAll();
    expect(world.replies).toMatchObject([
      { Status: 'FAILED', Reason: expect.stringMatching(/^CloudFormation's time ended .* at least 1 remaining/) },
    ]);
    expect(world.machine.executions[0].state).toMatchObject({ next: 'FAILED', error: 'SweepIncomplete' });
    expect(service.names().length).toBeGreaterThan(1);
  });

  test('or succeeds with the counts, where it is to warn', async () => {
    await within({ OnIncomplete: 'WARN' });
    await world.machine.runAll();
    expect(world.replies).toMatchObject([{ Status: 'SUCCESS', Data: { RemainingCount: '1' } }]);
    expect(world.log).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: expect.stringContaining('remaining') }),
    );
  });

  test('counts what is left of a plan', async () => {
    service.latency = 6_000;
    await within({ OnIncomplete: 'WARN' }, { maxRemovals: 1000 });
    await world.machine.runAll();
    const { RemovedCount, RemainingCount } = world.replies[0].Data!;
    expect(Number(RemovedCount) + Number(RemainingCount)).toBe(999);
    expect(Number(RemainingCount)).toBeGreaterThan(1);
  });

  test('leaves two minutes for the answer', async () => {
    const started = toySweep(service).clock.now();
    await within({});
    await world.machine.runAll();
    expect(world.replies).toHaveLength(1);
    expect(world.clock.now() - started).toBeLessThan(60 * MINUTE);
  });

  test('that comes in the invocation itself starts no execution', async () => {
    world = toySweep(service, { keepLatest: 1 });
    world.status = 'UPDATE_IN_PROGRESS';
    const event = world.event('Create', { ...world.properties(), ServiceTimeout: '400' });
    await world.deliver(event);
    expect(world.machine.executions).toEqual([]);
    expect(world.replies).toMatchObject([{ Status: 'FAILED' }]);
  });

  test('once over, nobody is answered and nothing is removed any more', async () => {
    service.latency = 100;
    world = toySweep(service, { keepLatest: 1 });
    world.status = 'UPDATE_IN_PROGRESS';
    world.remaining = 2_000;
    await world.send('Create');
    const removed = service.removed.length;
    world.clock.advance(61 * MINUTE);
    await world.machine.runAll();
    expect(world.replies).toEqual([]);
    expect(service.removed).toHaveLength(removed);
    expect(world.machine.executions[0]).toMatchObject({ status: 'FAILED', state: { error: 'SweepIncomplete' } });
  });
});

test('no log line holds the URL that the answer goes to', async () => {
  world.remaining = 2_000;
  await world.send('Create');
  world.loads = false;
  await world.machine.runAll();
  expect(JSON.stringify(world.log)).not.toContain('5ec7e7');
});

describe('a run that was handed over', () => {
  test.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_FAILED'])(
    'stops in %s, and says so',
    async status => {
      world.remaining = 2_000;
      await world.send('Update', world.properties(), deployed({ Config: '{}' }));
      const [execution] = world.machine.executions;
      const before = service.removed.length;
      world.status = status;
      await world.machine.run(execution);
      expect(service.removed).toHaveLength(before);
      expect(execution.state).toMatchObject({ next: 'FAILED', error: 'SweepUndone' });
      expect(world.replies.at(-1)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('rolled back') });
    },
  );
});

test('a state machine that is gone does not keep the stack from being deleted', async () => {
  world.remaining = 2_000;
  world.machine.start = async () => {
    throw Object.assign(new Error('no such machine'), { name: 'StateMachineDoesNotExist' });
  };
  expect(await destroy()).toMatchObject({ Status: 'SUCCESS' });
});

test.each([
  ['of a Create is gone', 'Create' as const, 'StateMachineDoesNotExist'],
  ['of a Delete refuses the start', 'Delete' as const, 'ExecutionLimitExceeded'],
])('a state machine that %s fails the event', async (_, request, name) => {
  world.remaining = 2_000;
  if (request === 'Delete') world.status = 'DELETE_IN_PROGRESS';
  world.machine.start = async () => {
    throw Object.assign(new Error('not started'), { name });
  };
  expect(await world.send(request)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/not started/) });
});

test.each([
  ['the start of its state machine', 'start' as const],
  ['the list of its runs', 'running' as const],
])('a deletion that is denied %s says what to allow, and that the next one goes on', async (_, call) => {
  world.remaining = 2_000;
  world.machine[call] = async () => {
    throw Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 400 } });
  };
  const { Status, Reason } = (await destroy())!;
  expect(Status).toBe('FAILED');
  expect(Reason).toContain('the sweep cannot continue in its state machine: AccessDenied: no');
  expect(Reason).toContain(
    `allow the provider's role states:ListExecutions and states:StartExecution on ${world.machine.arn}, then destroy again`,
  );
});

describe('a start of the state machine without an answer', () => {
  const hang = Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });

  test('is found in the listing if it has arrived', async () => {
    world.remaining = 2_000;
    const start = world.machine.start.bind(world.machine);
    world.machine.start = async (...execution) => {
      await start(...execution);
      throw hang;
    };
    expect(await world.send('Create')).toBeUndefined();
    await world.machine.runAll();
    expect(world.replies).toMatchObject([{ Status: 'SUCCESS', Data: { RemovedCount: '17' } }]);
  });

  test('fails the event if no listing can be read either', async () => {
    world.remaining = 2_000;
    world.machine.start = async () => {
      world.machine.running = async () => {
        throw new Error('no listing');
      };
      throw hang;
    };
    expect(await world.send('Create')).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/nobody knows whether its state machine has started/),
    });
  });

  test('fails the event if nobody knows, and what has started after all removes nothing more', async () => {
    world.remaining = 2_000;
    const { machine } = world;
    const start = machine.start.bind(machine);
    machine.start = async (...execution) => {
      await start(...execution);
      machine.unlisted.add(execution[1]);
      throw hang;
    };
    expect(await world.send('Create')).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /nobody knows whether its state machine has started: no answer in time; if it has, it removes nothing more/,
      ),
    });
    const removed = service.removed.length;
    world.resource = { status: 'CREATE_FAILED', physicalId: undefined, changedAt: world.clock.now() };
    world.status = 'ROLLBACK_IN_PROGRESS';
    await machine.runAll();
    expect(service.removed).toHaveLength(removed);
    expect(world.replies).toHaveLength(1);
  });
});
