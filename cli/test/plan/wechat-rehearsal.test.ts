import { type Post } from '../../../lambda/wechat/transport';
import { Journal } from '../../src/plan/journal';
import { WeChatRehearsal } from '../../src/plan/wechat-rehearsal';
import { LocalAccount } from '../account';

const LISTING = 'componenttcb/getcsversionlist';
const DELETION = 'componenttcb/deletecloudbaserunserverversion';

let world: LocalAccount;
let journal: Journal;
let post: Post;
beforeEach(async () => {
  world = await LocalAccount.start();
  const { weChat } = world.aws;
  for (const service of ['api', 'api-2']) {
    weChat.addVersions(
      'prod',
      service,
      [1, 2, 3].map(number => ({ versionName: `v${number}` })),
    );
  }
  journal = new Journal();
  post = new WeChatRehearsal(journal).transport(weChat.endpoint, new AbortController().signal);
});
afterEach(() => world.stop());

async function listed(service_name: string, token = world.aws.weChat.accessToken) {
  const answer = await post(LISTING, { env: 'prod', service_name, offset: 0, limit: 20 }, token);
  const names = (answer.items as { version_name: string }[] | undefined)?.map(item => item.version_name).sort();
  return { names, total: answer.total, errcode: answer.errcode };
}

const deletion = (server_name: string, version_name: string) => ({ env_id: 'prod', server_name, version_name });

test('what is deleted is no longer listed, and CloudBase still has it', async () => {
  const all = { names: ['v1', 'v2', 'v3'], total: 3, errcode: 0 };
  expect(await listed('api')).toEqual(all);
  const body = deletion('api', 'v2');
  expect(await post(DELETION, body, 'any')).toEqual({ errcode: 0, errmsg: 'ok', result: 'succ' });
  expect(journal.since(0)).toEqual([{ operation: 'DeleteServerVersion', input: body }]);
  expect(await listed('api')).toEqual({ names: ['v1', 'v3'], total: 2, errcode: 0 });
  expect(await listed('api-2')).toEqual(all);
  expect(Object.keys(world.aws.weChat.describe('prod', 'api')!).sort()).toEqual(all.names);
});

test('a listing that is refused is answered as it is', async () => {
  await post(DELETION, deletion('api', 'v2'), 'any');
  const { names, total, errcode } = await listed('api', 'wrong');
  expect([names, total]).toEqual([undefined, undefined]);
  expect(errcode).not.toBe(0);
});

test('no token is made', async () => {
  const calls = await world.callsOf(async () => {
    await expect(post('cgi-bin/component/api_component_token', {})).rejects.toThrow(
      /a plan makes no access token, which could void the one in use: have the app read the current one from a secret/,
    );
  });
  expect(calls).toEqual([]);
  expect(journal.length).toBe(0);
});
