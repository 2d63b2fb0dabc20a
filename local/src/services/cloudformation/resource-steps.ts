/** The steps of a deployment for one resource (create, update, undo an update, delete) and their events. */
// documented: user guide, "Update behaviors of stack resources", "UpdateReplacePolicy attribute" and "Custom
// resources", for the id that an update returns
// captured: public report, for the reasons in the events: a replacement, a canceled resource, a custom name
import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { type World } from '../../core/service';
import { type WantedFailures } from './failures';
import { type ResourceTypes } from './resource-types';
import {
  CANCELLED,
  type ExistingRequest,
  type Made,
  ResourceFailure,
  type ResourceType,
} from './resource-types/resource-type';
import { type ResourceState, type Stack } from './stack';
import { type Properties } from './template';

/** A resource as the template wants it. */
export type Wanted = Pick<
  ResourceState,
  'logicalId' | 'type' | 'properties' | 'stackTags' | 'dependsOn' | 'deletionPolicy' | 'updateReplacePolicy'
>;

export interface StepContext {
  readonly world: World;
  readonly types: ResourceTypes;
  readonly failures: WantedFailures;
  /** Whether a replaced custom resource hears of a rollback under its old id. */
  rollsBackUnderOldId(): boolean;
}

const REPLACES = 'Requested update requires the creation of a new physical resource; hence creating one.';

export class ResourceSteps {
  constructor(
    private readonly stack: Stack,
    private readonly context: StepContext,
  ) {}

  async create(wanted: Wanted, signal: AbortSignal): Promise<void> {
    const resource = { ...wanted, attributes: {} };
    this.put(resource, 'CREATE_IN_PROGRESS');
    try {
      this.context.failures.check(this.stack.name, wanted.logicalId, 'CREATE');
      const made = await this.type(wanted.type).create(this.request(wanted, signal));
      // captured: public report, for a canceled resource
      if (signal.aborted) throw new ResourceFailure(CANCELLED, made.physicalId);
      this.put({ ...resource, ...kept(made) }, 'CREATE_IN_PROGRESS', 'Resource creation Initiated');
      this.put({ ...resource, ...kept(made) }, 'CREATE_COMPLETE');
    } catch (error) {
      const { message, physicalId } = failureOf(error, 'creation');
      this.put({ ...resource, physicalId }, 'CREATE_FAILED', message);
      throw error;
    }
  }

  /** Updates in place or replaces. The clean-up deletes what was replaced. */
  async update(current: ResourceState, wanted: Wanted, signal: AbortSignal): Promise<void> {
    const type = this.type(wanted.type);
    const replaces = replacesWith(type, current.properties, wanted.properties);
    const resource = { ...current, ...wanted };
    this.put(resource, 'UPDATE_IN_PROGRESS', replaces ? REPLACES : undefined);
    let made: Made;
    try {
      this.context.failures.check(this.stack.name, wanted.logicalId, 'UPDATE');
      type.checkUpdate?.(current.properties, wanted.properties);
      made = replaces
        ? await this.replace(type, current, wanted, signal)
        : await type.update!({
            ...this.existing(current, wanted.properties, signal),
            oldProperties: current.properties,
            oldStackTags: current.stackTags,
          });
      // captured: public report, for a canceled resource
      if (signal.aborted) throw new ResourceFailure(CANCELLED, made.physicalId);
    } catch (error) {
      const { message, physicalId = current.physicalId } = failureOf(error, 'update');
      if (physicalId !== current.physicalId) this.abandon(current, { retain: wanted.updateReplacePolicy === 'Retain' });
      this.put({ ...resource, physicalId }, 'UPDATE_FAILED', message);
      throw error;
    }
    if (made.physicalId !== current.physicalId) {
      this.abandon(current, { retain: wanted.updateReplacePolicy === 'Retain' });
      if (!replaces) this.put({ ...resource, ...kept(made) }, 'UPDATE_IN_PROGRESS', REPLACES);
    }
    this.put({ ...resource, ...kept(made) }, 'UPDATE_COMPLETE');
  }

  /**
   * Undoes the changes of the deployment to a resource that existed before: from its current state to its former one.
   */
  async revert(before: ResourceState, current: ResourceState): Promise<void> {
    const type = this.type(before.type);
    this.put({ ...current, properties: before.properties }, 'UPDATE_IN_PROGRESS');
    let made: Made = { physicalId: before.physicalId!, attributes: before.attributes, noEcho: before.noEcho };
    try {
      this.context.failures.check(this.stack.name, before.logicalId, 'UPDATE');
      const request = this.existing(current, before.properties, NEVER);
      if (type.rollBack) made = await type.rollBack(request);
      else if (type.choosesPhysicalId || !isReplacement(type, before, current)) {
        // unverified: under which id a replaced custom resource hears of the rollback.
        const { physicalId = current.physicalId! } = this.context.rollsBackUnderOldId() ? before : current;
        const { properties: oldProperties, stackTags: oldStackTags } = current;
        made = await type.update!({ ...request, physicalId, oldProperties, oldStackTags });
      }
    } catch (error) {
      const { message, physicalId = current.physicalId } = failureOf(error, 'update');
      if (physicalId !== current.physicalId) this.abandon(current, { retain: false });
      // with its current properties, so that the next try exchanges the same ones.
      this.put({ ...current, physicalId }, 'UPDATE_FAILED', message);
      throw error;
    }
    if (made.physicalId !== current.physicalId) this.abandon(current, { retain: false });
    this.put({ ...before, ...kept(made) }, 'UPDATE_COMPLETE');
  }

  /** Fails a resource whose properties cannot be resolved. */
  refuse(wanted: Wanted, current: ResourceState | undefined, reason: string): void {
    if (current) this.put({ ...current, ...wanted }, 'UPDATE_FAILED', reason);
    else this.put({ ...wanted, attributes: {} }, 'CREATE_FAILED', reason);
  }

  /** Treats a resource as reverted, because the user wants it. */
  skipRevert(before: ResourceState): void {
    this.put(before, 'UPDATE_COMPLETE', 'Resource skipped during UpdateRollback');
  }

  /** Deletes a current or former resource of the stack. */
  async delete(resource: ResourceState, { replaced = false } = {}): Promise<void> {
    const tell = (status: string, reason?: string) =>
      replaced ? this.stack.tell({ ...resource, status, reason }) : this.put(resource, status, reason);
    tell('DELETE_IN_PROGRESS');
    try {
      this.context.failures.check(this.stack.name, resource.logicalId, 'DELETE');
      if (resource.physicalId !== undefined) {
        await this.type(resource.type).delete(this.existing(resource, resource.properties, NEVER));
      }
    } catch (error) {
      tell('DELETE_FAILED', (error as Error).message);
      throw error;
    }
    tell('DELETE_COMPLETE');
    if (!replaced) this.stack.remove(resource.logicalId);
  }

  /** Retains a resource. */
  skip(resource: ResourceState, { replaced = false } = {}): void {
    if (replaced) return this.stack.tell({ ...resource, status: 'DELETE_SKIPPED', reason: undefined });
    this.put(resource, 'DELETE_SKIPPED');
    this.stack.remove(resource.logicalId);
  }

  /** Tells a resource that no rollback can follow. */
  async cleanUp(resource: ResourceState): Promise<void> {
    await this.type(resource.type).cleanUp?.(this.existing(resource, resource.properties, NEVER));
  }

  private async replace(
    type: ResourceType,
    current: ResourceState,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<Made> {
    const name = type.nameProperty && wanted.properties[type.nameProperty];
    // captured: public report, for the words
    if (name !== undefined && name === current.properties[type.nameProperty!]) {
      throw new ResourceFailure(
        'CloudFormation cannot update a stack when a custom-named resource requires replacing. ' +
          `Rename ${String(name)} and update the stack again.`,
      );
    }
    return type.create(this.request(wanted, signal));
  }

  private abandon(resource: ResourceState, { retain }: { readonly retain: boolean }): void {
    this.stack.abandoned.push({ resource, retain });
  }

  private type(name: string): ResourceType {
    return this.context.types.get(name);
  }

  private existing(current: ResourceState, properties: Properties, signal: AbortSignal): ExistingRequest {
    const { physicalId = '', attributes } = current;
    return { ...this.request({ ...current, properties }, signal), physicalId, attributes };
  }

  private request(
    { type, logicalId, properties }: Pick<ResourceState, 'type' | 'logicalId' | 'properties'>,
    signal: AbortSignal,
  ) {
    const { world } = this.context;
    return { world, stack: this.stack, type, logicalId, properties, call: world.call, signal };
  }

  private put(resource: Omit<ResourceState, 'status' | 'reason' | 'updatedAt'>, status: string, reason?: string): void {
    this.stack.put({ ...resource, status, reason });
  }
}

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

const kept = ({ physicalId, attributes = {}, noEcho }: Made) => ({ physicalId, attributes, noEcho });

/** Whether these properties cannot follow the current ones. */
export function replacesWith(type: ResourceType, from: Properties, to: Properties): boolean {
  if (!type.update) return true;
  return (type.createOnly ?? []).some(name => !isDeepStrictEqual(from[name], to[name]));
}

/** Whether the deployment created a new resource beside the old one, or tried to. */
const isReplacement = (type: ResourceType, before: ResourceState, current: ResourceState): boolean =>
  before.physicalId !== current.physicalId || replacesWith(type, before.properties, current.properties);

function failureOf(error: unknown, what: string): { message: string; physicalId?: string } {
  const { message } = error as Error;
  const physicalId = error instanceof ResourceFailure ? error.physicalId : undefined;
  return { message: message === CANCELLED ? `Resource ${what} cancelled` : message, physicalId };
}
