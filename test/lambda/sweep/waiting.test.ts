/** A run whose source must wait for a deployment of another stack. */
import { type SweepConfig, type SweepRulesConfig } from '../../../contract/sweep';
import { OutOfTime } from '../../../lambda/sweep/pace';
import { type SourceTools } from '../../../lambda/sweep/source';
import { VirtualClock } from '../../../testing/clock';
import { ToyService, candidates } from '../../../testing/sweep/listing';
import { SweepWorld } from '../../../testing/sweep/sweep-world';
import { TOY } from '../../../testing/sweep/toy-sweep';

let service: ToyService;
let world: SweepWorld;
let waitsFor: string | undefined;
const rates: number[] = [];

function sweepBy(rules: SweepRulesConfig): void {
  const source = (_: SweepConfig, { clock, deadline, paces }: SourceTools) => {
    rates.push(paces.of('List').perSecond);
    const { source } = service.slice(clock, deadline.remaining());
    const list = async (token: string | undefined) => {
      if (waitsFor) throw new OutOfTime('another stack is in progress');
      return source.list(token);
    };
    return { ...source, list, waitsFor };
  };
  const config = { name: 'fleet/Sweep', rules, requestsPerSecond: 7 };
  world = new SweepWorld(TOY, config, () => ({ [TOY]: { validate: () => {}, source } }), new VirtualClock());
}

beforeEach(() => {
  service = new ToyService(candidates(20));
  waitsFor = 'arn:other';
  rates.splice(0);
  sweepBy({ keepLatest: 3 });
});

const waits = () => world.log.filter(({ message }) => String(message).includes('a deployment of arn:other'));

test('waits, a minute at a time, if nobody waits for it', async () => {
  const execution = world.machine.begin('run');
  await world.machine.run(execution, 3);
  expect(execution.state).toMatchObject({ next: 'WAIT', waitSeconds: 60 });
  expect(waits()).toHaveLength(3);
  waitsFor = undefined;
  expect((await world.machine.run(execution)).state).toMatchObject({ outcome: { counts: { removed: 17 } } });
});

test('counts ages up to its beginning, and calls no faster than it may', async () => {
  sweepBy({ minAgeSeconds: 60 });
  service.candidates = candidates(3, () => ({ createdAt: world.clock.now() - 50_000 }));
  const execution = world.machine.begin('run');
  await world.machine.run(execution, 3);
  waitsFor = undefined;
  expect((await world.machine.run(execution)).state.outcome).toMatchObject({ counts: { keptBy: { TOO_YOUNG: 3 } } });
  expect(rates).toEqual([7, 7, 7, 7]);
});

test('removes nothing more if CloudFormation waits for it, and succeeds', async () => {
  world.status = 'UPDATE_IN_PROGRESS';
  const Data = { RemovedCount: '0', KeptCount: '0', RemainingCount: '0' };
  expect(await world.send('Create')).toMatchObject({ Status: 'SUCCESS', Data });
  expect(world.machine.executions).toEqual([]);
});

test('does so, too, in its state machine', async () => {
  world.status = 'UPDATE_IN_PROGRESS';
  waitsFor = undefined;
  world.remaining = 3_500;
  await world.send('Create');
  const { length } = service.removed;
  waitsFor = 'arn:other';
  await world.machine.runAll();
  expect(world.replies).toMatchObject([{ Status: 'SUCCESS', Data: { RemovedCount: `${length}` } }]);
  expect(service.removed).toHaveLength(length);
});
