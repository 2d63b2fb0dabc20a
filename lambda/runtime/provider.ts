import { type ExecutionState } from '../../contract/sweep-execution';
import { systemClock } from './clock';
import { type InvocationContext, type Service, type Surroundings, handleEvent } from './handle-event';
import { handleSlice, isSliceRequest } from './handle-slice';
import { put } from './http';
import { jsonLog, standardOutput } from './log';

/** Imports handlers, dynamically: CloudFormation gets an answer even if a module cannot be loaded. */
type Load = () => Promise<{ readonly service: Service }>;

export interface ProviderOptions {
  /** What artifacts and sweeps both need: imported while Lambda initializes. */
  shared(): Promise<unknown>;
  /** The handlers of artifacts. */
  readonly artifacts: Load;
  /** The handlers of sweeps, and the resource types that they are for. */
  readonly sweeps: { readonly types: readonly string[]; readonly load: Load };
}

/**
 * The Lambda function that handles a family's custom resources, and the slices of its sweeps. Before it can answer, it
 * only loads Node's own modules; of artifacts and sweeps it only loads what an event needs.
 */
export function provider({ shared, artifacts, sweeps }: ProviderOptions) {
  // if it fails, so do the handlers, and every event reports that.
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
