/** Change sets: proposed deployments that users read, execute or delete. */
// documented: API reference, CreateChangeSet, DescribeChangeSet and ExecuteChangeSet, also for the codes
// unverified: the words of the refusals, except of the one that is captured
import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../core/service';
import { type ResourceChange, changesOf, isWithoutChanges } from './changes';
import { type DeploymentRequest, type Engine } from './engine';
import { type Deployed, type Stack } from './stack';
import { validationError } from './template';

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stack: Stack;
  readonly description?: string;
  readonly createdAt: number;
  readonly request: DeploymentRequest;
  readonly onStackFailure?: string;
  readonly deploymentConfig?: object;
  status: 'CREATE_COMPLETE' | 'FAILED';
  reason?: string;
  executionStatus: 'AVAILABLE' | 'UNAVAILABLE';
  /** Absent if the change set has failed. */
  deployed?: Deployed;
  changes: readonly ResourceChange[];
}

export interface NewChangeSet {
  readonly name: string;
  readonly stackName: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly description?: string;
  readonly onStackFailure?: string;
  readonly deploymentConfig?: object;
  readonly request: DeploymentRequest;
}

// captured: public report, for this reason, which the CDK CLI recognizes
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

// documented: user guide, "Update CloudFormation stacks using change sets"
export class ChangeSets {
  private readonly all: ChangeSet[] = [];

  constructor(private readonly engine: Engine) {}

  /** Computes a change set. A change set that cannot be executed is FAILED and gives the reason. */
  async create(input: NewChangeSet): Promise<ChangeSet> {
    const { engine } = this;
    if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(input.name)) {
      throw validationError(
        `1 validation error detected: Value '${input.name}' at 'changeSetName' failed to satisfy constraint: Member must ` +
          'satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*',
      );
    }
    const stack = this.stackFor(input);
    if (this.of(stack).some(({ name }) => name === input.name)) {
      throw new ServiceError(
        'AlreadyExistsException',
        `ChangeSet ${input.name} cannot be created due to a mismatch with existing attribute Template`,
      );
    }
    const changeSet: ChangeSet = {
      id: engine.world.arn('cloudformation', `changeSet/${input.name}/${randomUUID()}`),
      name: input.name,
      stack,
      description: input.description,
      createdAt: engine.world.clock.now(),
      request: input.request,
      onStackFailure: input.onStackFailure,
      deploymentConfig: input.deploymentConfig,
      status: 'CREATE_COMPLETE',
      executionStatus: 'AVAILABLE',
      changes: [],
    };
    const deployed = await engine.prepare(stack, input.request);
    if (!engine.stacks.find(stack.id)) {
      engine.stacks.add(stack);
      stack.enter('REVIEW_IN_PROGRESS', 'User Initiated');
    }
    changeSet.changes = changesOf(stack, deployed, engine.surroundings);
    if (isWithoutChanges(stack, deployed, changeSet.changes)) fail(changeSet, NO_CHANGES);
    else changeSet.deployed = deployed;
    this.all.push(changeSet);
    return changeSet;
  }

  /** Finds a change set by its id, or by its name and its stack's name or id. */
  find(nameOrId: string, stackName?: string): ChangeSet | undefined {
    const byId = this.all.find(({ id }) => id === nameOrId);
    if (byId || stackName === undefined) return byId;
    const stack = this.engine.stacks.find(stackName);
    return stack && this.of(stack).find(({ name }) => name === nameOrId);
  }

  /** Throws ChangeSetNotFound. */
  get(nameOrId: string, stackName?: string): ChangeSet {
    const found = this.find(nameOrId, stackName);
    if (found) return found;
    throw new ServiceError('ChangeSetNotFound', `ChangeSet [${nameOrId}] does not exist`, 404);
  }

  of(stack: Stack): ChangeSet[] {
    return this.all.filter(changeSet => changeSet.stack === stack);
  }

  delete(changeSet: ChangeSet): void {
    this.all.splice(this.all.indexOf(changeSet), 1);
  }

  /** Removes an executable change set for its execution. The other change sets of its stack become obsolete. */
  takeForExecution(changeSet: ChangeSet): Deployed {
    const { deployed, id, status } = changeSet;
    if (!deployed) {
      throw new ServiceError(
        'InvalidChangeSetStatus',
        `ChangeSet [${id}] cannot be executed in its current status of [${status}]`,
      );
    }
    for (const other of this.of(changeSet.stack)) this.delete(other);
    return deployed;
  }

  private stackFor({ stackName, type }: NewChangeSet): Stack {
    const { stacks } = this.engine;
    const existing = stacks.find(stackName);
    if (type === 'UPDATE') {
      const stack = existing ?? stacks.get(stackName);
      if (stack.status === 'REVIEW_IN_PROGRESS') throw validationError(`Stack [${stackName}] does not exist`);
      return stack;
    }
    if (existing && existing.status !== 'REVIEW_IN_PROGRESS') {
      throw validationError(`Stack [${stackName}] already exists and cannot be created again with the changeSet.`);
    }
    return existing ?? this.engine.newStack(stackName);
  }
}

function fail(changeSet: ChangeSet, reason: string): void {
  Object.assign(changeSet, { status: 'FAILED', executionStatus: 'UNAVAILABLE', reason });
}
