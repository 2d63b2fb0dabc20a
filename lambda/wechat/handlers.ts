import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CLOUDBASE_SERVICE_VERSION } from '../../contract/wechat';
import { type ClientConfig, awsService } from '../runtime/client';
import { withSweeps } from '../sweep/service';
import { type WeChatClients } from './clients';
import { CloudBaseServiceVersionHandler } from './cloudbase-service-version';
import { stackResources } from './stack-resources';
import { weChatSweeps } from './sweeps';

/** The handlers of the WeChat provider, by resource type. */
export const weChatHandlers = (clients: WeChatClients) => ({
  [CLOUDBASE_SERVICE_VERSION]: new CloudBaseServiceVersionHandler(clients),
});

export const service = withSweeps(
  awsService((config, ended) => weChatHandlers(clients(config, ended))),
  (config, ended) => weChatSweeps(clients(config, ended)),
);

const clients = (config: ClientConfig, ended: AbortSignal): WeChatClients => ({
  secrets: new SecretsManagerClient(config),
  stackResources: stackResources(new CloudFormationClient(config)),
  ended,
});
