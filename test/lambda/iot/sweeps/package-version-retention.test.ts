import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, TAG_PREFIX } from '../../../../contract/ownership';
import { deathsIn } from '../../../../testing/sweep/deaths';
import { untilHit } from '../../../../testing/until-hit';
import { DAY, PACKAGE, refusal } from './iot-sweep';
import { arnOf, aws, clock, job, left, publish, sweepOf } from './package-under-retention';

describe('the rules', () => {
  test('keep the latest by SemVer, whatever the order of creation', async () => {
    await publish('1.10.0', '1.2.0', '2.0.0-rc.1', '1.9.0');
    expect(await sweepOf({ rules: { keepLatest: 2 } }).counts()).toMatchObject({ removed: 2, kept: 2 });
    expect(left()).toEqual(['1.10.0', '2.0.0-rc.1']);
  });

  test('keep the latest by creation where that is wanted', async () => {
    await publish('1.10.0', '1.2.0', '1.9.0');
    await sweepOf({ rules: { keepLatest: 1 }, order: 'CREATION' }).run();
    expect(left()).toEqual(['1.9.0']);
  });

  test('delete nothing where the deployment brings an action that is none', async () => {
    await publish('1.0.0', '2.0.0');
    const sweep = sweepOf({ rules: { keepLatest: 1 }, action: 'deprecate' as 'DEPRECATE' });
    const { state } = await sweep.run();
    expect(state).toMatchObject({ next: 'FAILED', cause: 'action must be DELETE or DEPRECATE, got "deprecate"' });
    expect(left()).toEqual(['1.0.0', '2.0.0']);
  });

  test('range over more than a page', async () => {
    for (let n = 0; n < 230; n++) await aws.iot.createVersion(PACKAGE, `1.0.${n}`);
    const sweep = sweepOf({ rules: { keepLatest: 3 }, protectInActiveJobs: false });
    const calls = await sweep.callsOf(() => sweep.run());
    expect(left()).toEqual(['1.0.227', '1.0.228', '1.0.229']);
    expect(calls.DeletePackageVersion).toBe(227);
    expect(calls.ListPackageVersions).toBeLessThanOrEqual(3 + 3 + 1);
  });

  test('speak of the given states alone', async () => {
    await publish('1.0.0', '2.0.0', '3.0.0');
    await aws.iot.byHand('UpdatePackageVersion', { packageName: PACKAGE, versionName: '1.0.0', action: 'DEPRECATE' });
    const sweep = sweepOf({ rules: { minAgeSeconds: 1 }, statuses: ['DEPRECATED'] });
    await sweep.run();
    expect(left()).toEqual(['2.0.0', '3.0.0']);
    expect(sweep.kept).toEqual({ '2.0.0': 'STATUS', '3.0.0': 'STATUS' });
  });

  test('count the age from creation', async () => {
    await publish('1.0.0', '2.0.0', '3.0.0');
    await sweepOf({ rules: { minAgeSeconds: (2.5 * DAY) / 1000 } }).run();
    expect(left()).toEqual(['2.0.0', '3.0.0']);
  });

  test('of a package that is gone remove nothing, and succeed', async () => {
    expect(await sweepOf({ packageName: 'gone' }).counts()).toMatchObject({ removed: 0, failed: 0 });
  });
});

describe('whatever the rules say', () => {
  beforeEach(() => publish('1.0.0', '2.0.0', '3.0.0'));

  test('the default version stays', async () => {
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual(['1.0.0', '3.0.0']);
    expect(sweep.kept).toEqual({ '1.0.0': 'DEFAULT_VERSION', '3.0.0': 'AMONG_LATEST' });
  });

  test('a version that a stack owns stays', async () => {
    await aws.iot.byHand('TagResource', {
      resourceArn: arnOf('2.0.0'),
      tags: [{ Key: ARTIFACT_TAGS.owner, Value: '0123456789abcdef' }],
    });
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual(['2.0.0', '3.0.0']);
    expect(sweep.kept['2.0.0']).toBe('OWNED');
  });

  const tag = (resourceArn: string, tags: Record<string, string>) =>
    aws.iot.byHand('TagResource', { resourceArn, tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });
  const packageArn = () => arnOf('').replace(/\/version\/$/, '');
  const OTHER = 'arn:aws:cloudformation:us-east-1:111111111111:stack/release/9f8e';

  test('a version that a stack claims stays', async () => {
    await tag(arnOf('2.0.0'), { [`${TAG_PREFIX}claim-0123456789abcdef`]: '1' });
    const sweep = sweepOf();
    await sweep.run();
    expect(sweep.kept['2.0.0']).toBe('OWNED');
  });

  test('the shortest slices get through pages of what stacks own at a slow rate', async () => {
    const versions = Array.from({ length: 100 }, (_, index) => `0.1.${index}`);
    await publish(...versions);
    for (const version of versions) {
      await tag(arnOf(version), { [ARTIFACT_TAGS.owner]: '0123456789abcdef', [ARTIFACT_TAGS.stack]: OTHER });
    }
    const sweep = sweepOf({ requestsPerSecond: 3 });
    // the shortest time-out that a provider can have.
    sweep.remaining = 60_000;
    expect(await sweep.machine.run(sweep.machine.begin('run'), 40)).toMatchObject({ status: 'SUCCEEDED' });
    expect(left()).toEqual([...versions, '3.0.0'].sort());
  });

  test('what a stack owned that is gone is nobody’s; what cannot be read is taken for owned', async () => {
    await tag(arnOf('1.0.0'), {
      [ARTIFACT_TAGS.owner]: '0123456789abcdef',
      [ARTIFACT_TAGS.stack]: OTHER,
      [`${ARTIFACT_TAGS.claim}0123456789abcdef`]: '2020-01-01T00:00:00Z/c0ffee00/release/9f8e',
    });
    const sweep = sweepOf();
    await sweep.run();
    expect(sweep.kept['1.0.0']).toBe('OWNED');
    sweep.stacks[OTHER] = { status: 'DELETE_COMPLETE' };
    await sweep.run();
    expect(left()).toEqual(['3.0.0']);
  });

  test('what a stack claims that exists stays, even where its owner is gone', async () => {
    await tag(arnOf('1.0.0'), {
      [ARTIFACT_TAGS.owner]: '0123456789abcdef',
      [ARTIFACT_TAGS.stack]: OTHER,
      [`${ARTIFACT_TAGS.claim}fedcba9876543210`]: '2020-01-01T00:00:00Z/c0ffee00/fleet/0a1b',
    });
    const sweep = sweepOf();
    sweep.stacks[OTHER] = { status: 'DELETE_COMPLETE' };
    await sweep.run();
    expect(sweep.kept['1.0.0']).toBe('OWNED');
  });

  test('the version that a rollback would make the default again stays', async () => {
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '3.0.0' });
    await tag(packageArn(), { [DEFAULT_POINTER_TAGS.predecessor]: '1.0.0' });
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual(['1.0.0', '3.0.0']);
    expect(sweep.kept['1.0.0']).toBe('DEFAULT_PREDECESSOR');
  });

  test('but not where the stack is gone that would make it the default again', async () => {
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '3.0.0' });
    await tag(packageArn(), {
      [DEFAULT_POINTER_TAGS.owner]: '0123456789abcdef',
      [DEFAULT_POINTER_TAGS.stack]: OTHER,
      [DEFAULT_POINTER_TAGS.predecessor]: '1.0.0',
    });
    const sweep = sweepOf();
    await sweep.run();
    expect(sweep.kept['1.0.0']).toBe('DEFAULT_PREDECESSOR');
    sweep.stacks[OTHER] = { status: 'DELETE_COMPLETE' };
    await sweep.run();
    expect(left()).toEqual(['3.0.0']);
  });

  test('nothing goes while the stack that designates the default is not at rest', async () => {
    await tag(packageArn(), { [DEFAULT_POINTER_TAGS.stack]: OTHER });
    const sweep = sweepOf();
    sweep.stacks[OTHER] = { status: 'UPDATE_IN_PROGRESS' };
    const execution = sweep.machine.begin('run');
    await sweep.machine.run(execution, 3);
    expect(execution.state).toMatchObject({ next: 'WAIT' });
    expect(left()).toEqual(['1.0.0', '2.0.0', '3.0.0']);
    sweep.stacks[OTHER] = { status: 'UPDATE_COMPLETE' };
    await sweep.machine.run(execution);
    expect(left()).toEqual(['3.0.0']);
  });

  test('nor where CloudFormation throttles the look at that stack', async () => {
    await tag(packageArn(), { [DEFAULT_POINTER_TAGS.stack]: OTHER });
    const sweep = sweepOf();
    let looks = 0;
    Object.defineProperty(sweep.stacks, OTHER, {
      get: () => {
        if (++looks <= 3) throw refusal('Throttling');
        return { status: 'UPDATE_IN_PROGRESS' };
      },
    });
    const { state } = await sweep.machine.run(sweep.machine.begin('run'), 1);
    expect(state).toMatchObject({ next: 'WAIT' });
    expect(left()).toEqual(['1.0.0', '2.0.0', '3.0.0']);
  });

  test('nor while CloudFormation waits, which hears that something remains', async () => {
    await tag(packageArn(), { [DEFAULT_POINTER_TAGS.stack]: OTHER });
    const sweep = sweepOf();
    sweep.stacks[OTHER] = { status: 'UPDATE_IN_PROGRESS' };
    sweep.status = 'UPDATE_IN_PROGRESS';
    const data = { RemovedCount: '0', RemainingCount: '1' };
    expect(await sweep.send('Create')).toMatchObject({ Status: 'SUCCESS', Data: data });
    expect(left()).toEqual(['1.0.0', '2.0.0', '3.0.0']);
  });

  test('what is the latest by the end of that stack’s deployment stays, which has taken a newer one out', async () => {
    await tag(packageArn(), { [DEFAULT_POINTER_TAGS.stack]: OTHER });
    const sweep = sweepOf();
    sweep.stacks[OTHER] = { status: 'UPDATE_IN_PROGRESS' };
    const execution = sweep.machine.begin('run');
    await sweep.machine.run(execution, 1);
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '3.0.0' });
    sweep.stacks[OTHER] = { status: 'UPDATE_COMPLETE' };
    await sweep.machine.run(execution);
    expect(left()).toEqual(['2.0.0']);
  });

  test('a version that is adopted while its deletion is throttled stays', async () => {
    aws.faults.inject({
      service: 'iot',
      operation: 'DeletePackageVersion',
      match: ({ versionName }) => versionName === '1.0.0',
      trouble: { error: refusal('ThrottlingException', 429) },
    });
    const throttled = aws.faults.inject({
      service: 'iot',
      operation: 'DeletePackageVersion',
      match: ({ versionName }) => versionName === '1.0.0',
      trouble: { error: refusal('ThrottlingException', 429) },
    });
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async milliseconds => {
      if (throttled.hits > 0) await tag(arnOf('1.0.0'), { [ARTIFACT_TAGS.owner]: '0123456789abcdef' });
      return sleep(milliseconds);
    };
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual(['1.0.0', '3.0.0']);
    expect(sweep.kept['1.0.0']).toBe('OWNED');
  });

  test('names that are versions and names that are none are not ranked together', async () => {
    await aws.iot.createVersion(PACKAGE, 'nightly', { status: 'PUBLISHED' });
    const { state } = await sweepOf().run();
    expect(JSON.stringify(state)).toContain('cannot compare nightly with');
    expect(left()).toEqual(['1.0.0', '2.0.0', '3.0.0', 'nightly']);
  });

  test('names of both kinds are ranked by creation where the order says so', async () => {
    await aws.iot.createVersion(PACKAGE, 'nightly', { status: 'PUBLISHED' });
    await sweepOf({ rules: { keepLatest: 2 }, order: 'CREATION' }).run();
    expect(left()).toEqual(['3.0.0', 'nightly']);
  });

  test('a retention that removes much makes hardly more than three calls for each', async () => {
    for (let n = 0; n < 97; n++) await aws.iot.createVersion(PACKAGE, `0.0.${n}`);
    const sweep = sweepOf({ rules: { keepLatest: 5, maxRemovals: 100 } });
    const calls = await sweep.callsOf(() => sweep.run());
    expect(left()).toHaveLength(5);
    expect(Object.values(calls).reduce((sum, count) => sum + count)).toBeLessThanOrEqual(3.2 * 95);
  });

  test('a version whose tags cannot be read stays, and the log says why', async () => {
    aws.faults.inject({
      service: 'iot',
      operation: 'ListTagsForResource',
      match: ({ resourceArn }) => resourceArn === arnOf('2.0.0'),
      times: 100,
      trouble: { error: refusal('InternalFailureException', 500) },
    });
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual(['2.0.0', '3.0.0']);
    expect(sweep.kept['2.0.0']).toBe('PROTECTION_UNREADABLE');
    expect(sweep.records('unreadable')).not.toEqual([]);
  });

  test('keepLatest counts what is protected', async () => {
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '3.0.0' });
    await sweepOf({ rules: { keepLatest: 2 } }).run();
    expect(left()).toEqual(['2.0.0', '3.0.0']);
  });
});

describe('deprecation', () => {
  test('takes published versions, keeps drafts, and leaves what is deprecated', async () => {
    await publish('1.0.0', '3.0.0');
    await aws.iot.createVersion(PACKAGE, '0.9.0');
    await aws.iot.createVersion(PACKAGE, '0.8.0', { status: 'DEPRECATED' });
    const sweep = sweepOf({ action: 'DEPRECATE' });
    expect(await sweep.counts()).toMatchObject({ removed: 1, failed: 0 });
    expect(aws.iot.describe(PACKAGE)?.versions).toMatchObject({
      '0.8.0': { status: 'DEPRECATED' },
      '0.9.0': { status: 'DRAFT' },
      '1.0.0': { status: 'DEPRECATED' },
      '3.0.0': { status: 'PUBLISHED' },
    });
    expect(sweep.kept).toMatchObject({ '0.9.0': 'NO_TRANSITION', '0.8.0': 'ALREADY_DEPRECATED' });
  });

  test('spares what has become the default meanwhile: the service would deprecate that, too', async () => {
    await publish('1.0.0', '3.0.0');
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'ListTagsForResource',
      trouble: { stall: 'until released' },
    });
    const sweep = sweepOf({ action: 'DEPRECATE', protectInActiveJobs: false });
    const running = sweep.run();
    await untilHit(stalled, running);
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
    stalled.release();
    await running;
    expect(aws.iot.describe(PACKAGE)?.versions).toMatchObject({ '1.0.0': { status: 'PUBLISHED' } });
    expect(sweep.kept['1.0.0']).toBe('DEFAULT_VERSION');
  });
});

describe('a removal', () => {
  beforeEach(() => publish('1.0.0', '2.0.0', '3.0.0'));

  test.each(['silent', 'not-found'] as const)('of a version that went meanwhile is fine (%s)', async deleteMissing => {
    aws.iot.behavior.deleteMissing = deleteMissing;
    aws.faults.inject({ service: 'iot', operation: 'DeletePackageVersion', trouble: { cut: 'after' } });
    expect(await sweepOf().counts()).toMatchObject({ failed: 0 });
    expect(left()).toEqual(['3.0.0']);
  });

  test.each(['ValidationException', 'ConflictException', 'InvalidRequestException'] as const)(
    'of what has become the default is not a failure, refused by %s',
    async code => {
      aws.iot.behavior.defaultDeleteError = code;
      const stalled = aws.faults.inject({
        service: 'iot',
        operation: 'DeletePackageVersion',
        match: ({ versionName }) => versionName === '1.0.0',
        trouble: { stall: 'until released' },
      });
      const sweep = sweepOf();
      const running = sweep.run();
      await untilHit(stalled, running);
      await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
      stalled.release();
      expect((await running).status).toBe('SUCCEEDED');
      expect(sweep.kept['1.0.0']).toBe('DEFAULT_VERSION');
    },
  );

  test('that the service refuses otherwise fails the sweep, and the others go', async () => {
    const error = refusal('ValidationException');
    aws.faults.inject({
      service: 'iot',
      operation: 'DeletePackageVersion',
      match: ({ versionName }) => versionName === '1.0.0',
      times: 100,
      trouble: { error },
    });
    const sweep = sweepOf();
    const { status } = await sweep.run();
    expect(status).toBe('FAILED');
    expect(left()).toEqual(['1.0.0', '3.0.0']);
    expect(sweep.records('failed')[0]).toMatchObject({ name: '1.0.0', error: 'ValidationException' });
  });

  test('that is throttled is made again', async () => {
    aws.throttle({ service: 'iot', operation: 'DeletePackageVersion', perSecond: 1 });
    for (let n = 0; n < 20; n++) await aws.iot.createVersion(PACKAGE, `0.0.${n}`);
    const counts = await sweepOf({ requestsPerSecond: 50 }).counts();
    expect(counts).toMatchObject({ removed: 22, failed: 0 });
    expect(counts.throttled).toBeGreaterThan(0);
  });
});

test('killed before or after any call, a run ends as an undisturbed one, and removes nothing else', async () => {
  const fleet = async () => {
    await publish('1.0.0', '2.0.0', '3.0.0', '4.0.0', '5.0.0', '6.0.0');
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '2.0.0' });
    await job('rollout', { destinationPackageVersions: [arnOf('3.0.0')] });
  };
  aws.iot.devices.add('t');
  await fleet();
  const undisturbed = sweepOf({ rules: { keepLatest: 2, maxRemovals: 50 } });
  const calls = Object.values(await undisturbed.callsOf(() => undisturbed.run())).reduce((a, b) => a + b);
  const expected = ['2.0.0', '3.0.0', '5.0.0', '6.0.0'];
  expect(left()).toEqual(expected);
  for (const death of deathsIn(calls)) {
    for (const versionName of ['1.0.0', '4.0.0']) {
      if (!left().includes(versionName)) await aws.iot.createVersion(PACKAGE, versionName);
    }
    const sweep = sweepOf({ rules: { keepLatest: 2, maxRemovals: 50 } });
    sweep.mortal.dieAt(death);
    const { status, requests } = await sweep.run();
    expect({ ...death, status, left: left() }).toEqual({ ...death, status: 'SUCCEEDED', left: expected });
    expect(requests).toHaveLength(2);
  }
});
