import fc from 'fast-check';
import { type Reaction, adviceOn, isOfLimit, passes, reactionTo } from '../../../lambda/wechat/codes';
import { WeChatError } from '../../../lambda/wechat/errors';

test.each<[number, Reaction, RegExp | undefined]>([
  [0, 'done', undefined],
  [-1, 'retry', /try again later/],
  [-1000, 'retry', /try again later/],
  [40001, 'renew-token', /write each new token to the secret/],
  [40014, 'renew-token', /write each new token to the secret/],
  [42001, 'renew-token', /write each new token to the secret/],
  [41001, 'fail', /please report it/],
  [43002, 'fail', /please report it/],
  [44002, 'fail', /please report it/],
  [40097, 'fail', /check the names/],
  [40101, 'fail', /check the names/],
  [47001, 'fail', /check the names/],
  [85088, 'fail', /cloud development is not enabled/],
  [61004, 'fail', /allow-list/],
  [48001, 'fail', /not authorized/],
  [45009, 'fail', /quota/],
  [40125, 'fail', /app secret/],
  [41004, 'fail', /app secret/],
  [61005, 'fail', /twelve hours/],
  [61006, 'fail', /last one that WeChat has pushed/],
  [61011, 'fail', /third-party platform/],
])('%d leads to %s', (code, reaction, advice) => {
  expect(reactionTo(code)).toBe(reaction);
  if (advice) expect(adviceOn(code, '')).toMatch(advice);
  else expect(adviceOn(code, '')).toBeUndefined();
});

test('of the other codes those of CloudBase are refusals, and those of WeChat’s ranges fail', () => {
  const known = [
    0, -1, -1000, 40001, 40014, 42001, 41001, 43002, 44002, 40097, 40101, 47001, 85088, 61004, 48001, 45009, 40125,
    41004, 61005, 61006, 61011, 45011, 40164, 45035, 61007, 48004,
  ];
  const other = fc.integer().filter(code => !known.includes(code));
  fc.assert(
    fc.property(other, code => {
      const expected = code <= -100_000 ? 'refused' : 'fail';
      return reactionTo(code) === expected && adviceOn(code, 'any') === undefined;
    }),
  );
});

test.each<[number, Reaction]>([
  [-100_000, 'refused'],
  [-99_999, 'fail'],
])('six digits are CloudBase’s: %d leads to %s', (code, reaction) => {
  expect(reactionTo(code)).toBe(reaction);
});

test.each([
  ['access clientip is not registered requestIP: 203.0.113.7 rid: 65f0-1', '203.0.113.7'],
  ['access clientip is not registered, hint: [2001:db8::7f3a]', '2001:db8::7f3a'],
])('the address that is not allow-listed is named: %s', (message, address) => {
  expect(adviceOn(61004, message)).toContain(`the function's address ${address} is not on`);
});

test('where the message has no address, none is made up', () => {
  expect(adviceOn(61004, 'access clientip is not registered rid: 65f0a1')).toContain(
    "the function's address is not on",
  );
});

test('a limit by the minute passes', () => {
  expect(reactionTo(45011)).toBe('retry');
  expect([45011, -1, 45009].map(isOfLimit)).toEqual([true, false, false]);
});

test.each([48001, 48004, 61007])('%d: the platform is not authorized', code => {
  expect(reactionTo(code)).toBe('fail');
  expect(adviceOn(code, 'any')).toContain('not authorized');
});

test.each([61004, 40164, 45035])('%d: the address is not allow-listed', code => {
  expect(reactionTo(code)).toBe('fail');
  expect(adviceOn(code, 'invalid ip 203.0.113.9, not in whitelist')).toContain('203.0.113.9');
});

test.each<[string, boolean]>([
  ['version is building rid: 1', true],
  ['operation in progress, please retry later', true],
  ['版本正在被使用，请稍后重试', true],
  ['版本构建中', true],
  ['version not exist rid: 1', false],
  ['cloudbase error rid: 1', false],
  ['版本不存在', false],
])('%s passes: %p', (message, expected) => {
  expect(passes(message)).toBe(expected);
});

test.each<[string, number, string, Partial<WeChatError>]>([
  ['without a result is a refusal', 0, 'ok', { reaction: 'refused', isTransient: false, isThrottled: false }],
  ['that a refusal says will pass is tried again', -501023, '构建中', { reaction: 'refused', isTransient: true }],
  ['of WeChat’s ranges is not tried again, whatever it says', 48001, 'try again later', { isTransient: false }],
  ['that WeChat is busy is tried again', -1, 'busy', { isTransient: true, isThrottled: false }],
  ['of the limit of a minute is a throttle', 45011, 'limit', { isTransient: true, isThrottled: true }],
])('a code %s', (_what, code, message, expected) =>
  expect(new WeChatError('a request', code, message)).toMatchObject(expected),
);

test('an error has advice only if there is one', () => {
  expect(new WeChatError('list', -501001, 'no').message).toBe('WeChat answered -501001 (no) to list');
  expect(new WeChatError('list', 45009, 'no').message).toMatch(/^WeChat answered 45009 \(no\) to list: the daily/);
});
