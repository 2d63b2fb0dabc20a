export { Calls, type CallFilter, type CallRecord } from './calls';
export { Faults, throttling, type Fault, type InjectedFault, type Trouble } from './faults';
export { Iam, type ManagedPolicy, type Role } from './iam/iam';
export type { UnusedGrant } from './iam/usage';
export { Iot, type IotBehaviour, type PackageDescription, type VersionDescription } from './iot';
export { LocalAws, type LocalAwsOptions } from './local-aws';
export { Responses, type ExpectedResponse } from './responses';
export { ServiceError, type LocalClock, type Principal } from './service';
export type { Throttle } from './throttles';
