import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type CloudBaseVersionDescription } from 'cdk-versioned-artifacts-local';
import fc from 'fast-check';
import { CLOUDBASE_SERVICE_VERSION } from '../../contract/wechat';
import { awsService } from '../../lambda/runtime/client';
import { weChatHandlers } from '../../lambda/wechat/handlers';
import { stackResources } from '../../lambda/wechat/stack-resources';
import { HISTORIES_TIMEOUT, type Plot, playHistories } from './history';

const ENVIRONMENT = 'prod-6gxk23';
const SERVER = 'api';
const TOKEN_SECRET = 'platform/component-access-token';
const TRAFFIC = 'api-009';

type Release = readonly { readonly logicalId: string; readonly version: string }[];
type Held = Readonly<Record<string, CloudBaseVersionDescription>>;

const plot: Plot<Release, Held> = {
  family: {
    service: 'api.weixin.qq.com',
    operations: ['getcsversionlist', 'deletecloudbaserunserverversion'],
    serviceFor: credentials =>
      awsService((config, ended) =>
        weChatHandlers({
          secrets: new SecretsManagerClient({ ...config, credentials }),
          stackResources: stackResources(new CloudFormationClient({ ...config, credentials })),
          ended,
        }),
      ),
  },
  release: fc
    .uniqueArray(
      fc.record({
        logicalId: fc.constantFrom('Va', 'Vb', 'Vc'),
        version: fc.constantFrom('api-001', 'api-002', 'api-003', 'api-099'),
      }),
      { maxLength: 3, selector: each => each.version },
    )
    .map(all => [...new Map(all.map(each => [each.logicalId, each])).values()]),
  hands: [
    ({ aws }) => aws.weChat.addVersions(ENVIRONMENT, SERVER, [{ versionName: 'api-001' }, { versionName: 'api-002' }]),
    ({ aws }) => aws.weChat.addVersions(ENVIRONMENT, SERVER, [{ versionName: 'api-003' }, { versionName: 'api-099' }]),
  ],
  begin: async ({ aws }) => {
    aws.weChat.addVersions(ENVIRONMENT, SERVER, [
      { versionName: 'api-001' },
      { versionName: 'api-002' },
      { versionName: 'api-003' },
      { versionName: TRAFFIC, flowRatio: 100 },
    ]);
    await aws.call('secretsmanager', 'CreateSecret', { Name: TOKEN_SECRET, SecretString: aws.weChat.accessToken });
  },
  resources: (release, _stack, { aws }) =>
    Object.fromEntries(
      release.map(({ logicalId, version }) => [
        logicalId,
        {
          type: CLOUDBASE_SERVICE_VERSION,
          properties: {
            EnvironmentId: ENVIRONMENT,
            ServerName: SERVER,
            VersionName: version,
            AccessToken: { Current: { SecretId: TOKEN_SECRET } },
            ApiEndpoint: aws.weChat.endpoint,
            OnRefusal: 'LEAVE',
          },
        },
      ]),
    ),
  snapshot: ({ aws }) => structuredClone(aws.weChat.describe(ENVIRONMENT, SERVER) ?? {}),

  deployed(release, _stackId, after) {
    for (const { version } of release) expect(after).toHaveProperty([version]);
    expect(after).toHaveProperty([TRAFFIC]);
  },

  rolledBack(after, before) {
    expect(after).toEqual(before);
  },

  destroyed(_stackId, after) {
    expect(after).toHaveProperty([TRAFFIC]);
  },
};

test(
  'CloudBase versions: whatever is released, broken off, held up, killed, delivered again or done by hand',
  () => playHistories(plot),
  HISTORIES_TIMEOUT,
);
