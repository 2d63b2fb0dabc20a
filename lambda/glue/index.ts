import { provider } from '../runtime/provider';

export const handler = provider({ load: () => import('./handlers.js') });
