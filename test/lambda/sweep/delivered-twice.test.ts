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
  },
);
