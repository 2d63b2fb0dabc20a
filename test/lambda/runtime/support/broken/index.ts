import { provider } from '../../../../../lambda/runtime/provider';

export const handler = provider({ load: () => import('./handlers.js') });
