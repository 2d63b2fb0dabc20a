// documented: API reference, for the operations that the CDK CLI calls
// captured: public report, aws-cdk issue 35957, for a RequestId that comes again
import { type Operation, type Service, type World } from '../../core/service';
import { ChangeSets } from './change-sets';
import { Engine } from './engine';
import { type WantedFailure } from './failures';
import { changeSetOperations } from './operations/change-sets';
import { deploymentOperations } from './operations/deployments';
import { descriptionOperations } from './operations/descriptions';
import { driftOperations } from './operations/drift';
import { failureOptions } from './operations/input';
import { type Stack, type StackEvent } from './stack';

export interface DeployInput {
  readonly stackName: string;
  /** An object, or text in JSON or YAML. */
  readonly template: object | string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** @default - the current ones of the stack */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether the changes of a failed deployment stay. @default false */
  readonly disableRollback?: boolean;
  /** What happens to a stack that cannot be created. @default 'ROLLBACK', or 'DO_NOTHING' if rollback is disabled */
  readonly onFailure?: 'DO_NOTHING' | 'ROLLBACK' | 'DELETE';
}

/** How a deployment or a deletion ended. */
export interface StackOutcome {
  readonly stackId: string;
  readonly status: string;
  readonly reason?: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The events of this operation, oldest first. */
  readonly events: readonly StackEvent[];
  /** Why resources failed, in the order in which they failed: `LogicalId: reason`. */
  readonly failures: readonly string[];
}

/**
 * AWS CloudFormation. It has the operations that the CDK CLI calls. Tests that do not need the CLI deploy directly. All
 * waits use the clock of the local AWS, and nothing takes longer than the resources themselves.
 */
export class CloudFormation implements Service {
  readonly signingName = 'cloudformation';
  readonly protocol = 'query';
  readonly xmlNamespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
  readonly operations: Readonly<Record<string, Operation>>;
  private readonly engine: Engine;

  constructor(world: World) {
    this.engine = new Engine(world);
    const changeSets = new ChangeSets(this.engine);
    this.operations = {
      ...deploymentOperations(this.engine),
      ...changeSetOperations(this.engine, changeSets),
      ...descriptionOperations(this.engine, changeSets),
      ...driftOperations(this.engine),
    };
  }

  /**
   * Creates or updates a stack, and waits for the end. A stack whose creation was rolled back is deleted first.
   *
   * @throws ServiceError if the template or the status of the stack does not allow it
   */
  async deploy(input: DeployInput): Promise<StackOutcome> {
    const { engine } = this;
    const body = typeof input.template === 'string' ? input.template : JSON.stringify(input.template);
    const parameters = Object.entries(input.parameters ?? {}).map(([key, value]) => ({
      ParameterKey: key,
      ParameterValue: value,
    }));
    const options = failureOptions(input.onFailure, { DisableRollback: input.disableRollback });
    const existing = await this.existing(input.stackName);
    const stack = existing ?? engine.newStack(input.stackName);
    engine.checkUpdatable(stack, options);
    const deployed = await engine.prepare(stack, { body, parameters, tags: input.tags });
    if (!existing) engine.stacks.add(stack);
    return this.outcome(stack, () => engine.start(stack, deployed, options));
  }

  /** Deletes a stack, and waits for the end. */
  async destroy(stackName: string): Promise<StackOutcome> {
    const stack = this.engine.stacks.get(stackName);
    return this.outcome(stack, () => this.engine.delete(stack));
  }

  /** The stack with this name or id. A deleted stack is only found by its id. */
  describe(stackName: string): Stack | undefined {
    return this.engine.stacks.find(stackName);
  }

  /**
   * Makes a resource of any type fail the next time that it is created, updated or deleted. The resource itself hears
   * nothing of it. The Update of a rollback counts as an update, and each try of the clean-up as a deletion.
   */
  failNext(failure: WantedFailure): void {
    this.engine.failures.add(failure);
  }

  /** Calls the listener with a stack whenever its status changes. */
  onStackStatus(listener: (stack: Stack) => void): void {
    this.engine.listeners.push(listener);
  }

  /**
   * Whether a repeated request to a custom resource, for example when a failed deployment is retried, has the same
   * RequestId. captured: public report, aws-cdk issue 35957: CloudFormation does so. @default false
   */
  set reuseRequestIds(value: boolean) {
    this.engine.reuseRequestIds = value;
  }

  /**
   * Whether a nested stack whose update is done is in UPDATE_COMPLETE while it waits for its root, and not in
   * UPDATE_COMPLETE_CLEANUP_IN_PROGRESS. unverified: either. @default false
   */
  set nestedStacksWaitComplete(value: boolean) {
    this.engine.nestedStacksWaitComplete = value;
  }

  /**
   * Whether a replaced custom resource hears of a rollback under its old id, and not under its new one. unverified:
   * either. @default false
   */
  set rollsBackUnderOldId(value: boolean) {
    this.engine.rollsBackUnderOldId = value;
  }

  /** Deletes a stack that could not be created before it is created again, as the CDK CLI does. */
  private async existing(stackName: string): Promise<Stack | undefined> {
    const stack = this.engine.stacks.find(stackName);
    if (stack?.status !== 'ROLLBACK_COMPLETE') return stack;
    await this.engine.delete(stack);
    return undefined;
  }

  private async outcome(stack: Stack, operation: () => Promise<void>): Promise<StackOutcome> {
    const before = stack.events.length;
    await operation();
    const events = stack.events.slice(before);
    return {
      stackId: stack.id,
      status: stack.status,
      reason: stack.reason,
      outputs: Object.fromEntries(stack.outputs.map(({ key, value }) => [key, value])),
      events,
      failures: events
        .filter(({ status, physicalId }) => status.endsWith('_FAILED') && physicalId !== stack.id)
        .map(({ logicalId, reason }) => `${logicalId}: ${reason}`),
    };
  }
}
