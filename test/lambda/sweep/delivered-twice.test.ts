/** Two deliveries of one event that sweep at once: each candidate goes once, and counts once. */
import { ToyService, candidates } from '../../../testing/sweep/listing';
import { toySweep } from '../../../testing/sweep/toy-sweep';

test.each(['Create', 'Delete'] as const)(
  'a %s that is delivered twice at once removes what its rules remove, once',
  async type => {
    const service = new ToyService(candidates(20));
    service.latency = 100;
    const world = toySweep(service, { keepLatest: 3 });
    world.status = type === 'Delete' ? 'DELETE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
    const event = world.event(type);
    await Promise.all([world.deliver(event), world.deliver(event)]);
    expect(service.names()).toHaveLength(3);
    expect(new Set(service.removed).size).toBe(17);
    expect(world.records('failed')).toEqual([]);
    expect(world.replies.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
    const removed = world.records('removed').map(({ name }) => name);
    expect(removed.sort()).toEqual([...new Set(removed)].sort());
    expect(removed).toHaveLength(17);
    const counts = world.replies.map(({ Data }) => Number(Data?.RemovedCount ?? NaN));
    if (type === 'Create') expect(counts[0] + counts[1]).toBe(17);
  },
);

test.each(['Create', 'Delete'] as const)(
  'a %s that continues in its state machine has one execution and one answer, however often it is delivered',
  async type => {
    const service = new ToyService(candidates(2_000));
    service.latency = 300;
    const world = toySweep(service, { keepLatest: 3 }, { requestsPerSecond: 1 });
    world.status = type === 'Delete' ? 'DELETE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
    world.remaining = 120_000;
    const event = world.event(type);
    await Promise.all([world.deliver(event), world.deliver(event)]);
    expect(world.machine.executions).toHaveLength(1);
    const before = world.clock.now();
    await world.deliver(event);
    // its execution works, and nothing else.
    expect(world.clock.now()).toBe(before);
    expect(world.replies).toEqual([]);
    await world.machine.run(world.machine.executions[0]);
    expect(world.replies).toHaveLength(1);
    const changedAt = world.clock.now() + 2_000;
    world.resource = { ...world.resource!, status: `${type.toUpperCase()}_COMPLETE`, changedAt };
    world.clock.advance(5_000);
    await world.deliver(event);
    expect(world.replies).toHaveLength(1);
    expect(world.replies[0]).toMatchObject({ Status: 'SUCCESS' });
    expect(new Set(service.removed).size).toBe(service.removed.length);
    expect(service.names()).toHaveLength(3);
  },
);
