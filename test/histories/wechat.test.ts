import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type CloudBaseVersionDescription, type LocalAws } from 'cdk-versioned-artifacts-local';
import fc from 'fast-check';
import {
  CLOUDBASE_SERVICE_VERSION,
  CLOUDBASE_VERSION_RETENTION,
  type CloudBaseVersionRetentionConfig,
} from '../../contract/wechat';
import { type ClientConfig, awsService } from '../../lambda/runtime/client';
import { sweepService } from '../../lambda/sweep/service';
import { weChatHandlers } from '../../lambda/wechat/handlers';
import { stackResources } from '../../lambda/wechat/stack-resources';
import { weChatSweeps } from '../../lambda/wechat/sweeps';
import { HISTORIES_TIMEOUT, type Plot, type Swept, playHistories } from './history';

const ENVIRONMENT = 'prod-6gxk23';
const SERVER = 'api';
const TOKEN_SECRET = 'platform/component-access-token';
const TRAFFIC = 'api-009';

const TOKEN = { Current: { SecretId: TOKEN_SECRET } };

/** Pipelines build versions in the order of their names. */
const built = (versionName: string) => ({
  versionName,
  createdAt: new Date(Date.UTC(2025, 0, Number(versionName.split('-')[1]))),
});

type Release = readonly { readonly logicalId: string; readonly version: string }[];
type Held = Readonly<Record<string, CloudBaseVersionDescription>>;

/** What each stack had recorded when its last deployment succeeded. */
const held = new Map<string, readonly string[]>();
const without = (before: Held, gone: readonly string[]): Held =>
  Object.fromEntries(Object.entries(before).filter(([name]) => !gone.includes(name)));

const retention = (keep: number, aws: LocalAws): CloudBaseVersionRetentionConfig & { type: string } => ({
  type: CLOUDBASE_VERSION_RETENTION,
  name: `keep ${keep}`,
  environmentId: ENVIRONMENT,
  serverName: SERVER,
  accessToken: TOKEN,
  apiEndpoint: aws.weChat.endpoint,
  rules: { keepLatest: keep },
  requestsPerSecond: 1_000,
});

/** Which versions a retention may remove, from what is there with no deployment under way. */
function removable(versions: Held, keep: number, recorded: readonly string[] = []): string[] {
  const stays = [...Object.keys(versions).sort().slice(-keep), TRAFFIC, ...recorded];
  return Object.keys(versions).filter(name => !stays.includes(name));
}

/** What other stacks have recorded a retention does not know. */
function unswept(after: Held, before: Held, { keep, stackId = '', succeeded, own, alone }: Swept): Held {
  const gone = Object.keys(before).filter(name => !(name in after));
  if (alone) expect(gone.sort()).toEqual(removable(before, keep).sort());
  const recorded = held.get(stackId) ?? [];
  const letGo = succeeded ? recorded : [];
  const swept = gone.filter(name => !letGo.includes(name));
  const may = removable(before, keep, own ? recorded : []);
  if (succeeded) may.push(...removable({ ...before, ...after }, keep));
  expect(may).toEqual(expect.arrayContaining(swept));
  return { ...after, ...Object.fromEntries(swept.map(name => [name, before[name]])) };
}

const plot: Plot<Release, Held> = {
  family: {
    service: 'api.weixin.qq.com',
    operations: ['getcsversionlist', 'deletecloudbaserunserverversion'],
    servicesFor: credentials => {
      const clients = (config: ClientConfig, ended: AbortSignal) => ({
        secrets: new SecretsManagerClient({ ...config, credentials }),
        stackResources: stackResources(new CloudFormationClient({ ...config, credentials })),
        ended,
      });
      return {
        artifacts: awsService((config, ended) => weChatHandlers(clients(config, ended))),
        sweeps: sweepService((config, ended) => weChatSweeps(clients(config, ended))),
      };
    },
    sweep: retention,
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
    ({ aws }) => aws.weChat.addVersions(ENVIRONMENT, SERVER, ['api-001', 'api-002'].map(built)),
    ({ aws }) => aws.weChat.addVersions(ENVIRONMENT, SERVER, ['api-003', 'api-099'].map(built)),
  ],
  begin: async ({ aws }) => {
    held.clear();
    aws.weChat.addVersions(ENVIRONMENT, SERVER, [
      ...['api-001', 'api-002', 'api-003', 'api-004', 'api-005'].map(built),
      { ...built(TRAFFIC), flowRatio: 100 },
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
            AccessToken: TOKEN,
            ApiEndpoint: aws.weChat.endpoint,
            OnRefusal: stack === 0 ? undefined : 'LEAVE',
          },
        },
      ]),
    ),
  snapshot: ({ aws }) => structuredClone(aws.weChat.describe(ENVIRONMENT, SERVER) ?? {}),
  unswept,

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
