// The calls that the removal of a CloudBase version costs, as the local WeChat API and AWS record them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { LocalAws, deployAssembly } from 'cdk-versioned-artifacts-local';
import {
  CloudBaseServiceVersion,
  CloudBaseVerification,
  CloudBaseVersionRetention,
  WeChatAccessToken,
} from 'cdk-versioned-artifacts';

const SERVICE = { environmentId: 'prod', serverName: 'api' };
const SWEPT = 100;
/** The one before the newest: what a deployment replaces. */
const PREVIOUS = `v-${SWEPT - 1}`;

/** What is removed, by the names of what it is seen as. */
const REMOVALS = [
  [
    'with its construct',
    (stack, shared) => new CloudBaseServiceVersion(stack, 'V', { ...shared, versionName: PREVIOUS }),
  ],
  [
    'with its construct, verification NONE',
    (stack, shared) =>
      new CloudBaseServiceVersion(stack, 'V', {
        ...shared,
        versionName: PREVIOUS,
        verification: CloudBaseVerification.NONE,
      }),
  ],
  [
    `by a retention, each of ${SWEPT}`,
    (stack, shared) =>
      new CloudBaseVersionRetention(stack, 'Keep', {
        ...shared,
        rules: { keepLatest: 1, maxRemovals: SWEPT },
        requestsPerSecond: 1000,
      }),
  ],
];

export const title = 'Calls for the removal of one CloudBase version';

export async function run() {
  const rows = [];
  for (const [removal, declare] of REMOVALS) rows.push({ removal, ...(await measure(declare)) });
  return rows;
}

/** A version is looked for directly before its removal; a retention lists besides, and some calls are repeated. */
export const goals = rows =>
  rows.map(({ removal, ...row }, at) => ({
    what: `${removal}: calls to WeChat`,
    now: row['calls to WeChat'],
    peer: 1,
    goal: [2, 1, 2.5][at],
  }));

async function measure(declare) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const aws = await LocalAws.start();
  try {
    const versions = Array.from({ length: SWEPT + 1 }, (_, n) => ({
      versionName: `v-${n}`,
      createdAt: new Date(Date.now() - (SWEPT - n) * 1000),
    }));
    aws.weChat.addVersions(SERVICE.environmentId, SERVICE.serverName, versions);
    await aws.call('secretsmanager', 'CreateSecret', { Name: 'token', SecretString: aws.weChat.accessToken });
    const app = new App({ outdir: folder, analyticsReporting: false });
    const stack = new Stack(app, 'Bench');
    const accessToken = WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', 'token'));
    declare(stack, { ...SERVICE, accessToken, apiEndpoint: aws.weChat.endpoint });
    await deployAssembly(aws, app.synth().directory, 'Bench');
    await aws.settled();
    if (removed(aws) === 0) {
      aws.calls.clear();
      await aws.cloudFormation.destroy('Bench');
    }
    const count = removed(aws);
    const per = filter => aws.calls.filter(filter).length / count;
    return {
      removed: count,
      'calls to WeChat': per({ service: 'api.weixin.qq.com' }),
      'reads of the token': per({ operation: 'GetSecretValue' }),
    };
  } finally {
    await aws.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const removed = aws => aws.calls.filter({ operation: 'deletecloudbaserunserverversion' }).length;
