import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type ClientConfig } from '../runtime/client';
import { type StackResources, stackResources } from './stack-resources';
import { type postTo } from './transport';

/** What the handlers and sweeps work with. */
export interface WeChatClients {
  readonly secrets: SecretsManagerClient;
  readonly stackResources: StackResources;
  /** How requests get to WeChat. Absent: over HTTP. */
  readonly transport?: typeof postTo;
  /** Aborts when the event has been answered, or the slice has returned. */
  readonly ended: AbortSignal;
}

export const weChatClients = (config: ClientConfig, ended: AbortSignal): WeChatClients => ({
  secrets: new SecretsManagerClient(config),
  stackResources: stackResources(new CloudFormationClient(config)),
  ended,
});
