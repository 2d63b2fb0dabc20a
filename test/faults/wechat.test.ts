import { CLOUDBASE_SERVICE_VERSION as TYPE } from '../../contract/wechat';
import { operationsOf } from './operations';
import { type Family, walk } from './walk';

const ENVIRONMENT = 'prod-6gxk23';
const SERVER = 'api';
const TOKEN_SECRET = 'platform/component-access-token';

const family: Family = {
  load: () => jest.requireActual('../../lambda/wechat/handlers'),
  begin: async aws => {
    const versions = ['api-011', 'api-012', 'api-013'].map(versionName => ({ versionName }));
    aws.weChat.addVersions(ENVIRONMENT, SERVER, [...versions, { versionName: 'api-014', flowRatio: 100 }]);
    await aws.call('secretsmanager', 'CreateSecret', { Name: TOKEN_SECRET, SecretString: aws.weChat.accessToken });
  },
  snapshot: ({ weChat }) => weChat.describe(ENVIRONMENT, SERVER),
};

const version = (VersionName: string, more: object = {}) => ({
  EnvironmentId: ENVIRONMENT,
  ServerName: SERVER,
  VersionName,
  AccessToken: { Current: { SecretId: TOKEN_SECRET } },
  ApiEndpoint: 'http://127.0.0.1/wechat',
  ...more,
});

walk(
  family,
  TYPE,
  operationsOf({
    type: TYPE,
    first: version('api-011'),
    changed: version('api-011', { OnRefusal: 'LEAVE' }),
    replaced: version('api-012'),
  }),
);
