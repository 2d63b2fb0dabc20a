import { type ExecutionState } from '../../contract/sweep-execution';
import { systemClock } from './clock';
import { type InvocationContext, type Service, type Surroundings, handleEvent } from './handle-event';
import { handleSlice, isSliceRequest } from './handle-slice';
import { put } from './http';
import { jsonLog, standardOutput } from './log';

/** Imports handlers, dynamically: a module that cannot be loaded still leads to an answer. */
type Load = () => Promise<{ readonly service: Service }>;

export interface ProviderOptions {
  /** What artifacts and sweeps both need: imported while Lambda initialises. */
  shared(): Promise<unknown>;
  /** The handlers of artifacts. */
  readonly artifacts: Load;
  /** Those of sweeps, and which resource types they are for. */
  readonly sweeps: { readonly types: readonly string[]; readonly load: Load };
}

/**
 * The Lambda function behind a family's custom resources, and the slices of its sweeps. Only Node's own modules are
 * loaded before it can answer, and of artifacts and sweeps only what an event is about.
 */
export function provider({ shared, artifacts, sweeps }: ProviderOptions) {
  // where it fails, so do the handlers, and every event says so.
  shared().catch(() => {});
  const world: Surroundings = {
    clock: systemClock,
    put,
    log: (stackName, fields) => jsonLog(standardOutput, stackName, fields),
    service: async type => {
      const load = type === undefined || sweeps.types.includes(type) ? sweeps.load : artifacts;
      return (await load()).service;
    },
    sweepTypes: sweeps.types,
  };
  return (event: unknown, context: InvocationContext): Promise<ExecutionState | void> =>
    isSliceRequest(event) ? handleSlice(event, context, world) : handleEvent(event, context, world);
}
