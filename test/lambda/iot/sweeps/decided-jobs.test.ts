/** What a cleanup decides about jobs as a whole. */
import { LEAST_IN_FLIGHT } from '../../../../lambda/sweep/pace';
import { untilHit } from '../../../../testing/until-hit';
import { arn, aws, clock, executions, finished, sweepOf, things } from './fleet-of-jobs';
import { DAY } from './iot-sweep';

/** The shortest time-out that a provider can have, in milliseconds. */
const SHORTEST = 60_000;

const emptied = async (jobId: string) => {
  await finished(jobId);
  for (const { thingName, executionNumber } of executions(jobId)) {
    await aws.iot.byHand('DeleteJobExecution', { jobId, thingName, executionNumber });
  }
};

describe('a job without executions', () => {
  beforeEach(() => things(2));

  test.each(['lts*', 'lts/*', '*/1'])('stays where exclude matches it or an execution of it: %s', async pattern => {
    await emptied('lts');
    await sweepOf({ deleteJobs: true, rules: { exclude: [pattern] } }).run();
    expect(aws.iot.jobs).toEqual(['lts']);
  });

  test('goes where exclude matches others', async () => {
    await emptied('ota');
    await sweepOf({ deleteJobs: true, rules: { exclude: ['lts*', '*/thing-001/*'] } }).run();
    expect(aws.iot.jobs).toEqual([]);
  });

  test('stays where include matches neither it nor an execution of it', async () => {
    for (const jobId of ['canary', 'ota']) await emptied(jobId);
    await sweepOf({ deleteJobs: true, rules: { include: ['canary/*'] } }).run();
    expect(aws.iot.jobs).toEqual(['ota']);
  });
});

test('a job that the selection names twice is listed once, and the run ends', async () => {
  things(2);
  for (const jobId of ['a', 'b']) await finished(jobId);
  const sweep = sweepOf({ jobs: { by: 'IDS', jobIds: ['a', 'a', 'b'] } });
  expect(await sweep.counts()).toMatchObject({ removed: 4, gone: 0 });
});

test('a job stays that was decided about long ago, and is among the latest by its turn', async () => {
  things(1);
  // one more than is worked on at a time.
  const jobIds = [...Array.from({ length: LEAST_IN_FLIGHT + 1 }, (_, index) => `ota-${index}`), 'newest'];
  for (const jobId of jobIds) {
    await finished(jobId);
    clock.advance(DAY);
  }
  const first = aws.faults.inject({ service: 'iot', operation: 'DeleteJob', trouble: { stall: 'until released' } });
  const sweep = sweepOf({ deleteJobs: true, rules: { keepLatest: 1 }, jobs: { by: 'IDS', jobIds } });
  const running = sweep.run();
  await untilHit(first, running);
  await aws.iot.byHand('DeleteJob', { jobId: 'newest', force: true });
  clock.advance(60_000);
  first.release();
  await running;
  expect(aws.iot.jobs).toEqual([`ota-${LEAST_IN_FLIGHT}`]);
});

test('a job of more executions than a slice can rank goes, with force as well', async () => {
  const names = Array.from({ length: 600 }, (_, index) => `m${index}`);
  aws.iot.devices.add(names, { groups: ['many'] });
  for (const jobId of ['ota', 'newer']) {
    await finished(jobId, { targets: [arn('thinggroup/many')] });
    clock.advance(DAY);
  }
  const jobs = { by: 'IDS', jobIds: ['ota', 'newer'] } as const;
  const sweep = sweepOf({ deleteJobs: true, force: true, rules: { keepLatest: 1 }, jobs });
  sweep.remaining = 70_000;
  const execution = await sweep.machine.run(sweep.machine.begin('run'), 50);
  expect(execution.status).toBe('SUCCEEDED');
  expect(aws.iot.jobs).toEqual(['newer']);
});

test.each([
  ['whole jobs', { deleteJobs: true }],
  ['executions', {}],
])('the shortest slices get through pages of %s at a slow rate', async (_what, more) => {
  const names = Array.from({ length: 300 }, (_, index) => `m${index}`);
  aws.iot.devices.add(names, { groups: ['many'] });
  for (const jobId of ['ota', 'newer']) {
    await finished(jobId, { targets: [arn('thinggroup/many')] });
    clock.advance(DAY);
  }
  const jobs = { by: 'IDS', jobIds: ['ota', 'newer'] } as const;
  const sweep = sweepOf({ jobs, rules: { keepLatest: 1 }, requestsPerSecond: 3, ...more });
  sweep.remaining = SHORTEST;
  const execution = await sweep.machine.run(sweep.machine.begin('run'), 60);
  expect(execution.status).toBe('SUCCEEDED');
  expect([executions('ota'), executions('newer')].map(({ length }) => length)).toEqual([0, 300]);
});
