import { provider } from '../../../../../lambda/runtime/provider';

const load = () => import('./handlers.js');

export const handler = provider({ shared: load, artifacts: load, sweeps: { types: [], load } });
