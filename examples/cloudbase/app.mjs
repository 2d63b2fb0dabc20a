// @ts-check
// The versions of a service of WeChat CloudBase Run: the one that serves belongs to the stack, old ones are swept.
// `npx cdk deploy --app 'node examples/cloudbase/app.mjs' -c environmentId=... -c version=...`
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudBaseServiceVersion,
  CloudBaseVersionRetention,
  OnRefusal,
  SweepTrigger,
  WeChatAccessToken,
  WeChatArtifactProvider,
} from 'cdk-versioned-artifacts';

const app = new App();
const stack = new Stack(app, 'CloudBase', { description: 'Versions of a service of WeChat CloudBase Run' });
/** @type {(name: string, otherwise?: string) => string} */
const setting = (name, otherwise) => app.node.tryGetContext(name) ?? otherwise;

const environmentId = setting('environmentId', 'prod-6gxk23no5605e14f');
const versionName = setting('version', 'api-012');
const apiEndpoint = setting('apiEndpoint');

// the process that renews the platform's token writes it here each time.
const secret = Secret.fromSecretNameV2(stack, 'Token', setting('tokenSecret', 'wechat/component-access-token'));
const service = {
  environmentId,
  serverName: 'api',
  accessToken: WeChatAccessToken.fromSecret(secret),
  apiEndpoint,
};

new CloudBaseServiceVersion(stack, 'Api', {
  ...service,
  versionName,
  // the stack can be destroyed while the version is in use.
  onRefusal: OnRefusal.LEAVE,
});

new CloudBaseVersionRetention(stack, 'KeepApi', {
  ...service,
  rules: { keepLatest: 3, minAge: Duration.days(7), exclude: ['*-lts'] },
  triggers: [SweepTrigger.afterDeployment()],
});

// a replacement for WeChat accepts every address; WeChat only accepts those on the platform's allow-list.
if (!apiEndpoint) callFromFixedAddress();

function callFromFixedAddress() {
  const address = new ec2.CfnEIP(stack, 'Address');
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    maxAzs: 1,
    natGatewayProvider: ec2.NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] }),
  });
  WeChatArtifactProvider.of(stack, { vpc });
  new CfnOutput(stack, 'AddressToAllow', {
    value: address.attrPublicIp,
    description: "Add it to the platform's allow-list",
  });
}
