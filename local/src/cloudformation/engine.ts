/**
 * The engine: takes what an operation or a test asks for, checks it, and runs the deployment.
 */
import { randomUUID } from 'node:crypto';
import { World } from '../service';
import { Deployment, DeploymentContext, DeploymentOptions } from './deployment';
import { WantedFailures } from './failures';
import { GivenParameter, parameterValues } from './parameters';
import { ResourceTypes } from './resource-types';
import { NestedStacks } from './resource-types/nested-stack';
import { ResourceRequest } from './resource-types/resource-type';
import { scopeOf, validateReferences } from './scope';
import { Deployed, Stack, StackStatusListener } from './stack';
import { Stacks } from './stacks';
import { parseTemplate, validationError } from './template';
import { dependenciesOf } from './graph';
import { includedResources } from './scope';

/** What is asked for: a template and what goes with it. */
export interface Request {
  /** Absent: the one that the stack has. */
  readonly body?: string;
  readonly parameters?: readonly GivenParameter[];
  /** Absent: those that the stack has. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly capabilities?: readonly string[];
  readonly notificationArns?: readonly string[];
  readonly roleArn?: string;
}

export class Engine {
  readonly stacks = new Stacks();
  readonly failures = new WantedFailures();
  readonly listeners: StackStatusListener[] = [];
  /** Whether a request to a custom resource that is made again carries the same RequestId. */
  reuseRequestIds = false;
  readonly types: ResourceTypes;
  private readonly context: DeploymentContext;

  constructor(readonly world: World) {
    this.types = new ResourceTypes({
      reuseRequestIds: () => this.reuseRequestIds,
      nestedStacks: this.nestedStacks(),
    });
    this.context = {
      world,
      types: this.types,
      failures: this.failures,
      importValue: name => this.stacks.importValue(name),
      checkExports: (stack, before, after) => this.stacks.checkExports(stack, before, after),
    };
  }

  /** A stack without resources, in REVIEW_IN_PROGRESS. */
  newStack(name: string, nesting: { parentId?: string; rootId?: string } = {}): Stack {
    if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
      throw validationError(
        `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
      );
    }
    const { world } = this;
    const id = world.arn('cloudformation', `stack/${name}/${randomUUID()}`);
    const stack = new Stack(
      { name, id, createdAt: world.clock.now(), ...nesting },
      () => world.clock.now(),
      this.listeners,
    );
    this.stacks.add(stack);
    return stack;
  }

  /** Works out what a request makes of a stack. Throws ValidationError. */
  async prepare(stack: Stack, request: Request): Promise<Deployed> {
    const previous = stack.deployed;
    const body = request.body ?? previous?.body;
    if (body === undefined) throw validationError('Either Template URL or Template Body must be specified.');
    const template = parseTemplate(body);
    const deployed: Deployed = {
      body,
      template,
      ...(await parameterValues(template, request.parameters ?? [], previous?.parameters ?? {}, this.world)),
      tags: request.tags ?? previous?.tags ?? {},
      capabilities: request.capabilities ?? previous?.capabilities ?? [],
      notificationArns: request.notificationArns ?? previous?.notificationArns ?? [],
      roleArn: request.roleArn ?? previous?.roleArn,
    };
    const scope = scopeOf(stack, deployed, this.context);
    validateReferences(scope, this.types);
    dependenciesOf(includedResources(scope));
    this.checkTypesStay(stack, deployed);
    return deployed;
  }

  /** The deployments of one stack. */
  deployment(stack: Stack): Deployment {
    return new Deployment(stack, this.context);
  }

  /** Creates or updates, whichever the stack's status asks for, and waits for the end. */
  async run(stack: Stack, deployed: Deployed, options: DeploymentOptions): Promise<void> {
    stack.disableRollback = options.disableRollback ?? false;
    if (stack.status === 'REVIEW_IN_PROGRESS') await this.deployment(stack).create(deployed, options);
    else await this.deployment(stack).update(deployed, options);
  }

  private checkTypesStay(stack: Stack, { template }: Deployed): void {
    const changed = Object.entries(template.Resources)
      .filter(([logicalId, { Type }]) => (stack.resources.get(logicalId)?.type ?? Type) !== Type)
      .map(([logicalId]) => logicalId);
    if (changed.length === 0) return;
    throw validationError(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changed.join(', ')}]`,
    );
  }

  private nestedStacks(): NestedStacks {
    const requestOf = async ({ properties, call }: ResourceRequest): Promise<Request> => ({
      body: await templateAt(String(properties.TemplateURL), call),
      parameters: Object.entries((properties.Parameters ?? {}) as Record<string, unknown>).map(([key, value]) => ({
        ParameterKey: key,
        ParameterValue: [value].flat().join(','),
      })),
    });
    // what becomes of a failure is the root's to decide.
    const options = { disableRollback: true };
    return {
      create: async request => {
        const { stack: parent, logicalId } = request;
        const name = `${parent.name}-${logicalId}-${randomUUID().slice(0, 12).toUpperCase().replace('-', '')}`;
        const stack = this.newStack(name, { parentId: parent.id, rootId: parent.rootId ?? parent.id });
        const deployed = await this.prepare(stack, await requestOf(request));
        return { stack, failure: await this.deployment(stack).createForward(deployed, options) };
      },
      update: async (request, stackId) => {
        const stack = this.stacks.get(stackId);
        const deployed = await this.prepare(stack, await requestOf(request));
        return { stack, failure: await this.deployment(stack).updateForward(deployed, options) };
      },
      rollBack: async stackId => {
        const stack = this.stacks.get(stackId);
        if (stack.undo) await this.deployment(stack).rollBackUpdate('Rollback requested by the root stack.');
        return stack;
      },
      cleanUp: async stackId => {
        const stack = this.stacks.get(stackId);
        if (stack.undo) await this.deployment(stack).cleanUp('UPDATE_COMPLETE');
      },
      delete: async stackId => {
        const stack = this.stacks.get(stackId);
        await this.deployment(stack).delete();
        return stack;
      },
    };
  }
}

/** The template at a URL of S3: path-style, virtual-hosted, or of the local AWS. */
export async function templateAt(url: string, call: World['call']): Promise<string> {
  const { hostname, pathname } = new URL(url);
  const [, virtualBucket] = /^(.+)\.s3[.-][^/]*$/.exec(hostname) ?? [];
  const path = decodeURIComponent(pathname).slice(1);
  const [Bucket, Key] = virtualBucket ? [virtualBucket, path] : splitAt(path, path.indexOf('/'));
  const { Body } = await call('s3', 'GetObject', { Bucket, Key });
  return Buffer.from(Body).toString('utf8');
}

const splitAt = (path: string, at: number): [string, string] => [path.slice(0, at), path.slice(at + 1)];
