import { CLOUDBASE_VERSION_RETENTION } from '../../../contract/wechat';
import { type SweepKinds } from '../../sweep/source';
import { type WeChatClients } from '../clients';
import { CloudBaseVersionRetention } from './cloudbase-version-retention';

/** The sweeps of the WeChat provider, by their type. */
export const weChatSweeps = (clients: WeChatClients): SweepKinds => ({
  [CLOUDBASE_VERSION_RETENTION]: new CloudBaseVersionRetention(clients),
});
