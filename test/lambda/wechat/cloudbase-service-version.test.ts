import { LocalAws, ServiceError, weChatError } from 'cdk-versioned-artifacts-local';
import { CLOUDBASE_SERVICE_VERSION } from '../../../contract/wechat';
import { ENVIRONMENT, SERVER, Stack, TOKEN_SECRET, shareToken } from './stack';

const DELETE = 'deletecloudbaserunserverversion';
const LIST = 'getcsversionlist';

let aws: LocalAws;
let stack: Stack;
beforeEach(async () => {
  aws = await LocalAws.start();
  aws.weChat.addVersions(ENVIRONMENT, SERVER, [
    { versionName: 'api-011' },
    { versionName: 'api-012' },
    { versionName: 'api-013', flowRatio: 100 },
  ]);
  await shareToken(aws);
  stack = new Stack(aws);
});
afterEach(() => aws.stop());

const versions = () => Object.keys(aws.weChat.describe(ENVIRONMENT, SERVER) ?? {});
const failing = (operation: string, code: number, times = 1) =>
  aws.faults.inject({ operation, times, trouble: { error: weChatError(code) } });
const logged = () => JSON.stringify(stack.logs);

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
    const many = Array.from({ length: 45 }, (_, n) => ({ versionName: `api-1${n}`, createdAt: new Date(n * 1000) }));
    aws.weChat.addVersions(ENVIRONMENT, SERVER, many);
    expect(await stack.callsOf(() => stack.record('api-10'))).toEqual([LIST, LIST, LIST]);
    expect(await stack.callsOf(() => stack.record('api-013'))).toEqual([LIST]);
  });

  test('calls nobody where nothing can be verified', async () => {
    aws.weChat.behaviour.listing = 'retired';
    expect(await stack.callsOf(() => stack.record('api-099', { Verification: 'NONE' }))).toEqual([]);
    expect(await stack.record('api-099', { Verification: 'NONE' })).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([
    ['EnvironmentId', 'a/b', 'the id of an environment may only contain'],
    ['ServerName', '', 'property ServerName'],
    ['VersionName', 'a@b', 'the name of a service version may only contain'],
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
    stack = new Stack(aws, [{ logicalId: 'Renamed', physicalId: id }]);
    expect(await stack.remove('api-012', {}, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')).toMatchObject({
      Status: 'SUCCESS',
    });
    expect(versions()).toContain('api-012');
    await stack.remove('api-011', {}, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    expect(versions()).not.toContain('api-011');
  });

  test('refuses a version that carries traffic', async () => {
    const reply = await stack.remove('api-013');
    expect(reply).toMatchObject({ Status: 'FAILED' });
    expect(reply.Reason).toContain('version api-013 of service api in prod-6gxk23 is not removed: it carries 100 % of');
    expect(versions()).toContain('api-013');
  });

  test('refuses the last version', async () => {
    aws.weChat.addVersions(ENVIRONMENT, 'single', [{ versionName: 'single-001' }]);
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
      expect(await stack.remove('api-013', flags)).toMatchObject({ Status: 'SUCCESS' });
    });
  });
});

describe('an answer of WeChat', () => {
  test.each([-1, -1000])('%d is tried again', async code => {
    const fault = failing(DELETE, code, 3);
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
    expect(fault.hits).toBe(3);
    expect(versions()).not.toContain('api-012');
  });

  test('-1 for ever fails', async () => {
    failing(DELETE, -1, Infinity);
    expect((await stack.remove('api-012')).Reason).toContain('WeChat stayed busy');
  });

  test.each([40001, 40014, 42001])('%d has the token read again once', async code => {
    failing(DELETE, code, 1);
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
    const reads = aws.calls.filter({ operation: 'GetSecretValue' });
    expect(reads).toHaveLength(2);
  });

  test.each([40001, 40014, 42001])('%d a second time fails', async code => {
    const fault = failing(DELETE, code, Infinity);
    expect((await stack.remove('api-012')).Reason).toContain('also after it was read again');
    expect(fault.hits).toBe(2);
  });

  test.each([40097, 40101, 41001, 43002, 44002, 45009, 47001, 48001, 61004, 85088])(
    '%d fails at once, with the fields of the request',
    async code => {
      const fault = failing(DELETE, code, Infinity);
      const { Reason } = await stack.remove('api-012', { OnRefusal: 'LEAVE' });
      expect(Reason).toContain(`WeChat answered ${code}`);
      expect(Reason).toContain('"version_name":"api-012"');
      expect(Reason).toMatch(/rid: [0-9a-f-]+/);
      expect(fault.hits).toBe(1);
    },
  );

  test('an unknown code about a version that is there is reported as it came', async () => {
    failing(DELETE, -501555);
    const reply = await stack.remove('api-012');
    expect(reply.Reason).toContain('WeChat answered -501555 (cloudbase error rid:');
  });

  test('an unknown code about a version that is gone meanwhile is a success', async () => {
    const late = aws.faults.inject({ operation: DELETE, trouble: { stall: 'until released' } });
    const first = stack.remove('api-012');
    while (late.hits === 0) await new Promise(resolve => setImmediate(resolve));
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
    late.release();
    expect(await first).toMatchObject({ Status: 'SUCCESS' });
    expect(aws.calls.filter({ operation: DELETE }).map(({ error }) => error)).toEqual(['-501001', undefined]);
  });

  test('that was lost is looked up in the listing', async () => {
    aws.faults.inject({ operation: DELETE, trouble: { cut: 'after' } });
    expect(await stack.callsOf(() => stack.remove('api-012'))).toEqual([LIST, DELETE, LIST]);
    expect(versions()).not.toContain('api-012');
  });

  test('a result other than succ is no success, whatever the code', async () => {
    aws.faults.inject({ operation: DELETE, trouble: { error: weChatError(0, 'ok') } });
    expect((await stack.remove('api-012')).Reason).toContain('result');
  });

  test('a code counts whatever the HTTP status', async () => {
    aws.faults.inject({ operation: DELETE, trouble: { error: weChatError(85088, 'no qbase privilege', 502) } });
    expect((await stack.remove('api-012')).Reason).toContain('WeChat answered 85088');
  });

  test('no JSON is no answer: what the listing shows decides', async () => {
    aws.faults.inject({ operation: DELETE, trouble: { error: new ServiceError('Proxy', '<html>', 502) } });
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
    expect(versions()).not.toContain('api-012');
  });

  test('a connection that is cut while listing is tried again', async () => {
    aws.faults.inject({ operation: LIST, times: 2, trouble: { cut: 'before' } });
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
  });

  test('a listing that is refused lets nothing go', async () => {
    failing(LIST, -501555, Infinity);
    expect((await stack.remove('api-012')).Reason).toContain('cannot be listed');
    expect(versions()).toContain('api-012');
  });

  test('the address that is not on the allow-list is named', async () => {
    aws.weChat.allowedAddresses = ['203.0.113.7'];
    expect((await stack.record('api-012')).Reason).toContain("the function's address 127.0.0.1 is not on");
  });
});

describe('an odd answer of WeChat', () => {
  const answering = (operation: string, body: unknown) => {
    const text = JSON.stringify(body);
    aws.faults.inject({ operation, times: Infinity, trouble: { error: new ServiceError('Other', text, 200) } });
  };

  test('with its numbers as text is read', async () => {
    aws.weChat.behaviour.numbers = 'text';
    expect(await stack.record('api-012')).toMatchObject({ Status: 'SUCCESS' });
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
    expect((await stack.remove('api-013')).Reason).toContain('it carries 100 %');
    failing(LIST, 85088);
    expect((await stack.record('api-011')).Reason).toContain('WeChat answered 85088');
  });

  test.each<[string, unknown, string]>([
    ['another code', { error_code: 40001, errmsg: 'no' }, '{"error_code":40001,"errmsg":"no"}'],
    ['other lists', { errcode: 0, version_list: [], total_count: 0 }, '"version_list":[],"total_count":0}'],
    [
      'other names',
      { errcode: 0, total: 1, items: [{ name: 'api-012' }] },
      'without a version_name: {"name":"api-012"}',
    ],
  ])('with %s is shown', async (_what, body, reason) => {
    answering(LIST, body);
    expect((await stack.record('api-012')).Reason).toContain(reason);
  });

  test('with no list where there are no versions is empty', async () => {
    answering(LIST, { errcode: 0, total: 0, items: null });
    expect((await stack.record('api-012')).Reason).toContain('does not exist');
  });

  test.each([
    ['null', null],
    ['a truth value', true],
    ['an empty text', ''],
    ['a list', []],
  ])('with a share of traffic that is %s lets nothing go', async (_what, flow_ratio) => {
    const items = ['api-011', 'api-012'].map(version_name => ({ version_name, status: 'normal', flow_ratio }));
    answering(LIST, { errcode: 0, total: 2, items });
    expect((await stack.remove('api-012')).Reason).toContain('an unknown share');
    expect(versions()).toContain('api-012');
  });
});

describe('what passes', () => {
  test('a version that is being built is waited for', async () => {
    aws.weChat.addVersions(ENVIRONMENT, SERVER, [{ versionName: 'api-012', status: 'building' }]);
    let refusals = 0;
    const built = () => {
      if (++refusals === 12) aws.weChat.addVersions(ENVIRONMENT, SERVER, [{ versionName: 'api-012' }]);
      return false;
    };
    aws.faults.inject({ operation: DELETE, match: built, trouble: { stall: 0 } });
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
    expect(versions()).not.toContain('api-012');
  });

  test('one that is built for ever is refused in the end, and left where the template says so', async () => {
    aws.weChat.addVersions(ENVIRONMENT, SERVER, [{ versionName: 'api-012', status: 'building' }]);
    expect((await stack.remove('api-012')).Reason).toContain('api in prod-6gxk23 is building: WeChat answered -501002');
    expect(await stack.remove('api-012', { OnRefusal: 'LEAVE' })).toMatchObject({ Status: 'SUCCESS' });
    expect(versions()).toContain('api-012');
  });

  test('a refusal that says so is tried again', async () => {
    aws.faults.inject({ operation: DELETE, times: 2, trouble: { error: weChatError(-501023, '请稍后重试') } });
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
    expect(versions()).not.toContain('api-012');
  });

  test('the limit of a minute is waited for, however long', async () => {
    const fault = failing(DELETE, 45011, 20);
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
    expect(fault.hits).toBe(20);
  });
});

test('a limit that does not end fails a deployment in minutes', async () => {
  const fault = failing(LIST, 45011, Infinity);
  expect((await stack.record('api-012')).Reason).toContain('WeChat stayed busy');
  expect(fault.hits).toBeGreaterThan(15);
  expect(fault.hits).toBeLessThan(80);
});

describe('without verification', () => {
  const none = { Verification: 'NONE' };
  beforeEach(() => {
    aws.weChat.behaviour.listing = 'retired';
  });

  test('a removal takes one call', async () => {
    expect(await stack.callsOf(() => stack.remove('api-012', none))).toEqual([DELETE]);
    expect(versions()).not.toContain('api-012');
  });

  test('a code that CloudBase alone knows leaves the outcome unknown', async () => {
    const reply = await stack.remove('api-099', none);
    expect(reply).toMatchObject({ Status: 'FAILED' });
    expect(reply.Reason).toMatch(/whether version api-099 .* still exists is unknown.*WeChat answered -501001/);
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

describe('the token', () => {
  const field = { AccessToken: { Current: { SecretId: TOKEN_SECRET, JsonField: 'component_access_token' } } };

  test('may be a field of a JSON secret', async () => {
    await shareToken(aws, JSON.stringify({ component_access_token: aws.weChat.accessToken }));
    expect(await stack.record('api-012', field)).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([
    ['plain text', 'must be a JSON object with the field component_access_token'],
    ['{"other":"x"}', 'has no text in its field component_access_token'],
    ['[]', 'has no text in its field component_access_token'],
  ])('in %s is missed by name, and nothing of the secret is shown', async (content, reason) => {
    await shareToken(aws, content);
    const { Reason } = await stack.record('api-012', field);
    expect(Reason).toContain(`secret ${TOKEN_SECRET} ${reason}`);
    expect(Reason).not.toContain(content);
  });

  test('that the platform has rotated meanwhile is read again', async () => {
    await stack.record('api-012');
    const old = aws.weChat.accessToken;
    const current = aws.weChat.rotateToken();
    await shareToken(aws, old);
    const fault = aws.faults.inject({ operation: DELETE, trouble: { stall: 0 } });
    const read = aws.faults.inject({ operation: 'GetSecretValue', nth: 2, trouble: { stall: 'until released' } });
    const removal = stack.remove('api-012');
    while (read.hits === 0) await new Promise(resolve => setImmediate(resolve));
    await shareToken(aws, current);
    read.release();
    expect(await removal).toMatchObject({ Status: 'SUCCESS' });
    expect(fault.hits).toBe(1);
  });

  test('that has expired and was not renewed fails with what to do', async () => {
    aws.weChat.expireToken();
    expect((await stack.record('api-012')).Reason).toContain('have whatever renews the token write it to the secret');
  });

  test('is in no log, no answer and no record', async () => {
    const token = aws.weChat.accessToken;
    const quoting = weChatError(40014, `invalid access_token ${token}`);
    aws.faults.inject({ operation: LIST, times: 4, trouble: { error: quoting } });
    const replies = [await stack.record('api-012'), await stack.record('api-012'), await stack.remove('api-012')];
    expect(JSON.stringify([replies, stack.logs])).not.toContain(token);
    expect(JSON.stringify(replies)).toContain('[redacted]');
  });

  describe('that is minted', () => {
    const minted = (more: object = {}) => ({
      AccessToken: {
        Minted: {
          ComponentAppId: aws.weChat.platform.appId,
          AppSecret: { SecretId: 'platform', JsonField: 'appSecret' },
          VerifyTicket: { SecretId: 'platform', JsonField: 'ticket' },
          ...more,
        },
      },
    });
    beforeEach(async () => {
      const { appSecret, verifyTicket } = aws.weChat.platform;
      const SecretString = JSON.stringify({ appSecret, ticket: verifyTicket });
      await aws.call('secretsmanager', 'CreateSecret', { Name: 'platform', SecretString });
    });

    test('works, and voids the one that the platform had', async () => {
      const before = aws.weChat.accessToken;
      expect(await stack.record('api-012', minted())).toMatchObject({ Status: 'SUCCESS' });
      expect(aws.weChat.accessToken).not.toBe(before);
      expect((await stack.record('api-012')).Reason).toContain('WeChat answered 40001');
    });

    test.each<[string, (platform: LocalAws['weChat']['platform']) => void, string]>([
      ['an old ticket', platform => (platform.ticketExpired = true), 'WeChat answered 61005'],
      ['another ticket', platform => (platform.verifyTicket = 'next'), 'WeChat answered 61006'],
      ['another secret', platform => (platform.appSecret = 'next'), 'WeChat answered 40125'],
      ['no quota', platform => (platform.quota = 0), 'WeChat answered 45009'],
    ])('fails with %s, and shows neither secret nor ticket', async (_what, change, reason) => {
      const { appSecret, verifyTicket } = aws.weChat.platform;
      const properties = minted();
      change(aws.weChat.platform);
      const { Reason } = await stack.record('api-012', properties);
      expect(Reason).toContain(reason);
      expect(Reason + logged()).not.toContain(appSecret);
      expect(Reason + logged()).not.toContain(verifyTicket);
    });

    test('fails with another app', async () => {
      const { Reason } = await stack.record('api-012', minted({ ComponentAppId: 'wx0' }));
      expect(Reason).toContain('WeChat answered 61011');
    });
  });
});
