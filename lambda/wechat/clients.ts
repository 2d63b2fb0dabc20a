import { type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type StackResources } from './stack-resources';

/** What the handlers and sweeps work with. */
export interface WeChatClients {
  readonly secrets: SecretsManagerClient;
  readonly stackResources: StackResources;
  /** Aborts when the event has been answered, or the slice has returned. */
  readonly ended: AbortSignal;
}
