/** What overlaps, comes late or comes twice, and what a Delete means: a version goes only where it is the stack's for good. */
import { weChatError } from 'cdk-versioned-artifacts-local';
import { CLOUDBASE_SERVICE_VERSION as VERSION } from '../../../contract/wechat';
import { untilHit } from '../../../testing/until-hit';
import { aws, stack } from './api';
import { DELETE, ENVIRONMENT, LIST, SERVER } from './stack';

const versions = () => Object.keys(aws.weChat.describe(ENVIRONMENT, SERVER) ?? {}).sort();
const again = (versionName = 'api-012') => aws.weChat.addVersions(ENVIRONMENT, SERVER, [{ versionName }]);
const succeed = () => {
  stack.status = 'UPDATE_COMPLETE';
  stack.status = 'UPDATE_IN_PROGRESS';
};

/** As `remove` deletes it. */
const REMOVED = `${ENVIRONMENT}/${SERVER}/api-012@0a1b2c3d4e5f6071`;
const idOf = (versionName: string, id: string) => id.replace(/api-\d+/, versionName);

/** Something happens each time when CloudFormation is asked whether an event is over. */
function whenAsked(happens: () => unknown): void {
  const { history } = stack;
  const ask = history.describeResource.bind(history);
  history.describeResource = async (...about) => {
    await happens();
    return ask(...about);
  };
}

async function deleteByHand(server_name: string, version_name: string): Promise<void> {
  const { endpoint, accessToken } = aws.weChat;
  const fields = { env_id: ENVIRONMENT, server_name, version_name, is_delete_server: false, is_delete_image: false };
  await fetch(`${endpoint}/componenttcb/${DELETE}?access_token=${accessToken}`, {
    method: 'POST',
    body: JSON.stringify(fields),
  });
}

const UNANSWERED = 'CloudFormation was not answered';

/** Something happens when WeChat is asked, before it answers. */
async function meanwhile(operation: string, happens: () => unknown, work: () => Promise<unknown>): Promise<void> {
  const held = aws.faults.inject({ operation, trouble: { stall: 'until released' } });
  const done = work();
  await untilHit(held, done);
  await happens();
  held.release();
  await done;
}

describe('K1 in flight', () => {
  test('a Delete whose operation is over when the listing has come removes nothing and answers nobody', async () => {
    await meanwhile(
      LIST,
      () => stack.history.resource('Version', 'DELETE_FAILED', REMOVED),
      () => expect(stack.remove('api-012')).rejects.toThrow(UNANSWERED),
    );
    expect(versions()).toContain('api-012');
  });

  test.each([
    ['WeChat stays busy', () => aws.faults.inject({ operation: DELETE, trouble: { error: weChatError(-1) } })],
    ['an answer is lost', () => aws.faults.inject({ operation: DELETE, trouble: { cut: 'before' } })],
    ['the token is renewed', () => aws.faults.inject({ operation: DELETE, trouble: { error: weChatError(42001) } })],
  ])('a Delete asks again after a wait, where %s', async (_what, inject) => {
    const fault = inject();
    whenAsked(() => {
      if (fault.hits > 0) stack.history.resource('Version', 'DELETE_COMPLETE', REMOVED);
    });
    await expect(stack.remove('api-012')).rejects.toThrow(UNANSWERED);
    expect(versions()).toContain('api-012');
  });

  test('so does one that can list nothing', async () => {
    const fault = aws.faults.inject({ operation: DELETE, trouble: { cut: 'before' } });
    whenAsked(() => {
      if (fault.hits > 0) stack.history.resource('Version', 'DELETE_COMPLETE', REMOVED);
    });
    await expect(stack.remove('api-012', { Verification: 'NONE' })).rejects.toThrow(UNANSWERED);
    expect(versions()).toContain('api-012');
  });

  test.each([-1, 45011])('traffic that has moved while %d was waited for keeps the version', async code => {
    const fault = aws.faults.inject({ operation: DELETE, trouble: { error: weChatError(code) } });
    whenAsked(() => aws.weChat.route(ENVIRONMENT, SERVER, { 'api-012': 100 }));
    expect((await stack.remove('api-012')).Reason).toContain('it carries 100 % of the traffic');
    expect(fault.hits).toBe(1);
    expect(versions()).toContain('api-012');
  });

  test.each([LIST, DELETE])(
    'a Delete that hangs in %s until its stack has been rolled back is not repeated',
    async operation => {
      const fault = aws.faults.inject({ operation, trouble: { error: weChatError(-1) } });
      whenAsked(() => {
        if (fault.hits === 0) return;
        stack.history.resource('Version', 'DELETE_FAILED', REMOVED);
        stack.history.enter('UPDATE_ROLLBACK_COMPLETE');
      });
      await expect(stack.remove('api-012')).rejects.toThrow(UNANSWERED);
      expect(fault.hits).toBe(1);
      expect(versions()).toContain('api-012');
    },
  );

  test('a Create that hangs until its stack has been rolled back removes nothing, and neither does its Delete', async () => {
    const before = versions();
    const { history } = stack;
    await meanwhile(
      LIST,
      async () => {
        history.resource('Version', 'CREATE_FAILED', 'made-up');
        history.enter('ROLLBACK_IN_PROGRESS');
        expect((await stack.delete(VERSION, 'Version', 'made-up', stack.properties('api-012'))).Status).toBe('SUCCESS');
        history.resource('Version', 'DELETE_COMPLETE', 'made-up');
        history.enter('ROLLBACK_COMPLETE');
        await stack.later();
      },
      // whatever it says, nobody hears it.
      () => stack.attempt(VERSION, 'Version', stack.properties('api-012')),
    );
    expect(versions()).toEqual(before);
  });

  describe('while a token is waited for', () => {
    const WITH_SERVER = { DeleteServerWithLastVersion: 'true', DeleteImageWithServer: 'true' };
    const removeA = (more: object = {}) =>
      stack.during('DELETE_IN_PROGRESS', () =>
        stack.delete(VERSION, 'Version', `${ENVIRONMENT}/pair/a@0a1b2c3d4e5f6071`, {
          ...stack.properties('a'),
          ServerName: 'pair',
          ...more,
        }),
      );
    const add = (...names: string[]) =>
      aws.weChat.addVersions(
        ENVIRONMENT,
        'pair',
        names.map(versionName => ({ versionName })),
      );
    /** Happens before the first request of the stack, whose token is then refused. */
    const beforeTheNextToken = (happens: () => unknown, nth = 1) => {
      aws.faults.inject({ operation: DELETE, nth, trouble: { error: weChatError(42001) } });
      let asked = 0;
      whenAsked(async () => {
        if (++asked === 1) await happens();
      });
    };

    test('what has become the last version is refused', async () => {
      add('a', 'b');
      beforeTheNextToken(() => deleteByHand('pair', 'b'), 2);
      expect((await removeA()).Reason).toContain('it is the last version');
    });

    test('what has become the last version takes its service with it, if the template says so', async () => {
      add('a', 'b');
      beforeTheNextToken(() => deleteByHand('pair', 'b'), 2);
      expect(await removeA(WITH_SERVER)).toMatchObject({ Status: 'SUCCESS' });
      expect(aws.weChat.describe(ENVIRONMENT, 'pair')).toBeUndefined();
      expect(aws.calls.filter({ operation: DELETE }).at(-1)?.input).toMatchObject({ is_delete_server: true });
    });

    test('what is no longer the last version leaves the service', async () => {
      add('a');
      beforeTheNextToken(() => add('b'));
      expect(await removeA(WITH_SERVER)).toMatchObject({ Status: 'SUCCESS' });
      expect(Object.keys(aws.weChat.describe(ENVIRONMENT, 'pair') ?? {})).toEqual(['b']);
      expect(aws.calls.filter({ operation: DELETE }).at(-1)?.input).toMatchObject({ is_delete_server: false });
    });

    test('what is gone is not asked for again', async () => {
      add('a', 'b', 'c');
      beforeTheNextToken(() => deleteByHand('pair', 'a'), 2);
      expect(await removeA()).toMatchObject({ Status: 'SUCCESS' });
      // the one by hand, and the one whose token was refused.
      expect(aws.calls.filter({ operation: DELETE })).toHaveLength(2);
    });
  });
});

describe('K2 stale', () => {
  test('an old Delete of a version that was taken out and put in again removes nothing', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-012');
    succeed();
    await stack.change(id, 'api-011');
    await stack.delete(VERSION, 'Version', id, stack.properties('api-012'));
    const stale = stack.sent.at(-1)!;
    expect(versions()).not.toContain('api-012');

    again();
    await stack.change(idOf('api-011', id), 'api-012');
    succeed();
    await stack.later();
    expect(await stack.deliver(stale)).toBeUndefined();
    expect(versions()).toContain('api-012');
  });

  test('an old Delete of a construct that went removes nothing that was made again', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-012');
    succeed();
    await stack.delete(VERSION, 'Version', id, stack.properties('api-012'));
    const stale = stack.sent.at(-1)!;
    again();
    await stack.later();
    expect(await stack.deliver(stale)).toBeUndefined();
    expect(versions()).toContain('api-012');
  });
});

describe('K4 what a Delete means', () => {
  test('what a creation that failed had recorded stays under OnFailure DELETE, and no call is made', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-012');
    stack.history.enter('CREATE_FAILED');
    const calls = await stack.callsOf(() =>
      stack.during('DELETE_IN_PROGRESS', () => stack.delete(VERSION, 'Version', id, stack.properties('api-012'))),
    );
    expect(calls).toEqual([]);
    expect(versions()).toContain('api-012');
  });

  test('what a failed deployment without a rollback had recorded stays in the clean-up of the next one', async () => {
    succeed();
    const { PhysicalResourceId: id } = await stack.record('api-012');
    stack.history.enter('UPDATE_FAILED');
    stack.history.enter('UPDATE_IN_PROGRESS');
    await stack.change(id, 'api-011');
    const reply = await stack.during('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', () =>
      stack.delete(VERSION, 'Version', id, stack.properties('api-012')),
    );
    expect(reply).toMatchObject({ Status: 'SUCCESS' });
    expect(versions()).toContain('api-012');
  });

  test('what is recorded again by a failed deployment stays, though an earlier one had it', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-012');
    succeed();
    await stack.change(id, 'api-011');
    succeed();
    await stack.change(idOf('api-011', id), 'api-012');
    stack.history.enter('UPDATE_FAILED');
    await stack.during('DELETE_IN_PROGRESS', () => stack.delete(VERSION, 'Version', id, stack.properties('api-012')));
    expect(versions()).toContain('api-012');
    await stack.during('DELETE_IN_PROGRESS', () =>
      stack.delete(VERSION, 'Version', idOf('api-011', id), stack.properties('api-011')),
    );
    expect(versions()).not.toContain('api-011');
  });

  test('what a rollback has come back to goes with the stack', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-012');
    succeed();
    await stack.change(id, 'api-011');
    await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () => stack.change(idOf('api-011', id), 'api-012'));
    stack.history.enter('UPDATE_ROLLBACK_COMPLETE');
    await stack.during('DELETE_IN_PROGRESS', () => stack.delete(VERSION, 'Version', id, stack.properties('api-012')));
    expect(versions()).toEqual(['api-011', 'api-013']);
  });
});

describe('K7 a rollback that cannot fail', () => {
  test.each(['api-012', 'api-013'])('the Delete of %s, refused or not, asks WeChat nothing', async name => {
    aws.faults.inject({ service: 'api.weixin.qq.com', times: Infinity, trouble: { error: weChatError(61004) } });
    expect(await stack.remove(name, {}, 'ROLLBACK_IN_PROGRESS')).toMatchObject({ Status: 'SUCCESS' });
    const { PhysicalResourceId: id } = await stack.record(name, { Verification: 'NONE' });
    stack.history.enter('CREATE_FAILED');
    await stack.during('DELETE_IN_PROGRESS', async () =>
      expect(await stack.delete(VERSION, 'Version', id, stack.properties(name))).toMatchObject({ Status: 'SUCCESS' }),
    );
    expect(versions()).toContain(name);
  });

  test('an Update of a rollback succeeds where somebody has deleted the version by hand', async () => {
    const { PhysicalResourceId: id } = await stack.record('api-012');
    const reply = await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () => stack.change(id, 'api-099'));
    expect(reply).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: idOf('api-099', id) });
  });
});
