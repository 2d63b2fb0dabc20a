import { conditionKeysOf } from '../../src/core/reference';
import { IotJobsData } from '../../src/services/iot/jobs-data';
import { startIot, thingArn } from './harness';

const THING = { thingName: 'car-1' };
const GROUP = { thingGroupName: 'cars' };

/** A thing in a group, and a continuous job for the group. */
async function started() {
  const all = startIot();
  const { run, iot, world } = all;
  await run('CreateThing', THING);
  const { thingGroupArn } = await run('CreateThingGroup', GROUP);
  await run('AddThingToThingGroup', { ...THING, ...GROUP });
  const job = { jobId: 'ota', targets: [thingGroupArn], targetSelection: 'CONTINUOUS', document: '{"a":1}' };
  await run('CreateJob', { ...job, timeoutConfig: { inProgressTimeoutInMinutes: 1 } });
  const { StartNextPendingJobExecution: begin } = new IotJobsData(iot.devices).operations;
  const next = () => begin.run(THING, { world, principal: { kind: 'developer' } });
  return { ...all, next, statuses: () => iot.describeJob('ota')?.executions.map(({ status }) => status) };
}

test('a thing in a group gets its jobs, and loses them with its group', async () => {
  const { run, statuses } = await started();
  expect(statuses()).toEqual(['QUEUED']);
  await run('RemoveThingFromThingGroup', { ...THING, ...GROUP });
  expect(statuses()).toEqual(['REMOVED']);
  await run('AddThingToThingGroup', { ...THING, ...GROUP });
  expect(statuses()).toEqual(['REMOVED', 'QUEUED']);
  await run('DeleteThingGroup', GROUP);
  expect(statuses()).toEqual(['REMOVED', 'REMOVED']);
});

test('a device begins its next job, and goes on with the one that it has begun', async () => {
  const { next, statuses, clock } = await started();
  const begun = {
    execution: {
      ...THING,
      jobId: 'ota',
      status: 'IN_PROGRESS',
      executionNumber: 1,
      versionNumber: 2,
      jobDocument: '{"a":1}',
      queuedAt: clock.time / 1000,
      startedAt: clock.time / 1000,
      lastUpdatedAt: clock.time / 1000,
    },
  };
  expect(await next()).toEqual(begun);
  expect(await next()).toEqual(begun);
  clock.time += 60_000;
  expect(await next()).toEqual({});
  expect(statuses()).toEqual(['TIMED_OUT']);
});

test('beginning a job is a permission of its own', async () => {
  const { iot, world } = startIot();
  const { StartNextPendingJobExecution: begin } = new IotJobsData(iot.devices).operations;
  const [{ action, resource }] = begin.needs!(THING, world);
  expect([action, resource]).toEqual(['iotjobsdata:StartNextPendingJobExecution', thingArn('car-1')]);
  // throws where the reference knows no such action on such a resource.
  await conditionKeysOf(action, resource);
});

test('things and groups are made again without an error, and deleted whether they are there or not', async () => {
  const { run, iot } = startIot();
  for (const create of [1, 2]) {
    expect(await run('CreateThing', THING)).toEqual({ ...THING, thingArn: thingArn('car-1') });
    await run('CreateThingGroup', GROUP);
    expect([create, iot.things, iot.thingGroups]).toEqual([create, ['car-1'], ['cars']]);
  }
  for (const operation of ['DeleteThing', 'DeleteThing']) await run(operation, THING);
  for (const operation of ['DeleteThingGroup', 'DeleteThingGroup']) await run(operation, GROUP);
  expect([iot.things, iot.thingGroups]).toEqual([[], []]);
});

test('what is not there is refused', async () => {
  const { run, error } = startIot();
  await run('CreateThing', THING);
  for (const operation of ['AddThingToThingGroup', 'RemoveThingFromThingGroup'])
    expect(await error(operation, { ...THING, ...GROUP })).toMatchObject({ code: 'ResourceNotFoundException' });
  await run('CreateThingGroup', GROUP);
  expect(await error('AddThingToThingGroup', { ...GROUP, thingName: 'other' })).toMatchObject({
    code: 'ResourceNotFoundException',
  });
});
