/** What artifacts and sweeps both need. */
export { IoTClient } from '@aws-sdk/client-iot';
export { clientConfig } from '../runtime/client';
