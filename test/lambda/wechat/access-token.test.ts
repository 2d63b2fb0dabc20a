import { type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type LocalAws, ServiceError, weChatError } from 'cdk-versioned-artifacts-local';
import { AccessToken, readToken } from '../../../lambda/wechat/access-token';
import { untilHit } from '../../../testing/until-hit';
import { aws, logged, stack } from './api';
import { DELETE, LIST, TOKEN_SECRET, shareToken } from './stack';

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
    ['null', 'has no text in its field component_access_token'],
    ['"text"', 'has no text in its field component_access_token'],
    ['{"component_access_token":7}', 'has no text in its field component_access_token'],
  ])('in %s is missed by name, and nothing of the secret is shown', async (content, reason) => {
    await shareToken(aws, content);
    const { Reason } = await stack.record('api-012', field);
    expect(Reason).toContain(`secret ${TOKEN_SECRET} ${reason}`);
    expect(Reason).not.toContain(content);
  });

  test('may stand between blanks, and must be there', async () => {
    await shareToken(aws, ` ${aws.weChat.accessToken}\n`);
    expect(await stack.record('api-012')).toMatchObject({ Status: 'SUCCESS' });
    await shareToken(aws, '\n');
    expect((await stack.record('api-012')).Reason).toContain(`secret ${TOKEN_SECRET} has no text: write the value`);
  });

  test.each([
    ['', 2],
    [', though the secret still holds the old one for some seconds', 6],
  ])('that the platform has rotated meanwhile is read again%s', async (_how, nth) => {
    aws.weChat.behavior.newTokenVoidsOld = true;
    await stack.record('api-012');
    const old = aws.weChat.accessToken;
    const current = aws.weChat.rotateToken();
    await shareToken(aws, old);
    const fault = aws.faults.inject({ operation: DELETE, trouble: { stall: 0 } });
    const read = aws.faults.inject({ operation: 'GetSecretValue', nth, trouble: { stall: 'until released' } });
    const removal = stack.remove('api-012');
    await untilHit(read, removal);
    await shareToken(aws, current);
    read.release();
    expect(await removal).toMatchObject({ Status: 'SUCCESS' });
    expect(fault.hits).toBe(1);
  });

  test('that has expired and was not renewed fails with what to do', async () => {
    aws.weChat.expireToken();
    expect((await stack.record('api-012')).Reason).toContain(
      'let the code that renews the token write each new token to the secret',
    );
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

    test('works where the one that the platform had still does', async () => {
      aws.weChat.behavior.newTokenVoidsOld = false;
      expect(await stack.record('api-012', minted())).toMatchObject({ Status: 'SUCCESS' });
      expect(await stack.record('api-012')).toMatchObject({ Status: 'SUCCESS' });
    });

    test('works, and voids the one that the platform had', async () => {
      aws.weChat.behavior.newTokenVoidsOld = true;
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

    test.each([
      ['neither a token nor a code', {}, 'neither a token nor a code: {}'],
      ['an empty token', { component_access_token: '', errcode: -1 }, 'WeChat answered -1'],
    ])('is missing from an answer with %s', async (_what, body, reason) => {
      const error = new ServiceError('Other', JSON.stringify(body), 200);
      aws.faults.inject({ operation: 'api_component_token', times: Infinity, trouble: { error } });
      expect((await stack.record('api-012', minted())).Reason).toContain(reason);
    });

    test('fails with another app', async () => {
      const { Reason } = await stack.record('api-012', minted({ ComponentAppId: 'wx0' }));
      expect(Reason).toContain('WeChat answered 61011');
    });
  });
});

describe('a token that was read', () => {
  let reads: number;
  const token = () =>
    new AccessToken(async () => {
      if (++reads === 1) throw new Error('throttled');
      return `token-${reads}`;
    });
  beforeEach(() => (reads = 0));

  test('is used again, and a read that has failed is not', async () => {
    const held = token();
    await expect(held.current()).rejects.toThrow('throttled');
    expect([await held.current(), await held.current()]).toEqual(['token-2', 'token-2']);
  });

  test('is read again if it is the old one, and only once', async () => {
    const held = token();
    await held.current().catch(() => undefined);
    await held.current();
    await Promise.all([held.renew('token-2'), held.renew('token-2')]);
    expect(await held.current()).toBe('token-3');
    await held.renew('token-2');
    expect(await held.current()).toBe('token-3');
  });

  test('comes from somewhere', async () => {
    const reading = readToken({}, {} as SecretsManagerClient, async () => ({}));
    await expect(reading).rejects.toThrow('property AccessToken must have Current or Minted, got neither');
  });
});
