import { codeOf, messageOf, pageOf, servicePageOf } from '../../../lambda/wechat/answer';
import { NoAnswer } from '../../../lambda/wechat/errors';
import { type WeChatAnswer } from '../../../lambda/wechat/transport';

const TOKEN = 't0ken';

test.each<[unknown, number | undefined]>([
  [40001, 40001],
  ['40001', 40001],
  ['-1', -1],
  ['1e3', undefined],
  ['', undefined],
  [null, undefined],
])('the code %p is read as %p', (errcode, code) => expect(codeOf({ errcode })).toBe(code));

test.each<[string, WeChatAnswer, string]>([
  ['what WeChat says', { errcode: 1, errmsg: `no ${TOKEN}` }, 'no [redacted]'],
  ['the answer, if WeChat says nothing', { errcode: 1, errmsg: '' }, '{"errcode":1,"errmsg":""}'],
  ['the answer, if WeChat says no text', { errmsg: 7, by: TOKEN }, '{"errmsg":7,"by":"[redacted]"}'],
])('the message of a code is %s, without the token', (_what, answer, message) =>
  expect(messageOf(answer, TOKEN)).toBe(message),
);

test.each<[string, WeChatAnswer, string]>([
  ['no total', { items: [] }, 'listed versions without items and total: {"items":[]}'],
  ['a total of nothing', { items: [], total: ' ' }, 'listed versions without items and total'],
  ['no list for what there is', { items: null, total: 1 }, 'listed versions without items and total'],
  ['no list and no versions', { total: 0 }, 'listed versions without items and total'],
  ['a version without a name', { items: [{ v: TOKEN }], total: 1 }, 'a version without a version_name: {"v":"[redact'],
  ['nothing for a version', { items: [null], total: 1 }, 'listed a version without a version_name: {}'],
])('a listing with %s is no answer', (_what, answer, message) => {
  expect(() => pageOf(answer, TOKEN)).toThrow(NoAnswer);
  expect(() => pageOf(answer, TOKEN)).toThrow(message);
});

test('a listing of services is read by the same rules', () => {
  expect(servicePageOf({ cslist: [{ server_name: 'api' }], total: '3' }, TOKEN)).toEqual({
    serverNames: ['api'],
    total: 3,
  });
  expect(() => servicePageOf({ total: 1 }, TOKEN)).toThrow('listed services without cslist and total');
  expect(() => servicePageOf({ cslist: [{}], total: 1 }, TOKEN)).toThrow('listed a service without a server_name');
});

test('a version has nothing of what is of another kind than it should be', () => {
  const named = (more: object) => ({ version_name: 'v1', ...more });
  const items = [
    named({ status: 'normal', flow_ratio: '0', created_time: 1_700_000_000 }),
    named({ status: 1, flow_ratio: true, created_time: { seconds: 1 } }),
  ];
  expect(pageOf({ items, total: 2 }, TOKEN).versions).toEqual([
    { versionName: 'v1', status: 'normal', flowRatio: 0, createdTime: '1700000000' },
    { versionName: 'v1' },
  ]);
});
