import { GlueSweepType } from '../../contract/glue';
import { provider } from '../runtime/provider';

export const handler = provider({
  shared: () => import('./clients.js'),
  artifacts: () => import('./handlers.js'),
  sweeps: { types: Object.values(GlueSweepType), load: () => import('./sweep-handlers.js') },
});
