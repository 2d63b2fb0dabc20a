import { CLOUDBASE_VERSION_RETENTION } from '../../contract/wechat';
import { provider } from '../runtime/provider';

export const handler = provider({
  shared: () => import('./clients.js'),
  artifacts: () => import('./handlers.js'),
  sweeps: { types: [CLOUDBASE_VERSION_RETENTION], load: () => import('./sweep-handlers.js') },
});
