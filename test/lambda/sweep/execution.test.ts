import { MAX_SLICES_OF_AN_EXECUTION } from '../../../contract/sweep-execution';
import { VirtualClock } from '../../../testing/clock';
import { ToyService, candidates } from '../../../testing/sweep/listing';
import { STACK_ID, SweepWorld } from '../../../testing/sweep/sweep-world';
import { toySweep } from '../../../testing/sweep/toy-sweep';

let service: ToyService;
let world: SweepWorld;
beforeEach(() => {
  service = new ToyService(candidates(20));
  world = toySweep(service, { keepLatest: 3 });
});

describe('an execution', () => {
  test('sweeps in one slice where that is time enough', async () => {
    const { status, state, requests } = await world.run();
    expect(status).toBe('SUCCEEDED');
    expect(requests).toHaveLength(1);
    expect(state).toEqual({
      next: 'DONE',
      outcome: { status: 'SUCCEEDED', counts: expect.objectContaining({ removed: 17, kept: 3 }) },
    });
    expect(service.names()).toHaveLength(3);
    expect(world.replies).toEqual([]);
  });

  test('goes on from slice to slice, counting once', async () => {
    world.remaining = 1_500;
    const { status, state, requests } = await world.run();
    expect(status).toBe('SUCCEEDED');
    expect(requests.length).toBeGreaterThan(3);
    expect(requests.map(request => request.state.slices ?? 0)).toEqual(requests.map((_, index) => index));
    expect(state.outcome).toMatchObject({ counts: { removed: 17, kept: 3 } });
  });

  test('reads the listing from its beginning where a slice was cut off: it may have moved', async () => {
    world.remaining = 1_500;
    const execution = world.machine.begin('run');
    await world.machine.run(execution, 2);
    expect(execution.state.cursor).toHaveProperty('pageToken');
    const before = service.calls.length;
    service.before = () => {
      service.before = () => {};
      throw new Error('cut off');
    };
    await world.machine.run(execution, 1);
    expect(service.calls[before]).toMatch(/^List ./);
    expect(service.calls[before + 1]).toBe('List ');
  });

  test('with failed removals fails, so that whoever watches it hears of it', async () => {
    service.before = (operation, name) => {
      if (operation === 'Remove' && name === 'item-0004') throw new Error('no way');
    };
    const { status, state } = await world.run();
    expect(status).toBe('FAILED');
    expect(state).toMatchObject({ next: 'FAILED', error: 'RemovalsFailed' });
    expect(state.cause).toMatch(/^1 removals failed and 16 succeeded/);
  });

  test('that is refused fails with what to do', async () => {
    world = toySweep(service, { keepLatest: 3, maxRemovals: 5 });
    const { status, state } = await world.run();
    expect(status).toBe('FAILED');
    expect(state).toMatchObject({ error: 'SweepRefused', cause: expect.stringContaining('12 more than maxRemovals') });
    expect(service.removed).toEqual([]);
  });

  test('names an unknown kind of sweep, and what is known', async () => {
    const stranger = new SweepWorld(
      'Custom::Unknown',
      { name: 'x', rules: {}, requestsPerSecond: 1 },
      () => ({}),
      new VirtualClock(),
    );
    expect((await stranger.run()).state).toMatchObject({
      next: 'FAILED',
      cause: expect.stringContaining('unknown kind of sweep "Custom::Unknown"'),
    });
  });
});

describe('a run that nobody waits for', () => {
  test.each(['arn:aws:iot:eu-west-1:111111111111:package/p', 'arn:aws:iot:us-east-1:222222222222:package/p'])(
    'removes nothing where it is over %s, whose name is here that of something else',
    async arn => {
      world = toySweep(service, { keepLatest: 3 }, { arn });
      const execution = world.machine.begin('run');
      await world.machine.run(execution);
      expect(execution.state).toMatchObject({
        next: 'FAILED',
        cause: expect.stringContaining('is not in the region and account of this stack, us-east-1 and 111111111111'),
      });
      expect(service.calls).toEqual([]);
    },
  );

  test.each([
    'UPDATE_IN_PROGRESS',
    'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'UPDATE_FAILED',
    'UPDATE_ROLLBACK_FAILED',
    'CREATE_IN_PROGRESS',
  ])('waits for the end of %s before it plans', async busy => {
    world.status = busy;
    const execution = world.machine.begin('run');
    await world.machine.run(execution, 3);
    expect(service.calls).toEqual([]);
    expect(execution.state).toMatchObject({ next: 'WAIT', waitSeconds: 240 });
    world.status = 'UPDATE_COMPLETE';
    await world.machine.runAll();
    expect(execution.state.outcome).toMatchObject({ status: 'CONTINUED' });
    expect(service.removed).toHaveLength(17);
  });

  test('waits five minutes at a time at most, so that it does not hold up the deletion of its machine', async () => {
    world.status = 'UPDATE_FAILED';
    const execution = world.machine.begin('run');
    await world.machine.run(execution, 10);
    expect(execution.state.waitSeconds).toBe(300);
  });

  test('waits for the stack that its own is nested in', async () => {
    const root = STACK_ID.replace('fleet', 'root');
    world.stacks[STACK_ID] = { status: 'UPDATE_COMPLETE', parentId: root };
    world.stacks[root] = { status: 'UPDATE_IN_PROGRESS' };
    expect((await world.machine.run(world.machine.begin('run'), 1)).state.next).toBe('WAIT');
  });

  test.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'])(
    'begins in %s',
    async status => {
      world.status = status;
      expect((await world.run()).state).toMatchObject({ outcome: { counts: { removed: 17 } } });
    },
  );

  test('ends where its stack is gone', async () => {
    world.status = 'DELETE_COMPLETE';
    expect((await world.run()).state).toMatchObject({ next: 'DONE', outcome: { status: 'SKIPPED' } });
    expect(service.calls).toEqual([]);
  });

  test('is skipped where an older one runs, even if that waits', async () => {
    world.machine.begin('older');
    world.clock.advance(1000);
    const { status, state } = await world.run('younger');
    expect(status).toBe('SUCCEEDED');
    expect(state.outcome).toEqual({ status: 'SKIPPED', message: 'an older run is in progress (older)' });
    expect(service.calls).toEqual([]);
  });

  test.each(['younger', 'a-younger'])('is not skipped for a younger one: %s', async name => {
    const older = world.machine.begin('older');
    world.clock.advance(1000);
    world.machine.begin(name);
    expect((await world.machine.run(older)).state).toMatchObject({ outcome: { status: 'SUCCEEDED' } });
  });

  test.each([
    ['first', 'a', 'b'],
    ['last', 'b', 'a'],
  ])('of two that were started at once exactly one sweeps, even if its turn comes %s', async (_, ...turns) => {
    const [a, b] = [world.machine.begin('a'), world.machine.begin('b')];
    for (const turn of turns) await world.machine.run(turn === 'a' ? a : b, 1);
    const ends = [a, b].map(({ state }) => (state.outcome as { status: string }).status);
    expect(ends).toEqual(turns[0] === 'a' ? ['SUCCEEDED', 'SUCCEEDED'] : ['SUCCEEDED', 'SKIPPED']);
  });

  test('that no listing shows begins where it shows no other', async () => {
    world.machine.unlisted.add('late');
    expect((await world.run('late')).state).toMatchObject({ outcome: { status: 'SUCCEEDED' } });
  });

  test('that has begun goes on, though a listing shows an older one by now', async () => {
    world.remaining = 1_500;
    world.machine.unlisted.add('older');
    world.machine.begin('older');
    world.clock.advance(1000);
    const execution = world.machine.begin('run');
    await world.machine.run(execution, 1);
    world.machine.unlisted.clear();
    expect((await world.machine.run(execution)).state).toMatchObject({ outcome: { counts: { removed: 17 } } });
  });

  test('starts no call in the last seconds of its invocation', async () => {
    service = new ToyService(candidates(3000));
    Object.assign(service, { latency: 15_000, pageSize: 1000 });
    world = toySweep(service);
    const start = world.clock.now();
    let last = 0;
    service.before = () => void (last = world.clock.now() - start);
    await world.machine.run(world.machine.begin('run'), 1);
    expect(last).toBeGreaterThan(850_000);
    expect(last).toBeLessThan(880_000);
  });

  test('that a listing does not show yet waits rather than guess', async () => {
    world.machine.begin('other');
    world.machine.unlisted.add('late');
    const late = world.machine.begin('late');
    await world.machine.run(late, 1);
    expect(late.state).toMatchObject({ next: 'WAIT', waitSeconds: 60 });
    expect(service.calls).toEqual([]);
  });

  test.each(['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'])('that has begun waits in %s', async status => {
    world.remaining = 1_500;
    const execution = world.machine.begin('run');
    await world.machine.run(execution, 1);
    const before = service.removed.length;
    world.status = status;
    await world.machine.run(execution, 2);
    expect(execution.state).toMatchObject({ next: 'WAIT' });
    expect(service.removed).toHaveLength(before);
    world.status = 'UPDATE_COMPLETE';
    await world.machine.runAll();
    expect(world.machine.executions[1].state).toMatchObject({ outcome: { counts: { removed: 17 } } });
  });

  test.each(['DELETE_IN_PROGRESS', 'DELETE_FAILED'])(
    'ends in %s, since its machine is deleted only then',
    async status => {
      world.status = status;
      // the permission to list executions goes before the machine that it names.
      world.machine.running = async () => {
        throw Object.assign(new Error('denied'), { name: 'AccessDeniedException' });
      };
      const begun = world.clock.now();
      expect((await world.run()).state).toMatchObject({
        next: 'DONE',
        outcome: { status: 'SKIPPED', message: 'the stack of the sweep is being deleted' },
      });
      expect(world.clock.now()).toBe(begun);
      expect(service.calls).toEqual([]);
    },
  );

  test('ends where the stack that its own is nested in is being deleted', async () => {
    const root = STACK_ID.replace('fleet', 'root');
    world.stacks[STACK_ID] = { status: 'UPDATE_COMPLETE', parentId: root };
    world.stacks[root] = { status: 'DELETE_IN_PROGRESS' };
    expect((await world.run()).state).toMatchObject({ outcome: { status: 'SKIPPED' } });
  });
});

test('a run that began at rest stops removing soon after its stack is in progress', async () => {
  service = new ToyService(candidates(1000));
  service.latency = 1_000;
  world = toySweep(service, { keepLatest: 3 });
  service.before = operation => {
    if (operation === 'Remove') world.status = 'UPDATE_IN_PROGRESS';
  };
  const execution = world.machine.begin('run');
  await world.machine.run(execution, 2);
  expect(service.names().length).toBeGreaterThan(500);
  expect(execution.state).toMatchObject({ next: 'WAIT' });
});

test('a run that cannot see for a while whether its stack is at rest removes nothing meanwhile, and fails nothing', async () => {
  service = new ToyService(candidates(100));
  service.latency = 1_000;
  world = toySweep(service, { keepLatest: 3 });
  const at = { ...world.stacks[STACK_ID] };
  const before: number[] = [];
  Object.defineProperty(world.stacks, STACK_ID, {
    get: () => {
      if (service.removed.length > 0 && before.length < 12) {
        before.push(service.removed.length);
        throw Object.assign(new Error('down'), { name: 'ServiceUnavailable' });
      }
      return at;
    },
  });
  const { state } = await world.run();
  expect(state.outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 97, failed: 0 } });
  expect(world.records('failed')).toEqual([]);
});

describe('after many slices', () => {
  const atTheEnd = { slices: MAX_SLICES_OF_AN_EXECUTION - 1 };

  test('a successor takes over where the execution was, and is not skipped for it', async () => {
    world.remaining = 1_500;
    const execution = world.machine.begin('run');
    await world.machine.run(execution, 1);
    Object.assign(execution, { state: { ...execution.state, ...atTheEnd } });
    await world.machine.run(execution);
    expect(execution.state).toMatchObject({ next: 'DONE', outcome: { status: 'CONTINUED' } });
    expect(execution.requests).toHaveLength(2);
    const successor = world.machine.executions[1];
    expect(successor.input).toEqual({ cursor: expect.anything(), predecessor: execution.arn });
    expect(successor.name).toMatch(/^[0-9a-f]{64}$/);
    expect((await world.machine.run(successor)).state).toMatchObject({ outcome: { counts: { removed: 17, kept: 3 } } });
  });

  test('a successor is skipped where another run is older', async () => {
    world.remaining = 1_500;
    const execution = world.machine.begin('run');
    await world.machine.run(execution, 1);
    Object.assign(execution, { state: { ...execution.state, ...atTheEnd } });
    world.machine.begin('other');
    world.clock.advance(1000);
    await world.machine.run(execution);
    const successor = world.machine.executions[2];
    expect((await world.machine.run(successor)).state.outcome).toMatchObject({ status: 'SKIPPED' });
  });

  test('a run that has not begun yet has a successor, too, which does not mind it', async () => {
    world.status = 'UPDATE_FAILED';
    const execution = world.machine.begin('run', atTheEnd);
    await world.machine.run(execution);
    world.status = 'UPDATE_COMPLETE';
    const successor = world.machine.executions[1];
    Object.assign(execution, { status: 'RUNNING', startedAt: successor.startedAt - 1 });
    expect((await world.machine.run(successor)).state).toMatchObject({ outcome: { status: 'SUCCEEDED' } });
  });

  test('killed between the start of the successor and its own end, it starts no second one', async () => {
    world.remaining = 1_500;
    const execution = world.machine.begin('run');
    await world.machine.run(execution, 1);
    const state = { ...execution.state, ...atTheEnd };
    for (let attempt = 0; attempt < 2; attempt++) {
      Object.assign(execution, { state, status: 'RUNNING' });
      await world.machine.run(execution);
    }
    expect(world.machine.executions).toHaveLength(2);
  });
});
