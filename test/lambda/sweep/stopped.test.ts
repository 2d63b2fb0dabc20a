/** Somebody stops the execution of a sweep while a slice is at work, which Step Functions lets go on. */
import { ToyService, candidates } from '../../../testing/sweep/listing';
import { type SweepWorld } from '../../../testing/sweep/sweep-world';
import { toySweep } from '../../../testing/sweep/toy-sweep';

let service: ToyService;
let world: SweepWorld;
beforeEach(() => {
  service = new ToyService(candidates(1000));
  Object.assign(service, { latency: 1_000, pageSize: 100 });
  world = toySweep(service, { keepLatest: 3 });
});

/** When something was removed. */
function stop(): void {
  service.before = operation => {
    if (operation === 'Remove') world.machine.executions[0].status = 'ABORTED';
  };
}

test('a run that nobody waits for removes nothing more some seconds later', async () => {
  stop();
  const { state, requests } = await world.run();
  expect(requests).toHaveLength(1);
  expect(service.removed.length).toBeLessThan(400);
  expect(state.cause).toMatch(/^somebody has stopped the execution: \d+ removed/);
});

test.each([
  ['FAIL', 'FAILED'],
  ['WARN', 'SUCCESS'],
])('CloudFormation, which waits for the run, hears of it, and does what onIncomplete says: %s', async (how, Status) => {
  world.status = 'DELETE_IN_PROGRESS';
  world.remaining = 20_000;
  await world.send('Delete', world.properties({ OnIncomplete: how as 'FAIL' | 'WARN' }));
  expect(world.replies).toEqual([]);
  world.remaining = 900_000;
  const before = service.removed.length;
  stop();
  await world.machine.runAll();
  expect(world.replies).toMatchObject([{ Status }]);
  if (how === 'FAIL') expect(world.replies[0].Reason).toContain('somebody has stopped the execution');
  expect(service.removed.length - before).toBeLessThan(400);
});

test('CloudFormation hears of it from a slice that only plans, too', async () => {
  service = new ToyService(candidates(3000));
  Object.assign(service, { latency: 5_000, pageSize: 3 });
  world = toySweep(service, { keepLatest: 3 });
  world.status = 'DELETE_IN_PROGRESS';
  world.remaining = 20_000;
  await world.send('Delete');
  world.remaining = 300_000;
  service.before = () => (world.machine.executions[0].status = 'ABORTED');
  await world.machine.runAll();
  expect(service.removed).toEqual([]);
  expect(world.replies).toMatchObject([{ Status: 'FAILED' }]);
});

test('an execution that cannot be read was not stopped', async () => {
  world.machine.wasStopped = async () => {
    throw new Error('down');
  };
  expect((await world.run()).state.outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 997 } });
});
