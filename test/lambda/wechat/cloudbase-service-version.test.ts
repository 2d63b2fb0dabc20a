import { CLOUDBASE_SERVICE_VERSION } from '../../../contract/wechat';
import { aws, failing, logged, stack, versions } from './api';
import { DELETE, ENVIRONMENT, LIST, SERVER, Stack } from './stack';

describe('Create', () => {
  test('looks for the version and records it: nothing is written', async () => {
    let reply;
    const calls = await stack.callsOf(async () => (reply = await stack.record('api-012')));
    expect(reply).toMatchObject({ Status: 'SUCCESS', Data: { VersionName: 'api-012' } });
    expect(reply).toHaveProperty(
      'PhysicalResourceId',
      expect.stringMatching(/^prod-6gxk23\/api\/api-012@[0-9a-f]{16}$/),
    );
    expect(calls).toEqual([LIST]);
  });

  test('fails where there is no such version, and leaves nothing that a Delete would look for', async () => {
    const reply = await stack.record('api-099');
    expect(reply.Status).toBe('FAILED');
    expect(reply.Reason).toContain('version api-099 of service api does not exist in prod-6gxk23');
    expect(reply.PhysicalResourceId).toMatch(/^create-failed\//);
  });

  test('looks no further than the page that has the version', async () => {
    aws.weChat.behavior.listingOrder = 'newest-first';
    const many = Array.from({ length: 45 }, (_, n) => ({ versionName: `api-1${n}`, createdAt: new Date(n * 1000) }));
    aws.weChat.addVersions(ENVIRONMENT, SERVER, many);
    expect(await stack.callsOf(() => stack.record('api-10'))).toEqual([LIST, LIST, LIST]);
    expect(await stack.callsOf(() => stack.record('api-013'))).toEqual([LIST]);
  });

  test('calls nobody where nothing can be verified', async () => {
    aws.weChat.behavior.listing = 'retired';
    expect(await stack.callsOf(() => stack.record('api-099', { Verification: 'NONE' }))).toEqual([]);
    expect(await stack.record('api-099', { Verification: 'NONE' })).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([
    ['EnvironmentId', 'a/b', 'the id of an environment must only contain'],
    ['ServerName', '', 'property ServerName'],
    ['VersionName', 'a@b', 'the name of a service version must only contain'],
    ['ApiEndpoint', 'http://proxy.example', 'must be an https URL'],
    ['DeleteImageWithServer', 'true', 'set deleteServerWithLastVersion, too'],
  ])('refuses %s %j before any call', async (name, value, reason) => {
    const calls = await stack.callsOf(async () => {
      const reply = await stack.record('api-012', { [name]: value });
      if (value !== '') expect(reply.Reason).toContain(reason);
      expect(reply.Status).toBe('FAILED');
    });
    expect(calls).toEqual([]);
  });
});

describe('Update', () => {
  test('to another version has another id, of the same owner', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-011');
    const reply = await stack.change(id, 'api-012');
    expect(reply).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id.replace('api-011', 'api-012') });
  });

  test('keeps the owner that the id has, whatever the construct is called today', async () => {
    const id = `${ENVIRONMENT}/${SERVER}/api-011@0a1b2c3d4e5f6071`;
    expect(await stack.change(id, 'api-012')).toMatchObject({ PhysicalResourceId: id.replace('api-011', 'api-012') });
  });

  test('of what has no id of this library is owned by the construct', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-012');
    expect(await stack.change('made-up', 'api-012')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
  });

  test('to a version that does not exist fails', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-011');
    expect(await stack.change(id, 'api-099')).toMatchObject({ Status: 'FAILED', PhysicalResourceId: id });
  });

  test('of a rollback succeeds whatever can be verified, with the id of what is rolled back to', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-012');
    failing(LIST, 85088);
    const reply = await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () => stack.change(id, 'api-011'));
    expect(reply).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id.replace('api-012', 'api-011') });
  });
});

describe('Delete', () => {
  test('takes two calls', async () => {
    expect(await stack.callsOf(() => stack.remove('api-012'))).toEqual([LIST, DELETE]);
    expect(versions()).toEqual(['api-011', 'api-013']);
  });

  test.each(['ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'])(
    'removes nothing in %s: the version was only recorded',
    async status => {
      const calls = await stack.callsOf(async () =>
        expect(await stack.remove('api-012', {}, status)).toMatchObject({ Status: 'SUCCESS' }),
      );
      expect(calls).toEqual([]);
    },
  );

  test('of what a Create without an answer left makes no call', async () => {
    const id = 'Stack-Version-1A2B3C';
    const calls = await stack.callsOf(async () =>
      expect(await stack.delete(CLOUDBASE_SERVICE_VERSION, 'Version', id, stack.properties('api-012'))).toMatchObject({
        Status: 'SUCCESS',
      }),
    );
    expect(calls).toEqual([]);
  });

  test('of a version that is gone succeeds without a delete', async () => {
    expect(await stack.callsOf(() => stack.remove('api-099'))).toEqual([LIST]);
  });

  test('leaves a version that another construct of the stack has after a rename', async () => {
    const id = `${ENVIRONMENT}/${SERVER}/api-012@ffffffffffffffff`;
    const renamed = new Stack(aws, [{ logicalId: 'Renamed', physicalId: id }]);
    expect(await renamed.remove('api-012', {}, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')).toMatchObject({
      Status: 'SUCCESS',
    });
    expect(versions()).toContain('api-012');
    await renamed.remove('api-011', {}, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    expect(versions()).not.toContain('api-011');
  });

  test.each([
    ['its own construct alone', 'Version', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'],
    ['another construct, in a stack that goes as a whole', 'Renamed', 'DELETE_IN_PROGRESS'],
  ])('removes a version that is listed for %s', async (_what, logicalId, status) => {
    const physicalId = `${ENVIRONMENT}/${SERVER}/api-012@ffffffffffffffff`;
    await new Stack(aws, [{ logicalId, physicalId }]).remove('api-012', {}, status);
    expect(versions()).not.toContain('api-012');
  });

  test('removes a version whose other construct goes at the same time: neither leaves it to the other', async () => {
    const physicalId = `${ENVIRONMENT}/${SERVER}/api-012@ffffffffffffffff`;
    const twin = new Stack(aws, [{ logicalId: 'Twin', physicalId, isGoing: true }]);
    await twin.remove('api-012', {}, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    expect(versions()).not.toContain('api-012');
  });

  test('waits while CloudFormation throttles the look at the other resources of the stack', async () => {
    let throttles = 20;
    const throttled = new Stack(aws, async () => {
      if (throttles-- > 0) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
      return [];
    });
    expect(await throttled.remove('api-012', {}, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')).toMatchObject({
      Status: 'SUCCESS',
    });
    expect(versions()).not.toContain('api-012');
  });

  test('refuses a version that carries traffic', async () => {
    const reply = await stack.remove('api-013');
    expect(reply).toMatchObject({ Status: 'FAILED' });
    expect(reply.Reason).toContain('version api-013 of service api in prod-6gxk23 is not removed: it carries 100 % of');
    expect(versions()).toContain('api-013');
  });

  test.each([0, 1])('refuses the last version, beside %d that are being deleted', async going => {
    const others = Array.from({ length: going }, () => ({ versionName: 'single-000', status: 'deleting' }));
    aws.weChat.addVersions(ENVIRONMENT, 'single', [{ versionName: 'single-001' }, ...others]);
    const id = `${ENVIRONMENT}/single/single-001@0a1b2c3d4e5f6071`;
    const properties = { ...stack.properties('single-001'), ServerName: 'single' };
    const reply = await stack.during('DELETE_IN_PROGRESS', () =>
      stack.delete(CLOUDBASE_SERVICE_VERSION, 'Version', id, properties),
    );
    expect(reply.Reason).toContain('it is the last version of its service');
    expect(aws.weChat.describe(ENVIRONMENT, 'single')).toHaveProperty(['single-001']);
  });

  test('leaves what is refused where the template says so, and counts it', async () => {
    expect(await stack.remove('api-013', { OnRefusal: 'LEAVE' })).toMatchObject({ Status: 'SUCCESS' });
    expect(versions()).toContain('api-013');
    expect(logged()).toContain('it carries 100 % of the traffic');
    expect(logged()).toContain('"Refused":1');
  });

  describe('with deleteServerWithLastVersion', () => {
    const flags = { DeleteServerWithLastVersion: 'true', DeleteImageWithServer: 'true' };

    test('the service goes with its last version, traffic or not, and its image', async () => {
      for (const name of ['api-011', 'api-012']) await stack.remove(name, flags);
      expect(await stack.remove('api-013', flags)).toMatchObject({ Status: 'SUCCESS' });
      expect(aws.weChat.describe(ENVIRONMENT, SERVER)).toBeUndefined();
      expect(aws.weChat.deletedImages).toEqual([`${ENVIRONMENT}/${SERVER}`]);
    });

    test('the flags are sent with no other version', async () => {
      await stack.remove('api-011', flags);
      const [{ input }] = aws.calls.filter({ operation: DELETE });
      expect(input).toMatchObject({ is_delete_server: false, is_delete_image: false });
    });

    test('a living stack still takes no traffic away', async () => {
      const reply = await stack.remove('api-013', flags, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      expect(reply.Reason).toContain('it carries 100 % of the traffic');
    });

    test('a stack that is deleted takes a version with its traffic', async () => {
      aws.weChat.behavior.trafficDeletion = 'allowed';
      expect(await stack.remove('api-013', flags)).toMatchObject({ Status: 'SUCCESS' });
    });

    test('a stack that is deleted leaves a version with its traffic, and says why, where WeChat refuses', async () => {
      aws.weChat.behavior.trafficDeletion = 'refused';
      const reply = await stack.remove('api-013', flags);
      expect(reply).toMatchObject({ Status: 'FAILED' });
      expect(reply.Reason).toContain(`WeChat answered ${aws.weChat.behavior.trafficCode}`);
      expect(versions()).toContain('api-013');
    });
  });
});

describe('without verification', () => {
  const none = { Verification: 'NONE' };
  beforeEach(() => {
    aws.weChat.behavior.listing = 'retired';
  });

  test('a removal takes one call', async () => {
    expect(await stack.callsOf(() => stack.remove('api-012', none))).toEqual([DELETE]);
    expect(versions()).not.toContain('api-012');
    const [{ input }] = aws.calls.filter({ operation: DELETE });
    expect(input).toMatchObject({ is_delete_server: false, is_delete_image: false });
  });

  test('a code that CloudBase alone knows leaves the outcome unknown', async () => {
    const reply = await stack.remove('api-099', none);
    expect(reply).toMatchObject({ Status: 'FAILED' });
    expect(reply.Reason).toMatch(/it is unknown whether version api-099 .* still exists.*WeChat answered -501001/);
  });

  test('a refusal after a busy moment tells of no lost answer', async () => {
    failing(DELETE, -1);
    const reply = await stack.remove('api-099', none);
    expect(reply.Reason).toContain('is unknown');
    expect(reply.Reason).not.toContain('without an answer');
  });

  test('an answer that was lost is asked for again, and a refusal after it is unknown, never a success', async () => {
    aws.faults.inject({ operation: DELETE, trouble: { cut: 'after' } });
    const reply = await stack.remove('api-012', none);
    expect(reply).toMatchObject({ Status: 'FAILED' });
    expect(reply.Reason).toMatch(/is unknown.*after a request without an answer/);
  });

  test('a connection that is cut for ever leaves the outcome unknown', async () => {
    aws.faults.inject({ operation: DELETE, times: Infinity, trouble: { cut: 'before' } });
    expect((await stack.remove('api-012', none)).Reason).toContain('is unknown');
  });

  test('a listing that has been retired is said to be so where one is wanted', async () => {
    expect((await stack.record('api-012')).Reason).toContain('WeChat answered 48001');
  });
});
