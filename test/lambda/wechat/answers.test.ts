import { ServiceError, weChatError } from 'cdk-versioned-artifacts-local';
import { CLOUDBASE_SERVICE_VERSION as VERSION } from '../../../contract/wechat';
import { untilHit } from '../../../testing/until-hit';
import { aws, failing, stack, versions } from './api';
import { DELETE, ENVIRONMENT, LIST, SERVER, shareToken } from './stack';

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
    expect((await stack.remove('api-012')).Reason).toContain('even after it was read again');
    expect(fault.hits).toBe(2);
    // once for each request, then for a minute, in which the secret may be renewed: at once, after 0.5, 1, 2 and 4
    // seconds, and six times after 8.
    expect(aws.calls.filter({ operation: 'GetSecretValue' })).toHaveLength(2 + 11);
  });

  test('a token that is refused each time, though the secret has another one each time, is given up', async () => {
    const fault = failing(DELETE, 42001, Infinity);
    let tokens = 0;
    const { history } = stack;
    const ask = history.describeResource.bind(history);
    history.describeResource = async (...about) => {
      await shareToken(aws, `token-${++tokens}`);
      return ask(...about);
    };
    expect((await stack.remove('api-012', { Verification: 'NONE' })).Reason).toContain('WeChat answered 42001');
    expect(fault.hits).toBe(4);
  });

  // 45047 is one of WeChat's that this library does not know.
  const ofWeChat = [
    40097, 40101, 40164, 41001, 43002, 44002, 45009, 45035, 45047, 47001, 48001, 48004, 61004, 61007, 85088,
  ];
  test.each(ofWeChat)(
    '%d fails at once, with the fields of the request, though the template leaves what is refused',
    async code => {
      const fault = failing(DELETE, code, Infinity);
      const listings = aws.calls.filter({ operation: LIST }).length;
      const { Reason } = await stack.remove('api-012', { OnRefusal: 'LEAVE' });
      expect(Reason).toContain(`WeChat answered ${code}`);
      expect(Reason).toContain('"version_name":"api-012"');
      expect(Reason).toMatch(/rid: [0-9a-f-]+/);
      expect(fault.hits).toBe(1);
      expect(aws.calls.filter({ operation: LIST })).toHaveLength(listings + 1);
    },
  );

  test('an unknown code about a version that is there is reported as it came', async () => {
    failing(DELETE, -501555);
    const reply = await stack.remove('api-012');
    expect(reply.Reason).toContain('WeChat answered -501555 (cloudbase error rid:');
    failing(DELETE, -501555);
    expect(await stack.remove('api-012', { OnRefusal: 'LEAVE' })).toMatchObject({ Status: 'SUCCESS' });
    expect(versions()).toContain('api-012');
  });

  test('an unknown code about a version that is gone meanwhile is a success', async () => {
    const late = aws.faults.inject({ operation: DELETE, trouble: { stall: 'until released' } });
    const first = stack.remove('api-012');
    await untilHit(late, first);
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

  describe('that the service is not there', () => {
    const removeLast = (more: object = {}) => {
      const properties = { ...stack.properties('v1'), ServerName: 'one', DeleteServerWithLastVersion: true, ...more };
      return stack.during('DELETE_IN_PROGRESS', () =>
        stack.delete(VERSION, 'Version', `${ENVIRONMENT}/one/v1@0a1b2c3d4e5f6071`, properties),
      );
    };
    beforeEach(() => aws.weChat.addVersions(ENVIRONMENT, 'one', [{ versionName: 'v1' }]));

    test('is a success, where the removal has deleted it and its answer was lost', async () => {
      aws.faults.inject({ operation: DELETE, trouble: { cut: 'after' } });
      expect(await removeLast()).toMatchObject({ Status: 'SUCCESS' });
      expect(aws.weChat.describe(ENVIRONMENT, 'one')).toBeUndefined();
    });

    test('is a success, where somebody has deleted it, on whatever page of services it was', async () => {
      aws.weChat.behavior.missingServiceListing = 'refused';
      for (let n = 0; n < 25; n++) aws.weChat.addVersions(ENVIRONMENT, `other-${n}`, [{ versionName: 'v1' }]);
      await removeLast();
      expect(await stack.callsOf(() => removeLast())).toEqual([LIST, 'getcslist', 'getcslist']);
      expect(await removeLast({ DeleteServerWithLastVersion: false })).toMatchObject({ Status: 'SUCCESS' });
    });

    test.each([
      ['the environment lists it', []],
      ['the environment cannot be listed', ['getcslist']],
    ])('is not proven where %s', async (_what, refused) => {
      failing(LIST, -501001, Infinity);
      for (const operation of refused) failing(operation, -501555, Infinity);
      expect((await removeLast()).Reason).toContain('the versions of its service cannot be listed');
      expect(aws.weChat.describe(ENVIRONMENT, 'one')).toHaveProperty('v1');
    });
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
    aws.weChat.behavior.numbers = 'text';
    expect(await stack.record('api-012')).toMatchObject({ Status: 'SUCCESS' });
    expect(await stack.remove('api-012')).toMatchObject({ Status: 'SUCCESS' });
    expect((await stack.remove('api-013')).Reason).toContain('it carries 100 %');
    failing(LIST, 85088);
    expect((await stack.record('api-011')).Reason).toContain('WeChat answered 85088');
  });

  test.each<[string, unknown, string]>([
    ['another code', { error_code: 40001, errmsg: 'no' }, '{"error_code":40001,"errmsg":"no"}'],
    ['a code and no text', { errcode: -501555, rid: 'r' }, '-501555 ({"errcode":-501555,"rid":"r"})'],
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

  test.each(['请稍后重试', 'a version is building'])('a refusal that says so is tried again: %s', async message => {
    aws.faults.inject({ operation: DELETE, times: 2, trouble: { error: weChatError(-501023, message) } });
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
  expect(fault.hits).toBeLessThan(120);
});
