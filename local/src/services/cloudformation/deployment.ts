/** Deployments: they bring a stack from one template to another, back after a failure, and to its deletion. */
// documented: user guide, "Stack status codes", "Choose how to handle failures when provisioning resources", "Continue
// rolling back an update", "DeletionPolicy attribute" and "Troubleshooting"
// captured: public report, cloudformation-coverage-roadmap issue 744, for the reason after a clean-up that failed
// unverified: the reasons of the other statuses, and that a deletion, or the rollback of a creation, tries each replaced
// resource as often as a clean-up does
import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { resolveDynamicReferences } from './dynamic-references';
import { type Dependencies, dependenciesOf, reversed, visitInOrder } from './graph';
import { type TemplateScope, conditionHolds, resolve } from './intrinsics';
import { ResourceSteps, type StepContext, type Wanted } from './resource-steps';
import { type DeploymentSurroundings, includedResources, scopeOf } from './scope';
import { type Abandoned, type Deployed, type ResourceState, type Stack, type StackOutput, type Undo } from './stack';
import { type Properties, type ResourceDefinition } from './template';

export interface DeploymentContext extends StepContext, DeploymentSurroundings {
  /** Throws ValidationError if another stack exports one of these names, or imports a name that would disappear. */
  checkExports(stack: Stack, before: readonly StackOutput[], after: readonly StackOutput[]): void;
}

export interface DeploymentOptions {
  /** Whether the changes of a failed deployment stay. */
  readonly disableRollback?: boolean;
  /** Whether a rollback deletes what the deployment has created, even if the template retains it. */
  readonly retainExceptOnCreate?: boolean;
  /** Whether a stack whose creation has failed is deleted completely. */
  readonly deleteOnFailure?: boolean;
  /** Whether the parent stack decides what happens after a failure. */
  readonly isNested?: boolean;
  /** Whether a nested stack shows that it is complete while it waits for the clean-up of its root. */
  readonly waitsComplete?: boolean;
}

export interface DeletionOptions {
  /** Logical ids of resources to retain, for a stack whose deletion has failed. */
  readonly retain?: readonly string[];
  /** Whether resources that cannot be deleted are left behind. */
  readonly force?: boolean;
  /** The reason in the stack's event. @default 'User Initiated' */
  readonly reason?: string;
}

/**
 * How often the clean-up tries to delete a resource before it leaves it behind. documented: user guide,
 * "Troubleshooting"
 */
const CLEAN_UP_ATTEMPTS = 3;

/** The stack's reason after that, in both kinds of clean-ups (cloudformation-coverage-roadmap #744). */
const LEFT_BEHIND = 'Update successful. One or more resources could not be deleted.';

/** The deployments of one stack. Each phase leaves the stack in a status from which the next phase continues. */
export class Deployment {
  private readonly steps: ResourceSteps;
  private readonly cancelled = new AbortController();
  private isGivenUp = false;

  constructor(
    private readonly stack: Stack,
    private readonly context: DeploymentContext,
  ) {
    this.steps = new ResourceSteps(stack, context);
  }

  /** Stops the running creation or update. It is rolled back, or the parent of a nested stack decides. */
  cancel(reason = 'User Initiated. '): void {
    this.cancelled.abort(reason);
  }

  /** Stops the running creation of a stack that is about to be deleted, without a rollback. */
  giveUp(): void {
    this.isGivenUp = true;
    this.cancel();
  }

  /** Creates the stack, up to CREATE_COMPLETE, CREATE_FAILED or the end of the rollback. */
  async create(deployed: Deployed, options: DeploymentOptions): Promise<void> {
    const failure = await this.createForward(deployed, options);
    if (failure === undefined || this.isGivenUp || this.leavesFailure(options)) return;
    if (options.deleteOnFailure) await this.delete({ reason: `${failure}Delete requested by user.` });
    else await this.rollBackCreation(`${failure}Rollback requested by user.`, options);
  }

  /** Creates the resources. The caller handles a failure. Returns its reason. */
  async createForward(deployed: Deployed, options: DeploymentOptions): Promise<string | undefined> {
    const { stack } = this;
    stack.deployed = deployed;
    stack.enter('CREATE_IN_PROGRESS', 'User Initiated');
    const failure = await this.forward(deployed, options);
    if (failure === undefined) stack.enter('CREATE_COMPLETE');
    else if (this.leavesFailure(options)) stack.enter('CREATE_FAILED', failure);
    return failure;
  }

  async rollBackCreation(reason: string, { retainExceptOnCreate = false }: DeploymentOptions = {}): Promise<void> {
    const { stack } = this;
    stack.enter('ROLLBACK_IN_PROGRESS', reason);
    const failed = await this.deleteAll(({ deletionPolicy }) => deletionPolicy === 'Retain' && !retainExceptOnCreate);
    stack.outputs = [];
    if (failed.size > 0) stack.enter('ROLLBACK_FAILED', failedToDelete(failed));
    else stack.enter('ROLLBACK_COMPLETE');
  }

  /** Updates the stack, up to UPDATE_COMPLETE, UPDATE_FAILED or the end of the rollback. */
  async update(deployed: Deployed, options: DeploymentOptions): Promise<void> {
    const failure = await this.updateForward(deployed, options);
    if (failure === undefined) await this.cleanUp('UPDATE_COMPLETE');
    else if (!this.leavesFailure(options)) await this.rollBackUpdate(failure);
  }

  /** Updates the resources, up to the clean-up. The caller handles a failure. */
  async updateForward(deployed: Deployed, options: DeploymentOptions): Promise<string | undefined> {
    const { stack } = this;
    stack.undo ??= {
      deployed: stack.status === 'CREATE_FAILED' ? undefined : stack.deployed,
      outputs: stack.outputs,
      before: new Map(),
      touched: new Set(),
      retainExceptOnCreate: options.retainExceptOnCreate ?? false,
    };
    stack.deployed = deployed;
    stack.updatedAt = this.context.world.clock.now();
    stack.enter('UPDATE_IN_PROGRESS', 'User Initiated');
    const failure = await this.forward(deployed, options);
    if (failure === undefined) {
      stack.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      if (options.waitsComplete) stack.enter('UPDATE_COMPLETE');
    } else if (this.leavesFailure(options)) stack.enter('UPDATE_FAILED', failure);
    return failure;
  }

  /** Restores the resources as they were before the update, then deletes what the update has created. */
  async rollBackUpdate(reason: string, skip: readonly string[] = []): Promise<void> {
    const { stack } = this;
    stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', reason);
    const undo = stack.undo!;
    stack.deployed = undo.deployed;
    const failed = await this.revert(undo, skip);
    if (failed.size > 0) {
      const reason = `The following resource(s) failed to update: [${[...failed.keys()].join(', ')}]. `;
      return stack.enter('UPDATE_ROLLBACK_FAILED', reason);
    }
    stack.outputs = undo.outputs;
    stack.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.cleanUp('UPDATE_ROLLBACK_COMPLETE');
  }

  /** Deletes what was replaced or is not in the template, and brings the stack to rest. */
  async cleanUp(status: 'UPDATE_COMPLETE' | 'UPDATE_ROLLBACK_COMPLETE'): Promise<void> {
    const { stack } = this;
    if (stack.status === 'UPDATE_COMPLETE') stack.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    const wanted = includedResources(this.scope(stack.deployed!));
    const replaced = this.abandoned();
    const removed = [...stack.resources.values()].filter(({ logicalId }) => !(logicalId in wanted));
    const leaving = [
      ...replaced.map(({ resource, retain }) => ({ resource, retain, replaced: true })),
      ...removed.map(resource => ({ resource, retain: this.isRetained(resource), replaced: false })),
    ];
    const byKey = new Map(leaving.map((entry, index) => [String(index), entry]));
    const left: ResourceState[] = [];
    await visitInOrder(orderOfDeletion([...byKey].map(([key, { resource }]) => [key, resource])), async key => {
      const { resource, retain, replaced } = byKey.get(key)!;
      if (retain) this.steps.skip(resource, { replaced });
      else if (!(await this.deletes(resource, { replaced }))) left.push(resource);
    });
    for (const resource of stack.resources.values()) await this.steps.cleanUp(resource);
    stack.abandoned = [];
    stack.undo = undefined;
    stack.enter(status, left.length > 0 ? LEFT_BEHIND : undefined);
  }

  /** Deletes the stack, up to DELETE_COMPLETE or DELETE_FAILED. */
  async delete({ retain = [], force = false, reason = 'User Initiated' }: DeletionOptions = {}): Promise<void> {
    const { stack } = this;
    stack.enter('DELETE_IN_PROGRESS', reason);
    try {
      this.context.checkExports(stack, stack.outputs, []);
    } catch (error) {
      return stack.enter('DELETE_FAILED', (error as Error).message);
    }
    const failed = await this.deleteAll(
      ({ logicalId, deletionPolicy }) =>
        retain.includes(logicalId) || deletionPolicy === 'Retain' || deletionPolicy === 'RetainExceptOnCreate',
      { force },
    );
    if (failed.size > 0) return stack.enter('DELETE_FAILED', failedToDelete(failed));
    stack.deletedAt = this.context.world.clock.now();
    stack.undo = undefined;
    stack.enter('DELETE_COMPLETE');
  }

  /** Brings every resource of the template to its wanted state. Returns the reason of a failure. */
  private async forward(deployed: Deployed, { disableRollback }: DeploymentOptions): Promise<string | undefined> {
    const { stack } = this;
    const scope = this.scope(deployed);
    const wanted = includedResources(scope);
    const dependencies = dependenciesOf(wanted);
    const before = new Set(stack.resources.keys());
    const cancel = new AbortController();
    setMaxListeners(0, cancel.signal);
    if (this.cancelled.signal.aborted) cancel.abort();
    else this.cancelled.signal.addEventListener('abort', () => cancel.abort());
    const bring = async (id: string) => {
      try {
        await this.bring(id, wanted[id], { dependencies, scope, signal: cancel.signal });
      } catch (error) {
        // with rollback, nobody waits for the other resources: what they may have done is undone, too.
        if (!disableRollback) cancel.abort();
        throw error;
      }
    };
    const failed = await visitInOrder(dependencies, bring, { mayStart: () => !cancel.signal.aborted });
    if (this.cancelled.signal.aborted) return String(this.cancelled.signal.reason);
    if (failed.size > 0) return failedToBring([...failed.keys()], before);
    try {
      const outputs = this.outputs(scope);
      this.context.checkExports(stack, stack.outputs, outputs);
      stack.outputs = outputs;
      return undefined;
    } catch (error) {
      return `${(error as Error).message} `;
    }
  }

  /** Whether the changes of a failed deployment stay, for now or forever. */
  private leavesFailure({ disableRollback = false, isNested = false }: DeploymentOptions): boolean {
    return isNested || (disableRollback && !this.cancelled.signal.aborted);
  }

  private async bring(
    logicalId: string,
    definition: ResourceDefinition,
    {
      dependencies,
      scope,
      signal,
    }: { readonly dependencies: Dependencies; readonly scope: TemplateScope; readonly signal: AbortSignal },
  ): Promise<void> {
    const { stack } = this;
    const current = stack.resources.get(logicalId);
    if (stack.undo && !stack.undo.before.has(logicalId)) stack.undo.before.set(logicalId, current);
    const wanted = {
      logicalId,
      type: definition.Type,
      stackTags: this.context.types.get(definition.Type).takesStackTags ? stack.deployed?.tags : undefined,
      dependsOn: dependencies.get(logicalId)!,
      deletionPolicy: definition.DeletionPolicy ?? 'Delete',
      updateReplacePolicy: definition.UpdateReplacePolicy ?? 'Delete',
    };
    let properties: Properties;
    try {
      const resolved = resolve(definition.Properties ?? {}, scope) as Properties;
      properties = await resolveDynamicReferences(resolved, this.context.world);
    } catch (error) {
      stack.undo?.touched.add(logicalId);
      this.steps.refuse({ ...wanted, properties: current?.properties ?? {} }, current, (error as Error).message);
      throw error;
    }
    await this.bringTo({ ...wanted, properties }, current, signal);
  }

  private async bringTo(wanted: Wanted, current: ResourceState | undefined, signal: AbortSignal): Promise<void> {
    const given = ({ properties, stackTags }: Wanted) => [properties, stackTags];
    if (current && isDeepStrictEqual(given(current), given(wanted)) && isComplete(current)) {
      this.stack.resources.set(wanted.logicalId, { ...current, ...wanted });
      return;
    }
    this.stack.undo?.touched.add(wanted.logicalId);
    if (!current) return this.steps.create(wanted, signal);
    if (current.status === 'CREATE_FAILED' || current.status === 'DELETE_FAILED') {
      // left by a deployment without rollback: a resource that was never complete is deleted by the next operation on
      // the stack.
      await this.steps.delete(current);
      return this.steps.create(wanted, signal);
    }
    return this.steps.update(current, wanted, signal);
  }

  /** Undoes the changes of the deployment to the resources that existed before, in the order of the old template. */
  private async revert({ before, touched }: Undo, skip: readonly string[]): Promise<ReadonlyMap<string, Error>> {
    const { stack } = this;
    const old = new Map([...before].filter((entry): entry is [string, ResourceState] => entry[1] !== undefined));
    const dependencies = new Map([...old].map(([id, { dependsOn }]) => [id, dependsOn]));
    return visitInOrder(dependencies, async id => {
      const was = old.get(id)!;
      const is = stack.resources.get(id)!;
      if (skip.includes(id)) this.steps.skipRevert(was);
      else if (touched.has(id)) await this.steps.revert(was, is);
      else stack.resources.set(id, was);
      touched.delete(id);
    });
  }

  /** The replaced resources, without those to which a resource has come back. */
  private abandoned(): Abandoned[] {
    const { abandoned, resources } = this.stack;
    const byId = new Map(abandoned.map(entry => [`${entry.resource.logicalId} ${entry.resource.physicalId}`, entry]));
    return [...byId.values()].filter(
      ({ resource }) => resources.get(resource.logicalId)?.physicalId !== resource.physicalId,
    );
  }

  /** Deletes what is no longer in the stack, or leaves it behind. Returns whether it is gone. */
  private async deletes(resource: ResourceState, { replaced }: { readonly replaced: boolean }): Promise<boolean> {
    for (let attempt = 1; attempt <= CLEAN_UP_ATTEMPTS; attempt += 1) {
      try {
        await this.steps.delete(resource, { replaced });
        return true;
      } catch {
        // shown by an event; the stack does not fail.
      }
    }
    if (!replaced) this.stack.remove(resource.logicalId);
    return false;
  }

  private async deleteAll(
    retained: (resource: ResourceState) => boolean,
    { force = false }: { readonly force?: boolean } = {},
  ): Promise<ReadonlyMap<string, Error>> {
    for (const { resource } of this.abandoned()) await this.deletes(resource, { replaced: true });
    this.stack.abandoned = [];
    const resources = new Map(this.stack.resources);
    return visitInOrder(orderOfDeletion([...resources]), async id => {
      const resource = resources.get(id)!;
      if (retained(resource)) return this.steps.skip(resource);
      try {
        await this.steps.delete(resource);
      } catch (error) {
        if (!force) throw error;
        this.steps.skip(resource);
      }
    });
  }

  /** Whether a resource that is not in the template stays. Another rule holds if its creation is rolled back. */
  private isRetained({ logicalId, deletionPolicy }: ResourceState): boolean {
    const { undo } = this.stack;
    const isNew = undo !== undefined && undo.before.has(logicalId) && undo.before.get(logicalId) === undefined;
    if (isNew) return deletionPolicy === 'Retain' && !undo.retainExceptOnCreate;
    return deletionPolicy === 'Retain' || deletionPolicy === 'RetainExceptOnCreate';
  }

  private outputs(scope: TemplateScope): StackOutput[] {
    return Object.entries(scope.template.Outputs ?? {})
      .filter(([, { Condition }]) => Condition === undefined || conditionHolds(Condition, scope))
      .map(([key, { Value, Description, Export }]) => ({
        key,
        value: String(resolve(Value, scope)),
        description: Description,
        exportName: Export && String(resolve(Export.Name, scope)),
      }));
  }

  private scope(deployed: Deployed): TemplateScope {
    return scopeOf(this.stack, deployed, this.context);
  }
}

const isComplete = ({ status }: ResourceState): boolean => !status.endsWith('_FAILED');

/** Each resource comes after all that need it. Several can have one logical id. */
function orderOfDeletion(resources: readonly (readonly [string, ResourceState])[]): Dependencies {
  const keysOf = (logicalId: string) => resources.filter(([, other]) => other.logicalId === logicalId);
  return reversed(
    new Map(resources.map(([key, { dependsOn }]) => [key, dependsOn.flatMap(keysOf).map(([other]) => other)])),
  );
}

function failedToBring(failed: readonly string[], before: ReadonlySet<string>): string {
  const sentence = (verb: string, ids: readonly string[]) =>
    ids.length > 0 ? `The following resource(s) failed to ${verb}: [${ids.join(', ')}]. ` : '';
  return (
    sentence(
      'create',
      failed.filter(id => !before.has(id)),
    ) +
    sentence(
      'update',
      failed.filter(id => before.has(id)),
    )
  );
}

const failedToDelete = (failed: ReadonlyMap<string, Error>): string =>
  `The following resource(s) failed to delete: [${[...failed.keys()].join(', ')}]. `;
