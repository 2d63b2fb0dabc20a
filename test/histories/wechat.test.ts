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

/** What each stack had recorded when its last deployment succeeded. */
const held = new Map<string, readonly string[]>();
const without = (before: Held, gone: readonly string[]): Held =>
  Object.fromEntries(Object.entries(before).filter(([name]) => !gone.includes(name)));

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
    held.clear();
    aws.weChat.addVersions(ENVIRONMENT, SERVER, [
      { versionName: 'api-001' },
      { versionName: 'api-002' },
      { versionName: 'api-003' },
      { versionName: TRAFFIC, flowRatio: 100 },
    ]);
    await aws.call('secretsmanager', 'CreateSecret', { Name: TOKEN_SECRET, SecretString: aws.weChat.accessToken });
  },
  resources: (release, stack, { aws }) =>
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
            OnRefusal: stack === 0 ? undefined : 'LEAVE',
          },
        },
      ]),
    ),
  snapshot: ({ aws }) => structuredClone(aws.weChat.describe(ENVIRONMENT, SERVER) ?? {}),

  // exactly what the stack has let go is gone, and only what it had for good.
  deployed(release, stackId, after, before) {
    const versions = release.map(({ version }) => version);
    const former = held.get(stackId) ?? [];
    expect(after).toEqual(
      without(
        before,
        former.filter(version => !versions.includes(version)),
      ),
    );
    expect(Object.keys(after)).toEqual(expect.arrayContaining([...versions, TRAFFIC]));
    held.set(stackId, versions);
  },

  rolledBack(after, before) {
    expect(after).toEqual(before);
  },

  destroyed(stackId, after, before) {
    const gone = Object.keys(before).filter(name => !(name in after));
    expect(held.get(stackId) ?? []).toEqual(expect.arrayContaining(gone));
    expect(after).toHaveProperty([TRAFFIC]);
  },
};

test(
  'CloudBase versions: whatever is released, broken off, held up, killed, delivered again or done by hand',
  () => playHistories(plot),
  HISTORIES_TIMEOUT,
);
