import { untilHit } from '../../../../testing/until-hit';
import { aws, clock, executions, finished, job, leftOf, sweepOf, things } from './fleet-of-jobs';
import { DAY, refusal } from './iot-sweep';

describe('an execution that moved since it was listed', () => {
  test('into a state that is not selected stays', async () => {
    things(2);
    await job('ota');
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'ListJobExecutionsForThing',
      match: ({ thingName }) => thingName === 'thing-000',
      trouble: { stall: 'until released' },
    });
    const sweep = sweepOf({ statuses: ['QUEUED'], force: true });
    const running = sweep.run();
    await untilHit(stalled, running);
    aws.iot.devices.advance('thing-000', 'ota', 'SUCCEEDED');
    stalled.release();
    await running;
    expect(leftOf('ota')).toEqual(['thing-000 SUCCEEDED']);
    expect(sweep.records('kept')).toContainEqual(expect.objectContaining({ reason: 'STATE_CHANGED' }));
  });

  test('without leaving its state stays, too, where its device reported lately', async () => {
    things(1);
    await job('ota');
    aws.iot.devices.advanceAll('ota', 'IN_PROGRESS');
    clock.advance(2 * DAY);
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'ListJobExecutionsForThing',
      trouble: { stall: 'until released' },
    });
    const sweep = sweepOf({ statuses: ['IN_PROGRESS'], force: true, rules: { minAgeSeconds: DAY / 1000 } });
    const running = sweep.run();
    await untilHit(stalled, running);
    aws.iot.devices.advance('thing-000', 'ota', 'IN_PROGRESS');
    stalled.release();
    await running;
    expect(leftOf('ota')).toEqual(['thing-000 IN_PROGRESS']);
    expect(Object.values(sweep.kept)).toEqual(['TOO_YOUNG']);
  });

  test('and was deleted, with its number given to another one, is gone: that one stays', async () => {
    things(1);
    await finished('ota');
    const [{ executionNumber }] = executions('ota');
    const sweep = sweepOf();
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'ListJobExecutionsForThing',
      trouble: { stall: 'until released' },
    });
    const running = sweep.counts();
    await untilHit(stalled, running);
    await aws.iot.byHand('DeleteJob', { jobId: 'ota', force: true });
    clock.advance(5_000);
    await finished('ota');
    expect(executions('ota')).toMatchObject([{ executionNumber }]);
    stalled.release();
    expect(await running).toMatchObject({ removed: 0, gone: 1, failed: 0 });
    expect(leftOf('ota')).toEqual(['thing-000 SUCCEEDED']);
  });
});

test('an execution that began under the number and at the time of one that was over is not stopped', async () => {
  aws.iot.behavior.jobDeletionTime = () => 0;
  things(1);
  await finished('ota');
  const listing = { service: 'iot', operation: 'ListJobExecutionsForThing' };
  const stalled = aws.faults.inject({ ...listing, trouble: { stall: 'until released' } });
  const sweep = sweepOf({ statuses: undefined });
  const running = sweep.run();
  await untilHit(stalled, running);
  await aws.iot.byHand('DeleteJob', { jobId: 'ota', force: true });
  await job('ota');
  stalled.release();
  await running;
  expect(leftOf('ota')).toEqual(['thing-000 QUEUED']);
  expect(Object.values(sweep.kept)).toContain('STATE_CHANGED');
});

test('the executions of a job that goes while it is listed have gone with it', async () => {
  things(1);
  for (const id of ['ota', 'stays']) await finished(id);
  aws.faults.inject({
    service: 'iot',
    operation: 'ListJobExecutionsForJob',
    match: ({ jobId }) => jobId === 'ota',
    times: 100,
    trouble: { error: refusal('ResourceNotFoundException', 404) },
  });
  expect(await sweepOf().counts()).toMatchObject({ removed: 1, gone: 0, failed: 0 });
  expect(leftOf('stays')).toEqual([]);
});

describe('an execution is looked at once more', () => {
  const stalling = () => sweepOf({ statuses: ['IN_PROGRESS'], force: true, rules: { minAgeSeconds: DAY / 1000 } });
  /** The first call of an operation fails, and the device reports at that moment. */
  const reportsAt = (operation: string, error: ReturnType<typeof refusal>, times: number) => {
    let hasReported = false;
    aws.faults.inject({
      service: 'iot',
      operation,
      times,
      match: () => {
        if (!hasReported) aws.iot.devices.advance('thing-000', 'ota', 'IN_PROGRESS');
        return (hasReported = true);
      },
      trouble: { error },
    });
  };
  beforeEach(async () => {
    things(1);
    await job('ota');
    aws.iot.devices.advanceAll('ota', 'IN_PROGRESS');
    clock.advance(2 * DAY);
  });

  test('before a deletion that was throttled is repeated', async () => {
    reportsAt('DeleteJobExecution', refusal('ThrottlingException', 429), 1);
    const sweep = stalling();
    await sweep.run();
    expect(Object.values(sweep.kept)).toEqual(['TOO_YOUNG']);
    expect(leftOf('ota')).toEqual(['thing-000 IN_PROGRESS']);
  });

  test('and is gone where its job was deleted before a deletion that was throttled is repeated', async () => {
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'DeleteJobExecution',
      trouble: { stall: 'until released' },
    });
    const error = refusal('ThrottlingException', 429);
    aws.faults.inject({ service: 'iot', operation: 'DeleteJobExecution', trouble: { error } });
    const running = stalling().counts();
    await untilHit(stalled, running);
    await aws.iot.byHand('DeleteJob', { jobId: 'ota', force: true });
    clock.advance(5_000);
    stalled.release();
    expect(await running).toMatchObject({ removed: 0, gone: 1, failed: 0 });
  });

  test('and stays where it is over by then, though that is selected, too', async () => {
    const sweep = sweepOf({ statuses: ['IN_PROGRESS', 'SUCCEEDED'], force: true });
    aws.faults.inject({
      service: 'iot',
      operation: 'DeleteJobExecution',
      match: () => {
        aws.iot.devices.advanceAll('ota', 'SUCCEEDED');
        return true;
      },
      trouble: { error: refusal('ThrottlingException', 429) },
    });
    await sweep.run();
    expect(Object.values(sweep.kept)).toContain('STATE_CHANGED');
  });

  test('by itself where its thing lists nothing', async () => {
    reportsAt('ListJobExecutionsForThing', refusal('ResourceNotFoundException', 404), 100);
    const sweep = stalling();
    await sweep.run();
    expect(Object.values(sweep.kept)).toEqual(['TOO_YOUNG']);
    expect(leftOf('ota')).toEqual(['thing-000 IN_PROGRESS']);
  });
});

describe('an error of a deletion', () => {
  const failing = (code: string, status = 400, times = 100) =>
    aws.faults.inject({
      service: 'iot',
      operation: 'DeleteJobExecution',
      match: ({ thingName }) => thingName === 'thing-001',
      times,
      trouble: { error: refusal(code, status) },
    });
  beforeEach(async () => {
    things(3);
    await finished('ota');
  });

  test('InvalidRequestException is a failure of that one, and the others go', async () => {
    failing('InvalidRequestException');
    const sweep = sweepOf();
    const { status, state } = await sweep.run();
    expect(status).toBe('FAILED');
    expect(state.error).toBe('RemovalsFailed');
    expect(leftOf('ota')).toEqual(['thing-001 SUCCEEDED']);
    expect(sweep.records('failed')[0]).toMatchObject({ error: 'InvalidRequestException' });
  });

  test('InvalidStateTransitionException keeps it, with the reason, and force is not tried', async () => {
    failing('InvalidStateTransitionException', 409, 1);
    const sweep = sweepOf();
    expect((await sweep.run()).status).toBe('SUCCEEDED');
    expect(Object.values(sweep.kept)).toEqual(['STATE_CHANGED']);
  });

  test('ResourceNotFoundException is a success', async () => {
    failing('ResourceNotFoundException', 404, 1);
    expect(await sweepOf().counts()).toMatchObject({ removed: 3, gone: 1, failed: 0 });
  });

  test('ServiceUnavailableException is tried again a few times, and is a failure then', async () => {
    failing('ServiceUnavailableException', 503, 2);
    expect(await sweepOf().counts()).toMatchObject({ removed: 3, failed: 0, throttled: 0 });
    await finished('other');
    failing('ServiceUnavailableException', 503);
    expect(await sweepOf().counts()).toMatchObject({ removed: 2, failed: 1 });
  });

  test('ThrottlingException is tried again for as long as it comes, and counted', async () => {
    failing('ThrottlingException', 400, 12);
    expect(await sweepOf().counts()).toMatchObject({ removed: 3, failed: 0, throttled: 12 });
  });
});
