import { SFNClient } from '@aws-sdk/client-sfn';
import { type ClientConfig, awsService, clientConfig } from '../runtime/client';
import { type Handlers, type Service } from '../runtime/handle-event';
import { SweepHandler } from './custom-resource';
import { serveSlice } from './execution';
import { type Machines, StepFunctions } from './machine';
import { type SweepKinds } from './source';

/** Sweeps on AWS: as custom resources that CloudFormation waits for, and in slices of a state machine. */
export function sweepService(kinds: (config: ClientConfig, ended: AbortSignal) => SweepKinds): Service {
  // paces only see every throttle if the client does not retry by itself.
  const paced = (ended: AbortSignal) => kinds(clientConfig(ended), ended);
  const machines = (ended: AbortSignal) => new StepFunctions(new SFNClient(clientConfig(ended)));
  return {
    ...awsService((_, ended) => sweepHandlers(paced(ended), machines(ended))),
    slice: (request, scope) =>
      serveSlice(request, scope, { kinds: paced(scope.ended), machines: machines(scope.ended) }),
  };
}

/** The handlers of the custom resources of sweeps. */
export function sweepHandlers(kinds: SweepKinds, machines: Machines): Handlers {
  return Object.fromEntries(Object.keys(kinds).map(type => [type, new SweepHandler(kinds, machines)]));
}
