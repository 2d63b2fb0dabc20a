/** AWS CloudFormation: stacks, change sets, deployments and custom resources. */
export { CloudFormation, type DeployInput, type StackOutcome } from './cloudformation';
export type { WantedFailure } from './failures';
export type { ResourceState, Stack, StackEvent } from './stack';
