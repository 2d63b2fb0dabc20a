import { ClientConfig } from './client-config';
import { systemClock } from './clock';
import { Handlers, InvocationContext, handleEvent } from './handle-event';
import { put } from './http';
import { jsonLog, standardOutput } from './log';

export interface ProviderOptions {
  /** Imports the handlers, dynamically: a module that cannot be loaded still leads to an answer. */
  load(): Promise<HandlerModule>;
}

export interface HandlerModule {
  /** Makes the handlers for one event, with AWS clients of this configuration. */
  handlers(config: ClientConfig): Handlers;
}

/** The Lambda function behind a family's custom resources. Only Node's own modules are loaded before it can answer. */
export function provider({ load }: ProviderOptions) {
  // begun while Lambda initialises, where time is free; each event then learns of a failure.
  const loading = Promise.all([load(), import('./client-config.js')]);
  loading.catch(() => {});
  return (event: unknown, context: InvocationContext): Promise<void> =>
    handleEvent(event, context, {
      clock: systemClock,
      put,
      log: (stackName, fields) => jsonLog(standardOutput, stackName, fields),
      handlers: async ended => {
        const [{ handlers }, { clientConfig }] = await loading;
        return handlers(clientConfig(ended));
      },
      describeStack: async (stackId, ended) => {
        const [, { clientConfig }] = await loading;
        const { describeStack } = await import('./describe-stack.js');
        return describeStack(clientConfig(ended), stackId);
      },
    });
}
