export { deployAssembly, publishAssets } from './assembly';
export { Calls, type CallFilter, type CallRecord } from './core/calls';
export type { WantedFailure } from './services/cloudformation/failures';
export { CloudFormation, type DeployInput, type StackOutcome } from './services/cloudformation/service';
export type { ResourceState, Stack, StackEvent } from './services/cloudformation/stack';
export { Events, type Delivery, type Rule, type Target } from './services/events/service';
export { Faults, throttling, type Fault, type InjectedFault, type Trouble } from './core/faults';
export {
  Glue,
  concurrentModification,
  type GlueBehaviour,
  type SchemaDescription,
  type SchemaVersionDescription,
  type SeededVersion,
} from './services/glue/service';
export { Iam, type ManagedPolicy, type Role } from './services/iam/service';
export type { UnusedGrant } from './services/iam/usage';
export {
  Iot,
  type Devices,
  type ExecutionDescription,
  type IotBehaviour,
  type JobDescription,
  type PackageDescription,
  type VersionDescription,
} from './services/iot/service';
export type { AsynchronousEvent, DuplicateOptions, EventSelector } from './services/lambda/asynchronous';
export type { Inspect } from './services/lambda/inspection';
export type { HostOptions, HostedContext, HostedHandler } from './services/lambda/hosted';
export { LocalAws, type LocalAwsOptions } from './local-aws';
export type { Readings } from './core/readings';
export { Responses, type ExpectedResponse } from './core/responses';
export { ServiceError, type LocalClock, type Principal } from './core/service';
export {
  StepFunctions,
  type Execution,
  type ExecutionStatus,
  type HistoryEvent,
  type StateMachine,
} from './services/step-functions/service';
export type { Throttle } from './core/throttles';
export {
  WeChat,
  weChatError,
  type CloudBaseVersionDescription,
  type Platform,
  type SeededCloudBaseVersion,
  type WeChatBehaviour,
} from './services/wechat/service';
