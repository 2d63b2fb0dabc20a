import { CLOUDBASE_SERVICE_VERSION } from '../../contract/wechat';
import { awsService } from '../runtime/client';
import { type WeChatClients, weChatClients } from './clients';
import { CloudBaseServiceVersionHandler } from './cloudbase-service-version';

/** The handlers of the WeChat provider, by resource type. */
export const weChatHandlers = (clients: WeChatClients) => ({
  [CLOUDBASE_SERVICE_VERSION]: new CloudBaseServiceVersionHandler(clients),
});

// an event repeats its calls itself, until its deadline.
export const service = awsService((config, ended) => weChatHandlers(weChatClients(config, ended)));
