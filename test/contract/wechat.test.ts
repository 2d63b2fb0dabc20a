import { type Infer, problems } from '../../contract/shape';
import { ApiEndpointShape, ServiceVersionShape } from '../../contract/wechat';

type Version = Partial<Infer<typeof ServiceVersionShape>>;
const names = { EnvironmentId: 'prod-1', ServerName: 'api', VersionName: 'api-012' };
const AccessToken = { Current: { SecretId: 'token' } };
const of = (more: Version) => problems(ServiceVersionShape, { ...names, AccessToken, ...more });

test.each<Version>([
  { VersionName: 'x'.repeat(128) },
  { ServerName: '服务.1' },
  { DeleteServerWithLastVersion: true, DeleteImageWithServer: true },
  { DeleteServerWithLastVersion: true },
  { DeleteImageWithServer: false },
])('a version %j follows the rules', more => {
  expect(of(more)).toEqual([]);
});

test.each<[Version, RegExp]>([
  [{ VersionName: 'x'.repeat(129) }, /the name of a service version must have 1 to 128 characters, got 129/],
  [{ EnvironmentId: '' }, /the id of an environment must have 1 to 128 characters/],
  [{ ServerName: 'a b' }, /the name of a service must only contain/],
  [{ ServerName: 'a/b' }, /the name of a service must only contain/],
  [{ ServerName: 'a@b' }, /the name of a service must only contain/],
  [
    {
      AccessToken: { Minted: { ComponentAppId: 'a b', AppSecret: { SecretId: 's' }, VerifyTicket: { SecretId: 't' } } },
    },
    /the app id of a third-party platform must only contain/,
  ],
  [{ DeleteImageWithServer: true }, /set deleteServerWithLastVersion, too/],
])('a version %j is refused', (more, problem) => {
  expect(of(more)).toEqual([expect.stringMatching(problem)]);
});

test.each([
  'https://api.weixin.qq.com',
  'https://proxy.example.com:8443/wechat',
  'http://localhost:8080',
  'http://127.0.0.1',
  'http://127.10.20.30:80',
  'http://[::1]:8080',
])('the API can be at %s', url => {
  expect(problems(ApiEndpointShape, url)).toEqual([]);
});

test.each([
  ['api.weixin.qq.com', /must be a URL such as https:\/\/api.weixin.qq.com, got "api.weixin.qq.com"/],
  ['http://api.weixin.qq.com', /must be an https URL/],
  ['http://localhost.example.com', /must be an https URL/],
  ['http://my-localhost', /must be an https URL/],
  ['http://x127.0.0.1.example.com', /must be an https URL/],
  ['ftp://127.0.0.1', /must be an https URL/],
  ['https://a.example.com?x=1', /without credentials, query and fragment/],
  ['https://a.example.com#x', /without credentials, query and fragment/],
  ['https://me@a.example.com', /without credentials, query and fragment/],
  ['https://:secret@a.example.com', /without credentials, query and fragment/],
])('the API cannot be at %s', (url, problem) => {
  expect(problems(ApiEndpointShape, url)).toEqual([expect.stringMatching(problem)]);
});

test('a handler reads what CloudFormation sends', () => {
  const secret = { SecretId: 's', JsonField: 'f' };
  const sent = {
    ...names,
    AccessToken: { Current: secret, Minted: { ComponentAppId: 'wx1', AppSecret: secret, VerifyTicket: secret } },
    ApiEndpoint: 'https://a.example.com',
    OnRefusal: 'LEAVE',
    Verification: 'NONE',
    Salt: '1',
  };
  const flags = { DeleteServerWithLastVersion: 'true', DeleteImageWithServer: 'false' };
  expect(ServiceVersionShape.decode({ ...sent, ...flags }, '')).toEqual({
    ...sent,
    DeleteServerWithLastVersion: true,
    DeleteImageWithServer: false,
  });
});
