import { type Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudBaseServiceVersion,
  CloudBaseVersionRetention,
  type CloudBaseVersionRetentionProps,
  SweepTrigger,
  WeChatAccessToken,
} from 'cdk-versioned-artifacts';
import { type Fleet } from './fleet';
import { kept, removed, runs, startSweepFleet } from './sweep-fleet';

const SERVICE = { environmentId: 'prod-6gxk23', serverName: 'api' };
const SECRET = 'platform/component-access-token';
const DAY = 86_400_000;

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startSweepFleet('CloudBase');
  const ago = (days: number) => new Date(Date.now() - days * DAY);
  fleet.aws.weChat.addVersions(SERVICE.environmentId, SERVICE.serverName, [
    { versionName: 'api-001', createdAt: ago(50), flowRatio: 10 },
    { versionName: 'api-002', createdAt: ago(40) },
    { versionName: 'api-003', createdAt: ago(30) },
    { versionName: 'api-004', createdAt: ago(20), status: 'deploying' },
    { versionName: 'api-005', createdAt: ago(10) },
    { versionName: 'api-006', createdAt: ago(1), flowRatio: 90 },
  ]);
  await fleet.aws.call('secretsmanager', 'CreateSecret', { Name: SECRET, SecretString: fleet.aws.weChat.accessToken });
});
afterEach(() => fleet.stop());

const keep =
  (props: Partial<CloudBaseVersionRetentionProps> = {}, recorded?: string) =>
  (stack: Stack): CloudBaseVersionRetention => {
    const accessToken = WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', SECRET));
    const shared = { ...SERVICE, accessToken, apiEndpoint: fleet.aws.weChat.endpoint };
    if (recorded) new CloudBaseServiceVersion(stack, 'Api', { ...shared, versionName: recorded });
    return new CloudBaseVersionRetention(stack, 'KeepApi', { ...shared, rules: { keepLatest: 1 }, ...props });
  };
const deploy = async (declare: (stack: Stack) => unknown) => {
  const outcome = await fleet.deploy(stack => void declare(stack));
  await fleet.aws.settled();
  return outcome;
};
const versions = () => Object.keys(fleet.aws.weChat.describe(SERVICE.environmentId, SERVICE.serverName) ?? {}).sort();

test('after a deployment the old versions go, and each survivor stays for a reason', async () => {
  expect(await deploy(keep({}, 'api-003'))).toMatchObject({ status: 'CREATE_COMPLETE' });

  expect(removed(fleet)).toEqual(['api-002', 'api-005']);
  expect(kept(fleet)).toEqual({
    'api-001': 'TRAFFIC',
    'api-003': 'OWNED',
    'api-004': 'IN_TRANSITION',
    'api-006': 'AMONG_LATEST',
  });
  expect(runs(fleet)).toMatchObject([{ status: 'SUCCEEDED' }]);
  expect(fleet.log).not.toContain(fleet.aws.weChat.accessToken);
});

test('a stack that is deleted sweeps before it goes', async () => {
  await deploy(keep({ triggers: [SweepTrigger.onDestroy()] }));
  expect(versions()).toHaveLength(6);

  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  expect(versions()).toEqual(['api-001', 'api-004', 'api-006']);
});

test('an address that is not on the allow-list ends the run as failed, and says what to do', async () => {
  fleet.aws.weChat.allowedAddresses = ['203.0.113.7'];
  await deploy(keep());

  expect(versions()).toHaveLength(6);
  expect(runs(fleet)).toMatchObject([{ status: 'FAILED', error: 'SweepRefused' }]);
  expect(runs(fleet)[0].cause).toContain('is not on the platform');
});

test('a retention needs no permission that its role does not have', async () => {
  await deploy(keep({}, 'api-003'));
  expect(fleet.aws.calls.filter({ principal: 'role' }).filter(({ status }) => status === 403)).toEqual([]);
});
