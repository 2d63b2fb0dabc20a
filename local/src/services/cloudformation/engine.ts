/** The engine: takes the request of an operation or a test, checks it, and runs the deployment. */
// documented: API reference, for which statuses allow an operation
// unverified: the words of the refusals, except where they are captured
import { randomUUID } from 'node:crypto';
import { readingsOfEnvironment } from '../../core/readings';
import { type World } from '../../core/service';
import { checkCapabilities } from './capabilities';
import { type DeletionOptions, Deployment, type DeploymentContext, type DeploymentOptions } from './deployment';
import { WantedFailures } from './failures';
import { dependenciesOf } from './graph';
import { type GivenParameter, parameterValues } from './parameters';
import { ResourceTypes } from './resource-types';
import { type NestedStacks } from './resource-types/nested-stack';
import { type ResourceRequest } from './resource-types/resource-type';
import { includedResources, scopeOf, validateReferences } from './scope';
import { type Deployed, Stack, type StackStatusListener } from './stack';
import { Stacks } from './stacks';
import { parseTemplate, validationError } from './template';

/** A request: a template and its options. */
export interface DeploymentRequest {
  /** Absent: the current one of the stack. */
  readonly body?: string;
  readonly parameters?: readonly GivenParameter[];
  /** Absent: the current ones of the stack. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Absent: everything that the template needs. */
  readonly capabilities?: readonly string[];
  readonly notificationArns?: readonly string[];
  readonly roleArn?: string;
}

export interface StartOptions extends DeploymentOptions {
  /** The token that the events of the operation have. */
  readonly token?: string;
}

export interface ContinueOptions {
  /** Logical ids of resources to treat as rolled back. */
  readonly skip: readonly string[];
  /** Whether all failed resources are treated as rolled back. */
  readonly force?: boolean;
  readonly token?: string;
}

/** Statuses from which a stack can be created or updated. documented: user guide, "Stack status codes" */
const UPDATABLE = ['REVIEW_IN_PROGRESS', 'CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'];

export class Engine {
  readonly stacks = new Stacks();
  readonly failures = new WantedFailures();
  readonly listeners: StackStatusListener[] = [];
  /** Whether a repeated request to a custom resource has the same RequestId. */
  reuseRequestIds = false;
  /** Whether a nested stack whose update is done is in UPDATE_COMPLETE while it waits for its root. */
  nestedStacksWaitComplete: boolean;
  /** Whether a replaced custom resource hears of a rollback under its old id. */
  rollsBackUnderOldId: boolean;
  readonly types: ResourceTypes;
  readonly surroundings: DeploymentContext;
  private readonly running = new Map<Stack, { readonly deployment: Deployment; readonly end: Promise<void> }>();

  constructor(readonly world: World) {
    const isOther = (world.readings ?? readingsOfEnvironment()) === 'other';
    this.nestedStacksWaitComplete = isOther;
    this.rollsBackUnderOldId = isOther;
    this.types = new ResourceTypes({
      reuseRequestIds: () => this.reuseRequestIds,
      nestedStacks: this.nestedStacks(),
    });
    this.surroundings = {
      world,
      types: this.types,
      failures: this.failures,
      importValue: name => this.stacks.importValue(name),
      stackOutput: reference => this.stacks.output(reference, world.region),
      rollsBackUnderOldId: () => this.rollsBackUnderOldId,
      checkExports: (stack, before, after) => this.stacks.checkExports(stack, before, after),
    };
  }

  /** A stack without resources, in REVIEW_IN_PROGRESS, that is not yet among the stacks. */
  newStack(name: string, nesting: { parentId?: string; rootId?: string } = {}): Stack {
    if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
      throw validationError(
        `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy ` +
          'regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*',
      );
    }
    const { world, listeners } = this;
    const id = world.arn('cloudformation', `stack/${name}/${randomUUID()}`);
    const now = () => world.clock.now();
    return new Stack({ name, id, createdAt: now(), ...nesting }, now, listeners);
  }

  /** Computes the result of a request for a stack. Throws ValidationError. */
  async prepare(stack: Stack, request: DeploymentRequest): Promise<Deployed> {
    const previous = stack.deployed;
    const body = request.body ?? previous?.body;
    // captured: public report, for the words
    if (body === undefined) throw validationError('Either Template URL or Template Body must be specified.');
    const template = parseTemplate(body);
    if (request.capabilities) checkCapabilities(template, request.capabilities);
    const deployed: Deployed = {
      body,
      template,
      ...(await parameterValues(template, request.parameters ?? [], previous?.parameters ?? {}, this.world)),
      tags: request.tags ?? previous?.tags ?? {},
      capabilities: request.capabilities ?? previous?.capabilities ?? [],
      notificationArns: request.notificationArns ?? previous?.notificationArns ?? [],
      roleArn: request.roleArn ?? previous?.roleArn,
    };
    const scope = scopeOf(stack, deployed, this.surroundings);
    validateReferences(scope, this.types);
    dependenciesOf(includedResources(scope));
    this.checkTypesStay(stack, deployed);
    return deployed;
  }

  /** Throws ValidationError if the stack cannot be created or updated in its status. */
  checkUpdatable(stack: Stack, { disableRollback = false }: DeploymentOptions): void {
    const { id, status } = stack;
    if (['CREATE_FAILED', 'UPDATE_FAILED'].includes(status)) {
      if (disableRollback) return;
      throw validationError(
        `This stack is currently in a non-terminal [${status}] state. To update the stack from this state, please use ` +
          'the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the ' +
          'rollback-stack API',
      );
    }
    // captured: public report, for the words
    if (!UPDATABLE.includes(status)) throw validationError(`Stack:${id} is in ${status} state and can not be updated.`);
  }

  /** Creates or updates the stack, by its status. */
  start(stack: Stack, deployed: Deployed, options: StartOptions): Promise<void> {
    stack.disableRollback = options.disableRollback ?? false;
    const isNew = stack.status === 'REVIEW_IN_PROGRESS';
    return this.runs(stack, options.token, deployment =>
      isNew ? deployment.create(deployed, options) : deployment.update(deployed, options),
    );
  }

  /** Throws ValidationError if the stack is protected, or if an update is in progress. */
  delete(stack: Stack, options: DeletionOptions & { readonly token?: string } = {}): Promise<void> {
    // captured: public report, for the words
    if (stack.terminationProtection) {
      throw validationError(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
    }
    const run = this.running.get(stack);
    if (!run) return this.runs(stack, options.token, deployment => deployment.delete(options));
    if (stack.status !== 'CREATE_IN_PROGRESS') {
      throw validationError(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`);
    }
    // the operation in flight is canceled without a rollback: the next status is DELETE_IN_PROGRESS.
    run.deployment.giveUp();
    return run.end.then(() => this.delete(stack, options));
  }

  /** Rolls a stack back that failed without rollback. */
  rollBack(stack: Stack, options: DeploymentOptions & { readonly token?: string }): Promise<void> {
    if (!['CREATE_FAILED', 'UPDATE_FAILED'].includes(stack.status)) {
      throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
    }
    return this.runs(stack, options.token, deployment =>
      stack.undo?.deployed
        ? deployment.rollBackUpdate('User Initiated')
        : deployment.rollBackCreation('User Initiated', options),
    );
  }

  /** Continues a rollback that has failed. */
  continueRollback(stack: Stack, { skip, force, token }: ContinueOptions): Promise<void> {
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
      throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not continue update rollback.`);
    }
    const failed = [...stack.resources.values()].filter(({ status }) => status === 'UPDATE_FAILED');
    const known = failed.map(({ logicalId }) => logicalId);
    const wrong = skip.filter(id => !known.includes(id));
    if (wrong.length > 0) {
      throw validationError(
        `Resources [${wrong.join(', ')}] cannot be skipped: only ones in UPDATE_FAILED can, which are [${known.join(', ')}]`,
      );
    }
    return this.runs(stack, token, deployment => deployment.rollBackUpdate('User Initiated', force ? known : skip));
  }

  /** Stops a running update and rolls it back. */
  cancelUpdate(stack: Stack): void {
    const run = this.running.get(stack);
    // captured: public report, for the words
    if (!run || stack.status !== 'UPDATE_IN_PROGRESS') {
      throw validationError(`CancelUpdateStack cannot be called from current stack status ${stack.status}`);
    }
    run.deployment.cancel();
  }

  /** Runs one deployment of a stack. Other deployments must wait for its end. */
  private runs(stack: Stack, token: string | undefined, run: (deployment: Deployment) => Promise<void>): Promise<void> {
    const deployment = new Deployment(stack, this.surroundings);
    stack.token = token;
    const end = run(deployment)
      .catch(error => {
        // a defect of this engine or of a listener: callers that poll the stack must not wait forever.
        stack.status = stack.status.replace(/(_COMPLETE_CLEANUP)?_IN_PROGRESS$/, '_FAILED');
        stack.reason = `The local CloudFormation broke: ${(error as Error).message}`;
        throw error;
      })
      .finally(() => this.running.delete(stack));
    this.running.set(stack, { deployment, end });
    return end;
  }

  private checkTypesStay(stack: Stack, { template }: Deployed): void {
    const changed = Object.entries(template.Resources)
      .filter(([logicalId, { Type }]) => (stack.resources.get(logicalId)?.type ?? Type) !== Type)
      .map(([logicalId]) => logicalId);
    if (changed.length === 0) return;
    // captured: public report, for the words
    throw validationError(
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: ' +
        `[${changed.join(', ')}]`,
    );
  }

  // documented: user guide, "Nested stacks"
  private nestedStacks(): NestedStacks {
    const requestOf = async ({ properties, call }: ResourceRequest): Promise<DeploymentRequest> => ({
      body: await templateAt(String(properties.TemplateURL), call),
      parameters: Object.entries((properties.Parameters ?? {}) as Record<string, unknown>).map(([key, value]) => ({
        ParameterKey: key,
        ParameterValue: [value].flat().join(','),
      })),
    });
    const deployment = (stack: Stack) => new Deployment(stack, this.surroundings);
    // unverified: that a cancellation of the parent also cancels the nested stack, and in which status it waits.
    const cancellable = (stack: Stack, { signal }: ResourceRequest, message: string) => {
      const running = deployment(stack);
      const cancel = () => running.cancel(message);
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel, { once: true });
      return running;
    };
    const optionsFor = ({ rootId = '' }: Stack) => ({
      isNested: true,
      waitsComplete: this.nestedStacksWaitComplete,
      disableRollback: this.stacks.find(rootId)?.disableRollback ?? false,
    });
    return {
      create: async request => {
        const { stack: parent, logicalId } = request;
        const name = `${parent.name}-${logicalId}-${randomUUID().slice(0, 12).toUpperCase().replace('-', '')}`;
        const stack = this.newStack(name, { parentId: parent.id, rootId: parent.rootId ?? parent.id });
        const deployed = await this.prepare(stack, await requestOf(request));
        this.stacks.add(stack);
        const running = cancellable(stack, request, 'Resource creation cancelled');
        return { stack, failure: await running.createForward(deployed, optionsFor(stack)) };
      },
      update: async (request, stackId) => {
        const stack = this.stacks.get(stackId);
        const deployed = await this.prepare(stack, await requestOf(request));
        const running = cancellable(stack, request, 'Resource update cancelled');
        return { stack, failure: await running.updateForward(deployed, optionsFor(stack)) };
      },
      rollBack: async stackId => {
        const stack = this.stacks.get(stackId);
        if (stack.undo) await deployment(stack).rollBackUpdate('Rollback requested by the root stack.');
        return stack;
      },
      cleanUp: async stackId => {
        const stack = this.stacks.get(stackId);
        if (stack.undo) await deployment(stack).cleanUp('UPDATE_COMPLETE');
      },
      delete: async stackId => {
        const stack = this.stacks.get(stackId);
        await deployment(stack).delete();
        return stack;
      },
    };
  }
}

/** The template at a URL of S3 (path-style or virtual-hosted) or of the local AWS. */
export async function templateAt(url: string, call: World['call']): Promise<string> {
  const { hostname, pathname } = new URL(url);
  const [, virtualBucket] = /^(.+)\.s3[.-][^/]*$/.exec(hostname) ?? [];
  const path = decodeURIComponent(pathname).slice(1);
  const [Bucket, Key] = virtualBucket ? [virtualBucket, path] : splitAt(path, path.indexOf('/'));
  const { Body } = await call('s3', 'GetObject', { Bucket, Key });
  return Buffer.from(Body).toString('utf8');
}

const splitAt = (path: string, at: number): [string, string] => [path.slice(0, at), path.slice(at + 1)];
