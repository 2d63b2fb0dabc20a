import { ARTIFACT_TAGS } from '../../../../contract/ownership';
import { untilHit } from '../../../../testing/until-hit';
import { PACKAGE, refusal } from './iot-sweep';
import { arnOf, aws, clock, index, job, left, publish, sweepOf } from './package-under-retention';

describe('a version that an active job deploys', () => {
  beforeEach(async () => {
    await publish('1.0.0', '2.0.0', '3.0.0');
    aws.iot.devices.add('t');
  });

  test.each<[string, object]>([
    ['in progress', {}],
    ['scheduled', { schedulingConfig: { startTime: '2026-01-30 00:00' } }],
    ['in progress in a namespace', { namespaceId: 'greengrass' }],
  ])('stays while it is %s', async (_, more) => {
    await job('rollout', { destinationPackageVersions: [arnOf('1.0.0')], ...more });
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual(['1.0.0', '3.0.0']);
    expect(sweep.kept['1.0.0']).toBe('IN_ACTIVE_JOB');
  });

  test('stays where the job goes from window to window while the jobs are read', async () => {
    const maintenanceWindows = [{ startTime: 'cron(0 0 ? * * *)', durationInMinutes: 60 }];
    const schedulingConfig = { startTime: '2026-01-30 00:00', endTime: '2026-03-30 00:00', maintenanceWindows };
    await job('rollout', { destinationPackageVersions: [arnOf('1.0.0')], schedulingConfig });
    aws.iot.setMaintenanceWindow('rollout', 'open');
    const listing = { service: 'iot', operation: 'ListJobs', match: (input: object) => 'status' in input };
    const stalled = aws.faults.inject({ ...listing, nth: 2, trouble: { stall: 'until released' } });
    const running = sweepOf().run();
    await untilHit(stalled, running);
    aws.iot.setMaintenanceWindow('rollout', 'closed');
    stalled.release();
    await running;
    expect(left()).toEqual(['1.0.0', '3.0.0']);
  });

  test('goes when the job has ended', async () => {
    await job('rollout', { destinationPackageVersions: [arnOf('1.0.0')] });
    aws.iot.devices.advanceAll('rollout', 'SUCCEEDED');
    await sweepOf().run();
    expect(left()).toEqual(['3.0.0']);
  });

  test('stays while executions of a cancelled job go on, and goes when none does', async () => {
    for (const version of ['1.0.0', '2.0.0']) {
      await job(`rollout-${version[0]}`, { destinationPackageVersions: [arnOf(version)] });
    }
    aws.iot.devices.advanceAll('rollout-1', 'IN_PROGRESS');
    for (const jobId of ['rollout-1', 'rollout-2']) await aws.iot.byHand('CancelJob', { jobId });
    await sweepOf().run();
    expect(left()).toEqual(['1.0.0', '3.0.0']);
  });

  test('stays where the job deploys the default, which it was when the jobs were read', async () => {
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
    await job('rollout', { destinationPackageVersions: [arnOf('$default')] });
    // the third listing comes when the jobs have been read.
    const listing = { service: 'iot', operation: 'ListPackageVersions', nth: 3 };
    const stalled = aws.faults.inject({ ...listing, trouble: { stall: 'until released' } });
    const sweep = sweepOf({ rules: { keepLatest: 1, dryRun: true } });
    const running = sweep.run();
    await untilHit(stalled, running);
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '3.0.0' });
    stalled.release();
    await running;
    expect(sweep.records('would-remove').map(({ name }) => name)).toEqual(['2.0.0']);
    expect(sweep.kept['1.0.0']).toBe('IN_ACTIVE_JOB');
  });

  test('is not looked for where that is not wanted', async () => {
    await job('rollout', { destinationPackageVersions: [arnOf('1.0.0')] });
    const sweep = sweepOf({ protectInActiveJobs: false });
    const calls = await sweep.callsOf(() => sweep.run());
    expect(left()).toEqual(['3.0.0']);
    expect(calls).not.toHaveProperty('ListJobs');
  });

  test('is looked for before more than one version is looked at, which would be in vain', async () => {
    await publish(...Array.from({ length: 20 }, (_, index) => `0.${index}.0`));
    const sweep = sweepOf();
    const began = clock.now();
    const { ListTagsForResource, DeletePackageVersion } = await sweep.callsOf(() => sweep.run());
    expect(DeletePackageVersion).toBe(22);
    // one each, and of the latest, of the first one that is looked at, and of the package now and then.
    expect(ListTagsForResource).toBeLessThan(22 + 8);
    // at 8 a second: nor does a removal take its turn in vain.
    expect(clock.now() - began).toBeLessThan((22 / 8) * 1000 + 1_500);
  });

  test('is not looked for where nothing would go', async () => {
    const sweep = sweepOf({ rules: { keepLatest: 3 } });
    const calls = await sweep.callsOf(() => sweep.run());
    expect(calls).toEqual({ ListPackageVersions: 2 });
  });

  test('jobs that deploy other packages are described once a pass, and do not matter', async () => {
    for (let n = 0; n < 30; n++) await job(`other-${n}`);
    const sweep = sweepOf({ rules: { keepLatest: 1, maxRemovals: 10 } });
    const calls = await sweep.callsOf(() => sweep.run());
    expect(left()).toEqual(['3.0.0']);
    // to remove: the plan does without, and once something was removed nothing is left to ask for.
    expect(calls.DescribeJob).toBe(30);
  });

  test('a job that cannot be described protects all versions', async () => {
    await job('rollout');
    aws.faults.inject({
      service: 'iot',
      operation: 'DescribeJob',
      times: 100,
      trouble: { error: refusal('InvalidRequestException', 400) },
    });
    const sweep = sweepOf();
    expect((await sweep.run()).status).toBe('SUCCEEDED');
    expect(left()).toEqual(['1.0.0', '2.0.0', '3.0.0']);
    expect(sweep.kept).toMatchObject({ '1.0.0': 'PROTECTION_UNREADABLE', '2.0.0': 'PROTECTION_UNREADABLE' });
    expect(sweep.records('unreadable')[0].message).toContain('rollout');
  });

  test('a listing of jobs whose page token is not known any more is read again', async () => {
    for (let n = 0; n < 260; n++)
      await job(`job-${n}`, n === 0 ? { destinationPackageVersions: [arnOf('1.0.0')] } : {});
    aws.faults.inject({
      service: 'iot',
      operation: 'ListJobs',
      match: ({ nextToken }) => nextToken !== undefined,
      trouble: { error: refusal('InvalidRequestException') },
    });
    const sweep = sweepOf();
    expect((await sweep.run()).status).toBe('SUCCEEDED');
    expect(left()).toEqual(['1.0.0', '3.0.0']);
    expect(sweep.records('restarted')).toHaveLength(1);
  });

  test('a job that is gone when it is described does not matter', async () => {
    await job('rollout');
    aws.faults.inject({
      service: 'iot',
      operation: 'DescribeJob',
      times: 100,
      trouble: { error: refusal('ResourceNotFoundException', 404) },
    });
    await sweepOf().run();
    expect(left()).toEqual(['3.0.0']);
  });

  test('jobs are read in as many slices as it takes', async () => {
    for (let n = 0; n < 600; n++)
      await job(`job-${n}`, n === 555 ? { destinationPackageVersions: [arnOf('1.0.0')] } : {});
    const sweep = sweepOf();
    sweep.remaining = 70_000;
    const { requests } = await sweep.run();
    expect(requests.length).toBeGreaterThan(2);
    expect(left()).toEqual(['1.0.0', '3.0.0']);
  });
});

describe('a version that a device reports', () => {
  const watching = { protectOnDevices: true };
  beforeEach(async () => {
    await publish('1.0.0', '2.0.0', '3.0.0');
    aws.iot.devices.add(['t', 'u']);
    aws.iot.devices.reportPackage('u', PACKAGE, { version: '1.0.0' });
  });

  test('stays', async () => {
    await index();
    const sweep = sweepOf(watching);
    const calls = await sweep.callsOf(() => sweep.run());
    expect(left()).toEqual(['1.0.0', '3.0.0']);
    expect(sweep.kept['1.0.0']).toBe('ON_DEVICE');
    expect(calls.GetIndexingConfiguration).toBe(1);
    const [{ input }] = aws.calls.filter({ operation: 'SearchIndex' });
    expect(input).toEqual({
      maxResults: 1,
      queryString: expect.stringMatching(/^shadow\.name\.\$package\.reported\.brake\\-ecu\.version:"\d\.0\.0"$/),
    });
  });

  test('goes where nobody asks for devices', async () => {
    await sweepOf().run();
    expect(left()).toEqual(['3.0.0']);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['indexing is off', async () => undefined],
    ['named shadows other than $package are indexed', () => index(['config'])],
  ])('is unknown where %s: the sweep refuses', async (_, prepare) => {
    await prepare();
    const { status, state } = await sweepOf(watching).run();
    expect(status).toBe('FAILED');
    expect(state).toMatchObject({ error: 'SweepRefused', cause: expect.stringContaining('named shadows') });
    expect(left()).toHaveLength(3);
  });

  test.each(['InvalidQueryException', 'IndexNotReadyException', 'InternalFailureException'])(
    'is unknown where a query fails with %s: the sweep refuses',
    async code => {
      await index();
      const status = code === 'InternalFailureException' ? 500 : 400;
      const error = refusal(code, status);
      aws.faults.inject({ service: 'iot', operation: 'SearchIndex', times: 100, trouble: { error } });
      const { state } = await sweepOf(watching).run();
      expect(state).toMatchObject({ error: 'SweepRefused', cause: expect.stringContaining(code) });
      expect(left()).toHaveLength(3);
    },
  );

  test('of a package with a dot is refused before anything is asked', async () => {
    const sweep = sweepOf({ ...watching, packageName: 'brake.ecu' });
    const calls = await sweep.callsOf(() => sweep.run());
    expect(calls).toEqual({});
    expect(sweep.machine.executions[0].state.cause).toContain('without dots');
  });
});

test('a version that a stack adopts while the query about devices takes long stays', async () => {
  await publish('1.0.0', '2.0.0');
  await index();
  const query = { service: 'iot', operation: 'SearchIndex' };
  const stalled = aws.faults.inject({ ...query, trouble: { stall: 'until released' } });
  const sweep = sweepOf({ protectInActiveJobs: false, protectOnDevices: true });
  const running = sweep.run();
  await untilHit(stalled, running);
  const tags = [{ Key: ARTIFACT_TAGS.owner, Value: '0123456789abcdef' }];
  await aws.iot.byHand('TagResource', { resourceArn: arnOf('1.0.0'), tags });
  clock.advance(6_000);
  stalled.release();
  await running;
  expect(left()).toEqual(['1.0.0', '2.0.0']);
  expect(sweep.kept['1.0.0']).toBe('OWNED');
});
