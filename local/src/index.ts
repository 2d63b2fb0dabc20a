export { deployAssembly, publishAssets } from './assembly';
export { Calls, type CallFilter, type CallRecord } from './calls';
export {
  CloudFormation,
  type DeployInput,
  type ResourceState,
  type Stack,
  type StackEvent,
  type StackOutcome,
  type WantedFailure,
} from './cloudformation';
export { Events, type Delivery, type Rule, type Target } from './events';
export { Faults, throttling, type Fault, type InjectedFault, type Trouble } from './faults';
export {
  Glue,
  concurrentModification,
  type GlueBehaviour,
  type SchemaDescription,
  type SchemaVersionDescription,
  type SeededVersion,
} from './glue';
export { Iam, type ManagedPolicy, type Role } from './iam/iam';
export type { UnusedGrant } from './iam/usage';
export {
  Iot,
  type Devices,
  type ExecutionDescription,
  type IotBehaviour,
  type JobDescription,
  type PackageDescription,
  type VersionDescription,
} from './iot';
export type { AsynchronousEvent, DuplicateOptions, EventSelector } from './lambda/asynchronous';
export type { HostOptions, HostedContext, HostedHandler } from './lambda/hosted';
export { LocalAws, type LocalAwsOptions } from './local-aws';
export { Responses, type ExpectedResponse } from './responses';
export { ServiceError, type LocalClock, type Principal } from './service';
export {
  StepFunctions,
  type Execution,
  type ExecutionStatus,
  type HistoryEvent,
  type StateMachine,
} from './step-functions';
export type { Throttle } from './throttles';
export {
  WeChat,
  weChatError,
  type CloudBaseVersionDescription,
  type Platform,
  type SeededCloudBaseVersion,
  type WeChatBehaviour,
} from './wechat';
