import { IotSweepType } from '../../contract/iot';
import { provider } from '../runtime/provider';

export const handler = provider({
  shared: () => import('./clients.js'),
  artifacts: () => import('./handlers.js'),
  sweeps: { types: Object.values(IotSweepType), load: () => import('./sweep-handlers.js') },
});
