import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CLOUDBASE_SERVICE_VERSION } from '../../contract/wechat/service-versions';
import { awsService } from '../runtime/aws';
import { CloudBaseServiceVersionHandler, WeChatClients } from './cloudbase-service-version';
import { stackResources } from './stack-resources';

/** The handlers of the WeChat provider, by resource type. */
export const weChatHandlers = (clients: WeChatClients) => ({
  [CLOUDBASE_SERVICE_VERSION]: new CloudBaseServiceVersionHandler(clients),
});

export const service = awsService((config, ended) =>
  weChatHandlers({
    secrets: new SecretsManagerClient(config),
    stackResources: stackResources(new CloudFormationClient(config)),
    ended,
  }),
);
