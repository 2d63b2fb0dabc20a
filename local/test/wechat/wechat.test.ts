import { LocalAws, ServiceError, weChatError } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';

const ENV = 'prod-6gxk23';
const SERVER = 'api';
const HOURS = 3_600_000;

let clock: SteppingClock;
let aws: LocalAws;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  aws.weChat.addVersions(ENV, SERVER, [{ versionName: 'api-001' }, { versionName: 'api-002', flowRatio: 100 }]);
});
afterEach(() => aws.stop());

interface Sent {
  readonly method?: string;
  readonly token?: string;
  readonly body?: string;
}

/** Sends a request as any client would. */
async function send(path: string, input: object, { method = 'POST', token = aws.weChat.accessToken, body }: Sent = {}) {
  const query = token === '' ? '' : `?access_token=${encodeURIComponent(token)}`;
  const response = await fetch(`${aws.weChat.endpoint}/${path}${query}`, {
    method,
    ...(method === 'POST' && { body: body ?? JSON.stringify(input) }),
  });
  const text = await response.text();
  const answer = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text };
  return { status: response.status, ...answer } as Record<string, unknown> & { errcode?: number };
}
const remove = (input: object = {}, sent?: Sent) =>
  send(
    'componenttcb/deletecloudbaserunserverversion',
    { env_id: ENV, server_name: SERVER, version_name: 'api-001', ...input },
    sent,
  );
const list = (input: object = {}, sent?: Sent) =>
  send('componenttcb/getcsversionlist', { env: ENV, service_name: SERVER, ...input }, sent);
const mint = (input: object = {}) => {
  const { appId, appSecret, verifyTicket } = aws.weChat.platform;
  const fields = { component_appid: appId, component_appsecret: appSecret, component_verify_ticket: verifyTicket };
  return send('cgi-bin/component/api_component_token', { ...fields, ...input }, { token: '' });
};
const versions = () => Object.keys(aws.weChat.describe(ENV, SERVER) ?? {});

test('a version is deleted with errcode 0 and the result succ', async () => {
  expect(await remove()).toEqual({ status: 200, errcode: 0, errmsg: 'ok', result: 'succ' });
  expect(versions()).toEqual(['api-002']);
});

describe('an error is HTTP 200 with a code and the id of the request', () => {
  test.each<[string, number, () => Promise<Record<string, unknown>>]>([
    ['a missing token', 41001, () => remove({}, { token: '' })],
    ['a token that never was', 40014, () => remove({}, { token: 'made-up' })],
    ['another method', 43002, () => remove({}, { method: 'GET' })],
    ['an empty body', 44002, () => remove({}, { body: '' })],
    ['a body that is no JSON', 47001, () => remove({}, { body: 'env_id=x' })],
    ['a missing parameter', 40101, () => remove({ version_name: undefined })],
    ['an empty parameter', 40101, () => remove({ server_name: '' })],
    ['a parameter of another type', 40097, () => remove({ version_name: 12 })],
    ['a flag of another type', 40097, () => remove({ is_delete_server: 'true' })],
    ['a negative offset', 40097, () => list({ offset: -1 })],
    ['an environment that has no cloud development', 85088, () => remove({ env_id: 'other' })],
    ['a version that does not exist', -501001, () => remove({ version_name: 'api-099' })],
  ])('%s: %d', async (_what, errcode, call) => {
    const answer = await call();
    expect(answer).toMatchObject({ status: 200, errcode });
    expect(answer.errmsg).toMatch(/ rid: [0-9a-f-]{36}$/);
    expect(versions()).toHaveLength(2);
  });

  test('an injected one comes as it is wanted', async () => {
    aws.faults.inject({ operation: 'getcsversionlist', trouble: { error: weChatError(-1000, 'busy', 500) } });
    expect(await list()).toMatchObject({ status: 500, errcode: -1000 });
  });

  test('one that is not of WeChat comes as a proxy would answer it', async () => {
    aws.faults.inject({
      operation: 'getcsversionlist',
      trouble: { error: new ServiceError('BadGateway', '<html>bad gateway</html>', 502) },
    });
    expect(await list()).toEqual({ status: 502, text: '<html>bad gateway</html>' });
  });
});

describe('the token', () => {
  test('lives two hours', async () => {
    await clock.sleep(2 * HOURS - 1);
    expect(await list()).toMatchObject({ errcode: 0 });
    await clock.sleep(1);
    expect(await list()).toMatchObject({ errcode: 42001 });
  });

  test('is void once there is a newer one, or lives on where a test says so', async () => {
    const [first] = [aws.weChat.accessToken, aws.weChat.rotateToken()];
    expect(await list({}, { token: first })).toMatchObject({ errcode: 40001 });
    aws.weChat.behavior.newTokenVoidsOld = false;
    const second = aws.weChat.accessToken;
    aws.weChat.rotateToken();
    expect(await list({}, { token: second })).toMatchObject({ errcode: 0 });
  });

  test('is made from app id, secret and ticket, in an answer without a code', async () => {
    expect(await mint()).toEqual({
      status: 200,
      component_access_token: aws.weChat.accessToken,
      expires_in: 7200,
    });
  });

  test.each<[string, number, object]>([
    ['another app', 61011, { component_appid: 'wx0' }],
    ['no secret', 41004, { component_appsecret: '' }],
    ['another secret', 40125, { component_appsecret: 'x' }],
    ['another ticket', 61006, { component_verify_ticket: 'x' }],
  ])('is not made from %s: %d', async (_what, errcode, input) => {
    expect(await mint(input)).toMatchObject({ errcode });
  });

  test('is not made from an old ticket, nor beyond the quota', async () => {
    aws.weChat.platform.ticketExpired = true;
    expect(await mint()).toMatchObject({ errcode: 61005 });
    aws.weChat.platform.ticketExpired = false;
    aws.weChat.platform.quota = 0;
    expect(await mint()).toMatchObject({ errcode: 45009 });
  });

  test('is not in the record of calls', async () => {
    await list();
    expect(JSON.stringify([...aws.calls])).not.toContain(aws.weChat.accessToken);
    expect(aws.calls.names({ service: 'api.weixin.qq.com' })).toEqual(['api.weixin.qq.com:getcsversionlist']);
  });
});

test('addresses that are not on the allow-list are refused by name', async () => {
  aws.weChat.allowedAddresses = ['203.0.113.7'];
  const answer = await list();
  expect(answer).toMatchObject({ errcode: 61004 });
  expect(answer.errmsg).toContain('requestIP: 127.0.0.1');
  for (const code of [40164, 45035] as const) {
    aws.weChat.behavior.addressCode = code;
    expect(await list()).toMatchObject({ errcode: code });
  }
  aws.weChat.allowedAddresses = ['203.0.113.7', '127.0.0.1'];
  expect(await list()).toMatchObject({ errcode: 0 });
});

describe('the listing', () => {
  test('has pages of twenty at most, the newest or the oldest first, with the total', async () => {
    const many = Array.from({ length: 45 }, (_, n) => ({ versionName: `v-${n}`, createdAt: new Date(n * 1000) }));
    aws.weChat.addVersions(ENV, 'many', many);
    const page = async (offset: number, limit = 50) => {
      const { items, total } = await list({ service_name: 'many', offset, limit });
      return { total, names: (items as { version_name: string }[]).map(({ version_name }) => version_name) };
    };
    expect(await page(0)).toMatchObject({ total: 45, names: { length: 20, 0: 'v-44' } });
    expect(await page(40)).toMatchObject({ names: ['v-4', 'v-3', 'v-2', 'v-1', 'v-0'] });
    expect(await page(60)).toMatchObject({ total: 45, names: [] });
    expect(await page(0, 1)).toMatchObject({ names: ['v-44'] });
    aws.weChat.behavior.listingOrder = 'oldest-first';
    expect(await page(0, 2)).toMatchObject({ names: ['v-0', 'v-1'] });
  });

  test('writes times as Beijing has them', async () => {
    aws.weChat.addVersions(ENV, 'one', [
      { versionName: 'v', createdAt: new Date('2020-12-08T12:56:10Z'), flowRatio: 7 },
    ]);
    const { items } = await list({ service_name: 'one' });
    expect(items).toMatchObject([{ created_time: '2020-12-08 20:56:10', flow_ratio: 7, status: 'normal' }]);
  });

  test.each([
    ['iso', '2020-12-08T12:56:10.000Z'],
    ['epoch', 1_607_432_170],
    ['absent', undefined],
  ] as const)('may write times otherwise: %s', async (times, written) => {
    aws.weChat.behavior.times = times;
    aws.weChat.addVersions(ENV, 'one', [{ versionName: 'v', createdAt: new Date('2020-12-08T12:56:10Z') }]);
    const { items } = await list({ service_name: 'one' });
    expect((items as { created_time?: unknown }[])[0].created_time).toBe(written);
  });

  test('and its codes may come as text', async () => {
    aws.weChat.behavior.numbers = 'text';
    const { errcode, total, items } = await list();
    expect([errcode, total, (items as { flow_ratio: unknown }[])[0].flow_ratio]).toEqual([
      '0',
      '2',
      expect.any(String),
    ]);
  });

  test('of a service that does not exist is refused or empty, as a test says', async () => {
    expect(await list({ service_name: 'gone' })).toMatchObject({ errcode: -501001 });
    aws.weChat.behavior.missingServiceListing = 'empty';
    expect(await list({ service_name: 'gone' })).toMatchObject({ errcode: 0, total: 0, items: [] });
  });

  test('may not be served any more', async () => {
    aws.weChat.behavior.listing = 'retired';
    expect(await list()).toMatchObject({ errcode: 48001 });
  });
});

describe('a deletion', () => {
  const all = { is_delete_server: true, is_delete_image: true };

  test('takes the service and its image with the last version alone', async () => {
    await remove(all);
    expect(versions()).toEqual(['api-002']);
    expect(aws.weChat.deletedImages).toEqual([]);
    await remove({ ...all, version_name: 'api-002' });
    expect(aws.weChat.describe(ENV, SERVER)).toBeUndefined();
    expect(aws.weChat.deletedImages).toEqual([`${ENV}/${SERVER}`]);
  });

  test('of the last version leaves an empty service without the flag', async () => {
    await remove({ is_delete_image: true });
    await remove({ version_name: 'api-002' });
    expect(aws.weChat.describe(ENV, SERVER)).toEqual({});
    expect(aws.weChat.deletedImages).toEqual([]);
  });

  test('of a version in transition is refused', async () => {
    aws.weChat.addVersions(ENV, SERVER, [{ versionName: 'api-003', status: 'building' }]);
    expect(await remove({ version_name: 'api-003' })).toMatchObject({ errcode: -501002 });
  });

  test('of a version with traffic is refused where a test says so', async () => {
    aws.weChat.behavior.trafficDeletion = 'refused';
    expect(await remove({ version_name: 'api-002' })).toMatchObject({ errcode: -501003 });
    aws.weChat.route(ENV, SERVER, { 'api-001': 100 });
    expect(await remove({ version_name: 'api-002' })).toMatchObject({ errcode: 0 });
  });
});

test('what is not there is no API', async () => {
  expect(await send('componenttcb/other', {})).toEqual({ status: 404, text: 'Not Found' });
});

test('the services of an environment are listed by page', async () => {
  for (let n = 0; n < 20; n++) aws.weChat.addVersions(ENV, `s-${n}`, [{ versionName: 'v' }]);
  const services = (offset: number, env = ENV) => send('componenttcb/getcslist', { env, offset });
  expect(await services(20)).toMatchObject({ errcode: 0, total: 21, cslist: [{ server_name: 's-19' }] });
  expect((await services(0)).cslist).toHaveLength(20);
  expect(await services(0, 'other')).toMatchObject({ errcode: 85088 });
  aws.weChat.behavior.listing = 'retired';
  expect(await services(0)).toMatchObject({ errcode: 48001 });
});
