import { CLOUDBASE_VERSION_RETENTION, type CloudBaseVersionRetentionConfig } from '../../contract/wechat';
import { UNREADABLE, beginMachines, isClean, sweepOperations } from './retention';
import { type Family, walk } from './walk';

const ENVIRONMENT = 'prod-6gxk23';
const SERVER = 'api';
const TOKEN_SECRET = 'platform/component-access-token';

const family: Family = {
  load: () => jest.requireActual('../../lambda/wechat/sweep-handlers'),
  begin: async aws => {
    const versions = ['api-011', 'api-012', 'api-013'].map((versionName, at) => ({
      versionName,
      createdAt: new Date(Date.UTC(2026, 0, at + 1)),
    }));
    const serving = { versionName: 'api-014', flowRatio: 100, createdAt: new Date(Date.UTC(2026, 0, 9)) };
    aws.weChat.addVersions(ENVIRONMENT, SERVER, [...versions, serving]);
    await aws.call('secretsmanager', 'CreateSecret', { Name: TOKEN_SECRET, SecretString: aws.weChat.accessToken });
    await beginMachines(aws);
  },
  snapshot: ({ weChat }) => Object.keys(weChat.describe(ENVIRONMENT, SERVER) ?? {}),
  isClean,
};

const retention = (keepLatest: number): CloudBaseVersionRetentionConfig & { readonly type: string } => ({
  type: CLOUDBASE_VERSION_RETENTION,
  name: 'latest',
  environmentId: ENVIRONMENT,
  serverName: SERVER,
  accessToken: { Current: { SecretId: TOKEN_SECRET } },
  apiEndpoint: 'http://127.0.0.1/wechat',
  rules: { keepLatest },
  requestsPerSecond: 8,
});

walk(family, CLOUDBASE_VERSION_RETENTION, sweepOperations(retention), [UNREADABLE]);
