/** A service under a retention: what imports this has a local AWS of its own in each test. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { LocalAws, type SeededCloudBaseVersion } from 'cdk-versioned-artifacts-local';
import { CLOUDBASE_VERSION_RETENTION, type CloudBaseVersionRetentionConfig } from '../../../../contract/wechat';
import { type StackResource } from '../../../../lambda/wechat/stack-resources';
import { weChatSweeps } from '../../../../lambda/wechat/sweeps';
import { postTo } from '../../../../lambda/wechat/transport';
import { SteppingClock } from '../../../../testing/clock';
import { SweepWorld } from '../../../../testing/sweep/sweep-world';
import { DELETE, ENVIRONMENT, SERVER, TOKEN_SECRET, shareToken } from '../stack';

export const DAY = 86_400_000;

export let clock: SteppingClock;
export let aws: LocalAws;
/** The resources of the stack, and how often they were read. */
export const stack: { resources: StackResource[]; readings: number } = { resources: [], readings: 0 };
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await shareToken(aws);
  Object.assign(stack, { resources: [], readings: 0 });
});
afterEach(() => aws.stop());

/** Versions api-001 to api-N, a day apart, the newest a day old. */
export const deploy = (count: number, special: Readonly<Record<string, Partial<SeededCloudBaseVersion>>> = {}) =>
  aws.weChat.addVersions(
    ENVIRONMENT,
    SERVER,
    Array.from({ length: count }, (_, n) => {
      const versionName = `api-${String(n + 1).padStart(3, '0')}`;
      return { versionName, createdAt: new Date(clock.now() - (count - n) * DAY), ...special[versionName] };
    }),
  );
export const left = () => Object.keys(aws.weChat.describe(ENVIRONMENT, SERVER) ?? {}).sort();
export const calls = () => aws.calls.filter({ service: 'api.weixin.qq.com' }).map(({ operation }) => operation);

export const removeByHand = (version_name: string) => {
  const fields = { env_id: ENVIRONMENT, server_name: SERVER, version_name, is_delete_server: false };
  return postTo(aws.weChat.endpoint, new AbortController().signal)(
    `componenttcb/${DELETE}`,
    fields,
    aws.weChat.accessToken,
  );
};

export function sweepOf(more: Partial<CloudBaseVersionRetentionConfig> = {}): SweepWorld {
  const config: CloudBaseVersionRetentionConfig = {
    type: CLOUDBASE_VERSION_RETENTION,
    name: 'prod/KeepApi',
    rules: { keepLatest: 2 },
    requestsPerSecond: 8,
    environmentId: ENVIRONMENT,
    serverName: SERVER,
    accessToken: { Current: { SecretId: TOKEN_SECRET } },
    apiEndpoint: aws.weChat.endpoint,
    ...more,
  };
  const kinds = () =>
    weChatSweeps({
      secrets: new SecretsManagerClient({
        endpoint: aws.endpoint,
        region: aws.region,
        credentials: { accessKeyId: 'AKIADEVELOPER', secretAccessKey: 'secret' },
        maxAttempts: 1,
      }),
      stackResources: async () => {
        stack.readings++;
        return stack.resources;
      },
      ended: new AbortController().signal,
    });
  return new SweepWorld(config.type, config, kinds, clock);
}
export const outcome = async (sweep: SweepWorld) => (await sweep.run()).state.outcome;

/** What the stack shows of a version that it has recorded. */
export const record = (name: string): StackResource => ({
  logicalId: name,
  physicalId: `${ENVIRONMENT}/${SERVER}/${name}@0a1b2c3d4e5f6071`,
});
