// The story of a WeChat service: the version in use belongs to a stack, and old versions are swept after its
// deployment.
import { requireSame, requireSuccess } from '../report.mjs';
import { busy, say, table } from '../screen.mjs';
import { recordsOf, runCli } from '../stage.mjs';

const APP = 'examples/cloudbase/app.mjs';
const STACK = 'CloudBase';
const ENVIRONMENT = 'prod-6gxk23no5605e14f';
const SERVER = 'api';
const DAY_MS = 24 * 60 * 60 * 1000;

/** The service in the state that its pipeline has left: each version, its age in days and its share of the traffic. */
const VERSIONS = [
  ['api-005-lts', 200, 0],
  ['api-006', 90, 0],
  ['api-007', 80, 5],
  ['api-008', 70, 0],
  ['api-009', 60, 0],
  ['api-010', 50, 0],
  ['api-011', 3, 0],
  ['api-012', 1, 95],
];
const REMOVED = ['api-006', 'api-008', 'api-009'];
const KEPT = {
  'api-005-lts': 'EXCLUDED',
  'api-007': 'TRAFFIC',
  'api-010': 'AMONG_LATEST',
  'api-011': 'TOO_YOUNG',
  'api-012': 'TOO_YOUNG',
};
const REASONS = {
  AMONG_LATEST: 'it is among the three latest',
  EXCLUDED: 'a rule excludes it',
  TOO_YOUNG: 'it is younger than seven days',
  TRAFFIC: 'it still carries traffic',
};

export const cloudBaseSteps = stage => [
  {
    title: 'A service of WeChat CloudBase Run: its version belongs to the stack, and old ones go after the deployment',
    play: () => play(stage),
  },
];

async function play(stage) {
  const { aws } = stage;
  await seed(aws);
  const context = { environmentId: ENVIRONMENT, version: 'api-012', apiEndpoint: aws.weChat.endpoint };
  const settings = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  requireSuccess(await runCli(stage, { app: APP, stack: STACK, command: ['deploy', ...settings] }));
  const done = busy(() => 'the retention removes old versions');
  await aws.settled().finally(done);

  const { removed, kept, counts } = recordsOf(aws, `${STACK}/KeepApi`);
  const held = aws.weChat.describe(ENVIRONMENT, SERVER) ?? {};
  say(`    removed: ${removed.join(', ')}`);
  table(
    ['version', 'traffic', 'stays because', 'record'],
    Object.entries(held).map(([name, { flowRatio }]) => [
      name,
      flowRatio ? `${flowRatio} %` : '',
      REASONS[kept[name]] ?? 'nobody knows',
      kept[name] ?? 'none',
    ]),
  );
  requireSame('the versions that were removed', [...removed].sort(), REMOVED);
  requireSame('the versions that are left', Object.keys(held).sort(), Object.keys(KEPT).sort());
  requireSame('the reasons of the retention', kept, KEPT);
  requireSame('its removals that failed', counts.failed, 0);
}

/** Creates the secret with the platform's token, and the versions of the service. */
async function seed(aws) {
  const now = Date.now();
  const versions = VERSIONS.map(([versionName, days, flowRatio]) => ({
    versionName,
    flowRatio,
    createdAt: new Date(now - days * DAY_MS),
  }));
  aws.weChat.addVersions(ENVIRONMENT, SERVER, versions);
  const secret = { Name: 'wechat/component-access-token', SecretString: aws.weChat.accessToken };
  await aws.call('secretsmanager', 'CreateSecret', secret);
}
