import { App, Duration, Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudBaseServiceVersion,
  CloudBaseVersionRetention,
  type CloudBaseVersionRetentionProps,
  SweepTrigger,
  WeChatAccessToken,
} from 'cdk-versioned-artifacts';
import { CLOUDBASE_SERVICE_VERSION, CLOUDBASE_VERSION_RETENTION as RETENTION } from '../../../contract/wechat';
import { newStack, only, resources } from '../app';
import { RULE, config } from '../sweep/stack';

const SERVICE = { environmentId: 'prod-6gxk23', serverName: 'api' };

const token = (stack: Stack) => WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', 'platform/token'));

function retention(stack: Stack, props: Partial<CloudBaseVersionRetentionProps> = {}): CloudBaseVersionRetention {
  const accessToken = props.accessToken ?? token(stack);
  return new CloudBaseVersionRetention(stack, 'KeepApi', {
    ...SERVICE,
    rules: { keepLatest: 3 },
    ...props,
    accessToken,
  });
}

test('a retention has its defaults, and runs after each deployment', () => {
  const stack = newStack();
  retention(stack);

  expect(config(stack)).toEqual({
    type: RETENTION,
    name: 'Stack/KeepApi',
    ...SERVICE,
    accessToken: { Current: { SecretId: expect.stringContaining(':secret:platform/token') } },
    rules: { keepLatest: 3, maxRemovals: 50 },
    requestsPerSecond: 8,
  });
  expect(only(stack, RULE).Properties.EventPattern.source).toEqual(['aws.cloudformation']);
  expect(resources(stack, RETENTION)).toEqual({});
});

test('a retention carries everything that is set', () => {
  const stack = newStack();
  retention(stack, {
    apiEndpoint: 'https://proxy.example/wechat',
    rules: { minAge: Duration.days(30), exclude: ['*-lts'], maxRemovals: 5, dryRun: true },
    requestsPerSecond: 2,
    triggers: [SweepTrigger.onSchedule(Schedule.rate(Duration.days(1)))],
  });

  expect(config(stack)).toMatchObject({
    apiEndpoint: 'https://proxy.example/wechat',
    rules: { minAgeSeconds: 2_592_000, exclude: ['*-lts'], maxRemovals: 5, dryRun: true },
    requestsPerSecond: 2,
  });
  expect(only(stack, RULE).Properties.ScheduleExpression).toBe('rate(1 day)');
});

test.each<[string, Partial<CloudBaseVersionRetentionProps>, string]>([
  ['that keeps nothing', { rules: {} }, 'a retention must keep something'],
  ['of an environment with a slash', { environmentId: 'a/b' }, 'the id of an environment must only contain'],
  ['of a service without a name', { serverName: '' }, 'the name of a service must have 1 to 128 characters, got 0'],
  ['over an endpoint without encryption', { apiEndpoint: 'http://proxy.example' }, 'must be an https URL'],
])('a retention %s is refused', (_what, props, problem) => {
  expect(() => retention(newStack(), props)).toThrow(problem);
});

test('a retention in the deployment knows the versions that the stack declares, and comes after them', () => {
  const stack = newStack();
  const accessToken = token(stack);
  retention(stack, { accessToken, triggers: [SweepTrigger.duringDeployment()] });
  const declare = (id: string, serverName: string, versionName: string) =>
    new CloudBaseServiceVersion(stack, id, { ...SERVICE, serverName, versionName, accessToken });
  declare('Api', 'api', 'api-012');
  declare('Web', 'web', 'web-001');

  const all = resources(stack, CLOUDBASE_SERVICE_VERSION);
  const api = Object.keys(all).find(id => all[id].Properties.VersionName === 'api-012');
  const sweep = only(stack, RETENTION);
  expect(sweep.Properties.DeclaredVersions).toEqual(['api-012']);
  expect(sweep.DependsOn).toContain(api);
});

test('the versions of another stack are not its own', () => {
  const app = new App();
  const [here, there] = ['Here', 'There'].map(id => new Stack(app, id));
  retention(here, { triggers: [SweepTrigger.duringDeployment()] });
  new CloudBaseServiceVersion(there, 'Api', { ...SERVICE, versionName: 'api-012', accessToken: token(there) });

  expect(only(here, RETENTION).Properties).not.toHaveProperty('DeclaredVersions');
});
