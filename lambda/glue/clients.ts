/** What artifacts and sweeps both need. */
export { GlueClient } from '@aws-sdk/client-glue';
export { clientConfig } from '../runtime/client';
