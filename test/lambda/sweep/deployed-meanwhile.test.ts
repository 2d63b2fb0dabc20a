/** A run that nobody waits for, and a deployment of its stack: the run goes on by the rules that are deployed then. */
import { ToyService, candidates } from '../../../testing/sweep/listing';
import { STACK_ID, type SweepWorld } from '../../../testing/sweep/sweep-world';
import { toySweep } from '../../../testing/sweep/toy-sweep';

let service: ToyService;
let world: SweepWorld;
beforeEach(() => {
  service = new ToyService(candidates(20));
  world = toySweep(service, { keepLatest: 3 });
});

describe('a deployment in the midst of a run that nobody waits for', () => {
  const updated = () => {
    world.clock.advance(60_000);
    world.stacks[STACK_ID] = { status: 'UPDATE_COMPLETE', updatedAt: world.clock.now() };
    world.clock.advance(60_000);
  };
  const begun = async () => {
    world.remaining = 1_500;
    const execution = world.machine.begin('run');
    while (service.removed.length === 0) await world.machine.run(execution, 1);
    return execution;
  };

  test('ends it: another execution goes on, by the rules of now, and counts what was removed', async () => {
    const execution = await begun();
    updated();
    await world.machine.runAll();
    expect(execution.state).toEqual({
      next: 'DONE',
      outcome: { status: 'CONTINUED', message: `continues as ${world.machine.executions[1].name}` },
    });
    expect(world.machine.executions).toHaveLength(2);
    expect(world.machine.executions[1].state).toMatchObject({ outcome: { counts: { removed: 17, kept: 3 } } });
  });

  test.each(['the listing', 'removals'])('is noticed in %s, before anything more is removed', async what => {
    service = new ToyService(candidates(20));
    world = toySweep(service, { keepLatest: 3 });
    const execution = world.machine.begin('run');
    service.before = operation => {
      if (operation !== (what === 'removals' ? 'Remove' : 'List') || world.stacks[STACK_ID].updatedAt) return;
      updated();
    };
    service.latency = 6_000;
    await world.machine.run(execution);
    expect(service.removed.length).toBeLessThan(17);
    expect(execution.state.outcome).toMatchObject({ status: 'CONTINUED' });
  });

  test('leaves as many of the newest as keepLatest says, although it has removed others', async () => {
    await begun();
    service.candidates = service.candidates.slice(0, -3);
    updated();
    await world.machine.runAll();
    expect(service.names()).toHaveLength(3);
  });

  test('ends it where the deployment has replaced its machine', async () => {
    const execution = await begun();
    const before = service.removed.length;
    world.machine.start = async () => {
      throw Object.assign(new Error('deleted'), { name: 'StateMachineDeleting' });
    };
    updated();
    await world.machine.run(execution);
    expect(execution.state).toEqual({
      next: 'DONE',
      outcome: {
        status: 'SKIPPED',
        message: 'the state machine of the sweep no longer exists',
        counts: expect.objectContaining({ removed: before }),
      },
    });
    expect(service.removed).toHaveLength(before);
  });

  test('is no reason for the run after it to be skipped for one that waits: that one finds nothing more to do', async () => {
    world.status = 'UPDATE_IN_PROGRESS';
    const waiting = world.machine.begin('waiting');
    await world.machine.run(waiting, 1);
    updated();
    expect((await world.run()).state).toMatchObject({ outcome: { status: 'SUCCEEDED', counts: { removed: 17 } } });
    await world.machine.runAll();
    const ends = world.machine.executions.map(({ state }) => state.outcome);
    expect(ends).toMatchObject([{ status: 'CONTINUED' }, {}, { status: 'SUCCEEDED', counts: { removed: 0 } }]);
  });

  test('starts no second run while it lasts, however many are due', async () => {
    world.machine.begin('waiting');
    updated();
    world.status = 'UPDATE_FAILED';
    const ends = [];
    for (const name of ['first', 'second']) ends.push((await world.machine.run(world.machine.begin(name), 1)).state);
    expect(ends).toMatchObject([{ outcome: { status: 'SKIPPED' } }, { outcome: { status: 'SKIPPED' } }]);
  });

  test('that began before the first slice, but after the execution, counts as well', async () => {
    const execution = world.machine.begin('run');
    updated();
    await world.machine.run(execution);
    expect(execution.state.outcome).toMatchObject({ status: 'CONTINUED' });
    expect(service.calls).toEqual([]);
  });

  test.each(['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'])(
    'that was under way when the execution began and is over by the first slice counts as well: %s',
    async status => {
      world.clock.advance(60_000);
      world.stacks[STACK_ID] = { status: 'UPDATE_IN_PROGRESS', updatedAt: world.clock.now() };
      const execution = world.machine.begin('run');
      world.clock.advance(10_000);
      world.status = status;
      world.history.unshift({ logicalId: 'fleet', physicalId: STACK_ID, status, changedAt: world.clock.now() });
      world.clock.advance(10_000);
      await world.machine.run(execution);
      expect(execution.state.outcome).toMatchObject({ status: 'CONTINUED' });
      expect(service.calls).toEqual([]);
      await world.machine.runAll();
      expect(world.machine.executions[1].state.outcome).toMatchObject({ counts: { removed: 17 } });
    },
  );

  test('that has begun before the execution does not', async () => {
    updated();
    expect((await world.run()).state).toMatchObject({ outcome: { counts: { removed: 17 } } });
  });
});
