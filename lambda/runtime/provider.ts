import { type ExecutionState } from '../../contract/sweep-execution';
import { systemClock } from './clock';
import { type InvocationContext, type Service, type Surroundings, handleEvent } from './handle-event';
import { handleSlice, isSliceRequest } from './handle-slice';
import { put } from './http';
import { jsonLog, standardOutput } from './log';

export interface ProviderOptions {
  /** Imports the handlers, dynamically: a module that cannot be loaded still leads to an answer. */
  load(): Promise<{ readonly service: Service }>;
}

/**
 * The Lambda function behind a family's custom resources, and the slices of its sweeps. Only Node's own modules are
 * loaded before it can answer.
 */
export function provider({ load }: ProviderOptions) {
  // begun while Lambda initialises; where it fails, every event says so.
  const loading = load();
  loading.catch(() => {});
  const world: Surroundings = {
    clock: systemClock,
    put,
    log: (stackName, fields) => jsonLog(standardOutput, stackName, fields),
    service: async () => (await loading).service,
  };
  return (event: unknown, context: InvocationContext): Promise<ExecutionState | void> =>
    isSliceRequest(event) ? handleSlice(event, context, world) : handleEvent(event, context, world);
}
