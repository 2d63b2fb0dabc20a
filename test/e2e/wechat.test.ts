import { type Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudBaseServiceVersion,
  type CloudBaseServiceVersionProps,
  OnRefusal,
  WeChatAccessToken,
} from 'cdk-versioned-artifacts';
import { Fleet } from './fleet';

const ENVIRONMENT = 'prod-6gxk23';
const SERVER = 'api';
const SECRET = 'platform/component-access-token';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.start('CloudBase');
  fleet.aws.weChat.addVersions(ENVIRONMENT, SERVER, [
    { versionName: 'api-011' },
    { versionName: 'api-012' },
    { versionName: 'api-013', flowRatio: 100 },
  ]);
  await fleet.aws.call('secretsmanager', 'CreateSecret', { Name: SECRET, SecretString: fleet.aws.weChat.accessToken });
});
afterEach(() => fleet.stop());

const release =
  (versionName: string, props: Partial<CloudBaseServiceVersionProps> = {}, id = 'Api') =>
  (stack: Stack) => {
    const secret = Secret.fromSecretNameV2(stack, `${id}Token`, SECRET);
    new CloudBaseServiceVersion(stack, id, {
      environmentId: ENVIRONMENT,
      serverName: SERVER,
      versionName,
      accessToken: WeChatAccessToken.fromSecret(secret),
      apiEndpoint: fleet.aws.weChat.endpoint,
      ...props,
    });
  };
const versions = () => Object.keys(fleet.aws.weChat.describe(ENVIRONMENT, SERVER) ?? {});

test('a version is recorded, replaced when its successor serves, and goes with the stack', async () => {
  expect(await fleet.deploy(release('api-011'))).toMatchObject({ status: 'CREATE_COMPLETE' });
  expect(versions()).toEqual(['api-011', 'api-012', 'api-013']);

  expect(await fleet.deploy(release('api-012'))).toMatchObject({ status: 'UPDATE_COMPLETE' });
  expect(versions()).toEqual(['api-012', 'api-013']);

  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  expect(versions()).toEqual(['api-013']);
  expect(fleet.log).not.toContain(fleet.aws.weChat.accessToken);
});

test('a first deployment that fails removes nothing', async () => {
  expect(await fleet.deploy(release('api-012'), { fails: true })).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
  expect(versions()).toContain('api-012');
});

test('a replacement that fails removes neither the old nor the new version', async () => {
  await fleet.deploy(release('api-011'));
  expect(await fleet.deploy(release('api-012'), { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
  expect(versions()).toEqual(['api-011', 'api-012', 'api-013']);

  await fleet.destroy();
  expect(versions()).toEqual(['api-012', 'api-013']);
});

test('a version that does not exist fails the deployment, and its roll-back touches nothing', async () => {
  const outcome = await fleet.deploy(release('api-099'));
  expect(outcome.status).toBe('ROLLBACK_COMPLETE');
  expect(outcome.failures.join()).toContain('version api-099 of service api does not exist in prod-6gxk23');
  expect(versions()).toHaveLength(3);
});

test('a construct that is renamed keeps its version', async () => {
  await fleet.deploy(release('api-012'));
  expect(await fleet.deploy(release('api-012', {}, 'Renamed'))).toMatchObject({ status: 'UPDATE_COMPLETE' });
  expect(versions()).toContain('api-012');
  expect(fleet.log).toContain('another resource of the stack has the version');

  await fleet.destroy();
  expect(versions()).not.toContain('api-012');
});

test('a version that carries traffic stays, and is told of, when a living stack turns to another', async () => {
  await fleet.deploy(release('api-013'));
  expect(await fleet.deploy(release('api-012'))).toMatchObject({ status: 'UPDATE_COMPLETE' });
  expect(versions()).toContain('api-013');
  expect(fleet.log).toContain('it carries 100 % of the traffic of its service');
});

test('a stack cannot be deleted while its version serves, unless the refusal is to be left', async () => {
  await fleet.deploy(release('api-013'));
  const outcome = await fleet.destroy();
  expect(outcome.status).toBe('DELETE_FAILED');
  expect(outcome.failures.join()).toContain('it carries 100 % of the traffic of its service');
});

test('a stack whose refusals are left is deleted while its version serves', async () => {
  await fleet.deploy(release('api-013', { onRefusal: OnRefusal.LEAVE }));
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  expect(versions()).toContain('api-013');
});

describe('with a stack that may take the service with them', () => {
  beforeEach(() =>
    fleet.deploy(stack => {
      const flags = { deleteServerWithLastVersion: true, deleteImageWithServer: true };
      release('api-011', flags, 'A')(stack);
      release('api-012', flags, 'B')(stack);
      release('api-013', flags, 'C')(stack);
    }),
  );
  const expectServiceGoes = async () => {
    expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(fleet.aws.weChat.describe(ENVIRONMENT, SERVER)).toBeUndefined();
    expect(fleet.aws.weChat.deletedImages).toEqual(['prod-6gxk23/api']);
  };

  test('all versions of a service go', async () => {
    fleet.aws.weChat.behaviour.trafficDeletion = 'allowed';
    await expectServiceGoes();
  });

  test('all go where WeChat takes no version from its traffic, once the version that goes last has it', async () => {
    fleet.aws.weChat.behaviour.trafficDeletion = 'refused';
    const outcome = await fleet.destroy();
    expect(outcome.status).toBe('DELETE_FAILED');
    expect(outcome.failures.join()).toContain('version has flow');
    expect(versions()).toEqual(['api-011', 'api-012', 'api-013']);
    fleet.aws.weChat.addVersions(ENVIRONMENT, SERVER, [
      { versionName: 'api-011', flowRatio: 100 },
      { versionName: 'api-013', flowRatio: 0 },
    ]);
    await expectServiceGoes();
  });
});

test.each(['before', 'after'] as const)('a function that is killed %s a removal is run again', async kill => {
  await fleet.deploy(release('api-012'));
  const operation = 'deletecloudbaserunserverversion';
  const fault = fleet.aws.faults.inject({ operation, trouble: { kill } });
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  expect(fault.hits).toBe(1);
  expect(versions()).toEqual(['api-011', 'api-013']);
});

test('a whole life needs every permission of the role, and no other', async () => {
  await fleet.deploy(release('api-011'));
  const [{ Arn }] = [...fleet.aws.iam.roles.values()];
  await fleet.deploy(release('api-012'));
  await fleet.destroy();
  const calls = fleet.aws.calls.filter({ principal: Arn as `arn:${string}` });
  expect(calls.filter(({ status }) => status === 403)).toEqual([]);
  expect(fleet.aws.iam.unusedStatements(Arn)).toEqual([]);
});
