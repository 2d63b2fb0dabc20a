// @ts-check
// The version of a CloudBase service that something else has deployed. The context says which: environmentId, serverName,
// versionName, tokenSecret (a secret with the platform's token), and apiEndpoint for anything but WeChat itself. The
// function's address must be on the platform's allow-list.
import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudBaseServiceVersion,
  CloudBaseVersionRetention,
  SweepTrigger,
  WeChatAccessToken,
} from 'cdk-versioned-artifacts';
import { newApp } from './app.mjs';

const app = newApp();
const stack = new Stack(app, 'IntegWeChat');
/** @type {(name: string, otherwise: string) => string} */
const setting = (name, otherwise) => app.node.tryGetContext(name) ?? otherwise;

const secret = Secret.fromSecretNameV2(stack, 'Token', setting('tokenSecret', 'wechat/component-access-token'));
const service = {
  environmentId: setting('environmentId', 'prod-6gxk23'),
  serverName: setting('serverName', 'api'),
  accessToken: WeChatAccessToken.fromSecret(secret),
  apiEndpoint: app.node.tryGetContext('apiEndpoint'),
};
const versionName = setting('versionName', 'api-012');
const version = new CloudBaseServiceVersion(stack, 'Api', { ...service, versionName });
// the test is torn down, the version serves on.
version.applyRemovalPolicy(RemovalPolicy.RETAIN);
new CloudBaseVersionRetention(stack, 'KeepApi', {
  ...service,
  rules: { keepLatest: 3, dryRun: true },
  triggers: [SweepTrigger.duringDeployment()],
});

const { assertions } = new IntegTest(app, 'WeChat', { testCases: [stack] });
const resource = /** @type {import('aws-cdk-lib').CfnResource} */ (version.node.defaultChild);
assertions
  .awsApiCall('CloudFormation', 'describeStackResource', {
    StackName: stack.stackId,
    LogicalResourceId: stack.resolve(stack.getLogicalId(resource)),
  })
  .expect(ExpectedResult.objectLike({ StackResourceDetail: { ResourceStatus: 'CREATE_COMPLETE' } }));
