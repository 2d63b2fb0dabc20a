import { weChatError } from 'cdk-versioned-artifacts-local';
import { type CloudBaseVersionRetentionConfig } from '../../../../contract/wechat';
import { untilHit } from '../../../../testing/until-hit';
import { DELETE, ENVIRONMENT, LIST, SERVER, shareToken } from '../stack';
import {
  DAY,
  aws,
  calls,
  clock,
  deploy,
  left,
  outcome,
  record,
  removeByHand,
  stack,
  sweepOf,
} from './service-under-retention';

test('the newest stay, by creation', async () => {
  deploy(4);
  const sweep = sweepOf();
  expect(await outcome(sweep)).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 2, kept: 2 } });
  expect(left()).toEqual(['api-003', 'api-004']);
});

test.each([19, 20, 21, 45, 130])('of %d versions on pages of 20, all but the newest go', async count => {
  deploy(count);
  await sweepOf({ rules: { keepLatest: 2, maxRemovals: 200 } }).run();
  expect(left()).toHaveLength(2);
  expect(calls().filter(operation => operation === DELETE)).toHaveLength(count - 2);
});

test('a removal takes two calls, beside the pages of the listing', async () => {
  deploy(12);
  await sweepOf().run();
  // counted, removed from, and looked through once more, since something was removed.
  expect(calls().filter(operation => operation === LIST)).toHaveLength(10 + 3);
  expect(calls().filter(operation => operation === DELETE)).toHaveLength(10);
});

test('the age counts from creation, and eight hours later where the zone may be another one', async () => {
  aws.weChat.addVersions(ENVIRONMENT, SERVER, [
    { versionName: 'old', createdAt: new Date(clock.now() - 39 * 3_600_000) },
    { versionName: 'perhaps', createdAt: new Date(clock.now() - 31 * 3_600_000) },
    { versionName: 'young', createdAt: new Date(clock.now() - 3_600_000) },
  ]);
  const sweep = sweepOf({ rules: { minAgeSeconds: 24 * 3600 } });
  await sweep.run();
  expect(left()).toEqual(['perhaps', 'young']);
  expect(sweep.kept).toEqual({ perhaps: 'TOO_YOUNG', young: 'TOO_YOUNG' });
});

describe('whatever the rules say', () => {
  test('a version with traffic stays', async () => {
    deploy(4, { 'api-001': { flowRatio: 1 } });
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual(['api-001', 'api-003', 'api-004']);
    expect(sweep.kept['api-001']).toBe('TRAFFIC');
  });

  test('a version to which traffic moves after the listing stays', async () => {
    deploy(4);
    let listings = 0;
    const look = () => {
      // counted, listed for removal, and looked at once more before the first removal.
      if (++listings === 3) aws.weChat.route(ENVIRONMENT, SERVER, { 'api-001': 100 });
      return false;
    };
    aws.faults.inject({ operation: LIST, match: look, trouble: { stall: 0 } });
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual(['api-001', 'api-003', 'api-004']);
    expect(sweep.kept['api-001']).toBe('TRAFFIC');
  });

  test.each(['creating', 'building', 'deploying', 'deleting'])('a version that is %s stays', async status => {
    deploy(4, { 'api-001': { status } });
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toContain('api-001');
    expect(sweep.kept['api-001']).toBe('IN_TRANSITION');
  });

  test.each(['creating', 'build_fail'])(
    'as many as keepLatest says stay that can serve, beside one that is %s',
    async status => {
      deploy(5, { 'api-005': { status } });
      const sweep = sweepOf({ rules: { keepLatest: 2 } });
      await sweep.run();
      expect(left()).toEqual(['api-003', 'api-004', 'api-005']);
      expect(sweep.kept['api-005']).toBe('AMONG_LATEST');
    },
  );

  test('a version that was made again under its name after the listing stays', async () => {
    deploy(4);
    let listings = 0;
    const look = () => {
      if (++listings === 3) {
        aws.weChat.addVersions(ENVIRONMENT, SERVER, [{ versionName: 'api-001', createdAt: new Date(clock.now()) }]);
      }
      return false;
    };
    aws.faults.inject({ operation: LIST, match: look, trouble: { stall: 0 } });
    await sweepOf().run();
    expect(left()).toContain('api-001');
  });

  test('a version whose build failed goes', async () => {
    deploy(4, { 'api-001': { status: 'build_fail' } });
    await sweepOf().run();
    expect(left()).not.toContain('api-001');
  });

  test('the last one stays, though all are old enough and many are removed at a time', async () => {
    deploy(30);
    const sweep = sweepOf({ rules: { minAgeSeconds: 1 } });
    await sweep.run();
    expect(left()).toHaveLength(1);
    expect(sweep.kept).toEqual({ [left()[0]]: 'LAST_VERSION' });
  });

  test('a version that the stack has recorded stays', async () => {
    deploy(4);
    stack.resources = [record('api-001')];
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual(['api-001', 'api-003', 'api-004']);
    expect(sweep.kept['api-001']).toBe('OWNED');
  });

  test('what the stack has recorded of other services protects nothing', async () => {
    deploy(4);
    stack.resources = [
      `other-env/${SERVER}/api-001@0a1b2c3d4e5f6071`,
      `${ENVIRONMENT}/other/api-002@0a1b2c3d4e5f6071`,
      'fleet-topic-1A2B3C',
      '',
    ].map((physicalId, n) => ({ logicalId: `Other${n}`, physicalId }));
    expect(await outcome(sweepOf())).toMatchObject({ counts: { removed: 2, failed: 0 } });
    expect(left()).toEqual(['api-003', 'api-004']);
  });

  test('what the stack has recorded is read once for the decisions of a few seconds', async () => {
    deploy(60);
    await sweepOf().run();
    expect(left()).toHaveLength(2);
    expect(stack.readings).toBeGreaterThan(1);
    expect(stack.readings).toBeLessThan(10);
  });

  test('what the deployment that it belongs to has replaced stays, for its rollback comes back to that', async () => {
    deploy(4);
    const id = (versionName: string) => `${ENVIRONMENT}/${SERVER}/${versionName}@0a1b2c3d4e5f6071`;
    stack.resources = [{ logicalId: 'Api', physicalId: id('api-004') }];
    const sweep = sweepOf({ rules: { keepLatest: 1 } });
    const noted = (status: string, versionName: string) => ({
      logicalId: 'Api',
      status,
      physicalId: id(versionName),
      changedAt: sweep.clock.now(),
    });
    sweep.history = [
      noted('UPDATE_COMPLETE', 'api-004'),
      noted('UPDATE_IN_PROGRESS', 'api-001'),
      ...sweep.history,
      noted('UPDATE_IN_PROGRESS', 'api-002'),
    ];
    sweep.status = 'UPDATE_IN_PROGRESS';
    await sweep.send('Update');
    expect(left()).toEqual(['api-001', 'api-004']);
  });

  test('the service stays, and its image', async () => {
    deploy(3);
    await sweepOf({ rules: { keepLatest: 1 } }).run();
    for (const { input } of aws.calls.filter({ operation: DELETE })) {
      expect(input).toMatchObject({ is_delete_server: false, is_delete_image: false });
    }
  });
});

describe('an answer of WeChat', () => {
  test('-1 is tried again', async () => {
    deploy(4);
    const fault = aws.faults.inject({ operation: DELETE, times: 2, trouble: { error: weChatError(-1) } });
    expect(await outcome(sweepOf())).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 2 } });
    expect(fault.hits).toBe(2);
  });

  test.each([-1, 45011])('%d: the version is looked at again before the removal is', async code => {
    deploy(4);
    const fault = aws.faults.inject({ operation: DELETE, trouble: { error: weChatError(code) } });
    const busy = aws.faults.inject({
      operation: LIST,
      match: () => {
        if (fault.hits > 0) aws.weChat.route(ENVIRONMENT, SERVER, { 'api-001': 50, 'api-002': 50 });
        return false;
      },
      trouble: { stall: 0 },
    });
    await sweepOf().run();
    expect(left()).toHaveLength(4);
    expect([fault.hits, busy.hits]).toEqual([1, 0]);
  });

  test('that is late finds what the stack has recorded meanwhile', async () => {
    deploy(4);
    aws.faults.inject({
      operation: DELETE,
      match: () => {
        stack.resources = [record('api-001'), record('api-002')];
        return true;
      },
      times: 30,
      trouble: { error: weChatError(45011) },
    });
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toHaveLength(4);
    expect(sweep.kept).toMatchObject({ 'api-001': 'OWNED', 'api-002': 'OWNED' });
  });

  test('45011 is waited for, however often', async () => {
    deploy(4);
    const fault = aws.faults.inject({ operation: DELETE, times: 9, trouble: { error: weChatError(45011) } });
    expect(await outcome(sweepOf())).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 2 } });
    expect(fault.hits).toBe(9);
  });

  test('that is lost is looked up', async () => {
    deploy(4);
    aws.faults.inject({ operation: DELETE, trouble: { cut: 'after' } });
    expect(await outcome(sweepOf())).toMatchObject({ status: 'SUCCEEDED' });
    expect(left()).toEqual(['api-003', 'api-004']);
  });

  test.each([-501555, -1])('%d, however often, fails that version alone', async code => {
    deploy(5);
    aws.faults.inject({
      operation: DELETE,
      match: ({ version_name }) => version_name === 'api-002',
      times: Infinity,
      trouble: { error: weChatError(code) },
    });
    expect(await outcome(sweepOf())).toMatchObject({ status: 'FAILED', counts: { failed: 1, removed: 2 } });
    expect(left()).toEqual(['api-002', 'api-004', 'api-005']);
  });

  test.each([45009, 48001, 61004, 85088])('%d ends the whole sweep: it would meet every version', async code => {
    deploy(5);
    const fault = aws.faults.inject({ operation: DELETE, times: Infinity, trouble: { error: weChatError(code) } });
    expect(await outcome(sweepOf())).toMatchObject({
      status: 'REFUSED',
      message: expect.stringContaining(`WeChat answered ${code}`),
    });
    expect(fault.hits).toBeLessThanOrEqual(3);
  });

  test('a listing that is not served refuses the sweep', async () => {
    deploy(5);
    aws.weChat.behavior.listing = 'retired';
    expect(await outcome(sweepOf())).toMatchObject({ status: 'REFUSED' });
    expect(left()).toHaveLength(5);
  });
});

describe('a version that somebody else removes meanwhile', () => {
  const isFirst = ({ version_name }: Readonly<Record<string, unknown>>) => version_name === 'api-001';

  test.each([
    ['before its turn', { operation: LIST, nth: 3 }, 0],
    ['while it is removed, and the removal is refused', { operation: DELETE, match: isFirst }, 1],
  ])('is gone: %s', async (_when, call, times) => {
    deploy(4);
    const stalled = aws.faults.inject({ ...call, trouble: { stall: 'until released' } });
    aws.faults.inject({ ...call, times, trouble: { error: weChatError(-501555) } });
    const running = outcome(sweepOf());
    await untilHit(stalled, running);
    await removeByHand('api-001');
    stalled.release();
    expect(await running).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 1, gone: 1, failed: 0 } });
  });

  test('is not gone because others come before it, so that it moves to another page', async () => {
    deploy(25);
    const newer = Array.from({ length: 20 }, (_, n) => ({ versionName: `web-${n}`, createdAt: new Date(clock.now()) }));
    const stalled = aws.faults.inject({ operation: LIST, nth: 6, trouble: { stall: 'until released' } });
    const running = outcome(sweepOf());
    await untilHit(stalled, running);
    aws.weChat.addVersions(ENVIRONMENT, SERVER, newer);
    stalled.release();
    expect(await running).toMatchObject({ counts: { gone: 0 } });
    expect(left()).not.toContain('api-001');
  });
});

test('a token that is rotated meanwhile is read again', async () => {
  deploy(6);
  aws.faults.inject({
    operation: DELETE,
    nth: 2,
    match: () => true,
    trouble: { error: weChatError(40001) },
  });
  expect(await outcome(sweepOf())).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 4 } });
  expect(aws.calls.filter({ operation: 'GetSecretValue' })).toHaveLength(2);
});

test.each([
  ['in one slice', 900_000, 6],
  ['in slices that are shorter than that takes', 8_000, 9],
])('a token that is renewed in the midst is waited for, %s', async (_how, remaining, nth) => {
  deploy(6);
  aws.weChat.behavior.newTokenVoidsOld = true;
  const stalled = (operation: string, nth: number) =>
    aws.faults.inject({ operation, nth, trouble: { stall: 'until released' } });
  const removal = stalled(DELETE, 2);
  // the secret still holds the old one.
  const read = stalled('GetSecretValue', nth);
  const sweep = sweepOf();
  sweep.remaining = remaining;
  const end = outcome(sweep);
  await untilHit(removal, end);
  const current = aws.weChat.rotateToken();
  removal.release();
  await untilHit(read, end);
  await shareToken(aws, current);
  read.release();

  expect(await end).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 4 } });
});

describe('versions whose names follow no order', () => {
  const ages = { 'v-a': 1, 'v-b': 3, 'v-c': 2 };
  const addAged = () =>
    aws.weChat.addVersions(
      ENVIRONMENT,
      SERVER,
      Object.entries(ages).map(([versionName, days]) => ({
        versionName,
        createdAt: new Date(clock.now() - days * DAY),
      })),
    );

  test.each(['beijing', 'iso', 'epoch'] as const)(
    'are ranked by their creation, which is written as %s',
    async times => {
      aws.weChat.behavior.times = times;
      addAged();
      await sweepOf({ rules: { keepLatest: 1 } }).run();
      expect(left()).toEqual(['v-a']);
    },
  );

  test('stay where it cannot be read, and are never ranked by their names', async () => {
    aws.weChat.behavior.times = 'absent';
    addAged();
    const sweep = sweepOf({ rules: { keepLatest: 1 } });
    await sweep.run();
    expect(left()).toEqual(['v-a', 'v-b', 'v-c']);
    expect(sweep.kept).toEqual({ 'v-a': 'AGE_UNKNOWN', 'v-b': 'AGE_UNKNOWN', 'v-c': 'AGE_UNKNOWN' });
  });
});

test('a dry run removes nothing', async () => {
  deploy(4);
  await sweepOf({ rules: { keepLatest: 2, dryRun: true } }).run();
  expect(left()).toHaveLength(4);
  expect(calls()).not.toContain(DELETE);
});

test.each<[string, Partial<CloudBaseVersionRetentionConfig>]>([
  ['an environment', { environmentId: 'a/b' }],
  ['a service', { serverName: 'a b' }],
  ['an endpoint', { apiEndpoint: 'http://proxy.example' }],
  ['rules that keep nothing', { rules: {} }],
  ['a pace', { requestsPerSecond: 0 }],
])('%s that no synthesis has checked is checked', async (_what, more) => {
  deploy(4);
  const sweep = sweepOf(more);
  await sweep.run().catch(() => undefined);
  expect(left()).toHaveLength(4);
  expect(calls()).toEqual([]);
});

test('a service that is gone has nothing to remove, so that its retention does not keep a stack from being deleted', async () => {
  aws.weChat.behavior.missingServiceListing = 'refused';
  deploy(1);
  expect(await outcome(sweepOf({ serverName: 'gone' }))).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 0 } });
  aws.faults.inject({ operation: 'getcslist', times: Infinity, trouble: { error: weChatError(-501555) } });
  expect(await outcome(sweepOf({ serverName: 'gone' }))).toMatchObject({ status: 'REFUSED' });
});
