/** A stack: its parts, its current operation and its history. */
// documented: API reference, StackEvent and Stack; user guide, "Stack status codes"
// unverified: with which statuses a new operation id begins
import { randomUUID } from 'node:crypto';
import type { StackDrift } from './drift';
import { type Properties, type RemovalPolicy, type Template } from './template';

/** What a deployment gives a stack, beside the text of the template. */
export interface Deployed {
  readonly body: string;
  readonly template: Template;
  /** The given or default values; for an SSM parameter, its name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The values of `Ref`: lists are split, SSM parameters are read. */
  readonly parameterValues: Readonly<Record<string, string | readonly string[]>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn?: string;
  readonly description?: string;
}

/** One resource of a stack, after its last event. */
export interface ResourceState {
  readonly logicalId: string;
  readonly type: string;
  /** Absent: nothing was created that could be deleted. */
  readonly physicalId?: string;
  readonly status: string;
  readonly reason?: string;
  /** The time of its last event. */
  readonly updatedAt: number;
  /** The resolved properties. */
  readonly properties: Properties;
  /** The tags of the stack that the resource has got. Absent: its type takes none. */
  readonly stackTags?: Readonly<Record<string, string>>;
  /** The values of GetAtt. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Whether the attributes are masked in answers. */
  readonly noEcho?: boolean;
  /** The logical ids of the resources that this one needs. It is deleted before them. */
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: RemovalPolicy;
  readonly updateReplacePolicy: RemovalPolicy;
}

export interface StackEvent {
  readonly eventId: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  /** Milliseconds since the epoch, by the clock of the local AWS. Events of one moment have the same time. */
  readonly timestamp: number;
  readonly status: string;
  readonly reason?: string;
  readonly properties?: Properties;
  /** One for each operation. A rollback has its own. */
  readonly operationId: string;
  /** The token that the caller gave the operation to recognize its events. */
  readonly token?: string;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** A resource of the stack before its replacement. The clean-up deletes it. */
export interface Abandoned {
  readonly resource: ResourceState;
  /** Whether the clean-up retains it. */
  readonly retain: boolean;
}

/** The state before the running deployment, and its changes. */
export interface Undo {
  /** Absent: the stack was never complete. */
  readonly deployed?: Deployed;
  readonly outputs: readonly StackOutput[];
  /** The former resources. `undefined`: it did not exist. */
  readonly before: Map<string, ResourceState | undefined>;
  /** The resources that the deployment has created or updated, or tried to. */
  readonly touched: Set<string>;
  /** Whether a rollback deletes what was created, even if the template retains it. */
  readonly retainExceptOnCreate: boolean;
}

export interface StackOptions {
  readonly name: string;
  readonly id: string;
  readonly createdAt: number;
  readonly parentId?: string;
  readonly rootId?: string;
}

export type StackStatusListener = (stack: Stack) => void;

export const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** A stack. Only deployments change it. */
export class Stack {
  readonly name: string;
  readonly id: string;
  readonly createdAt: number;
  readonly parentId?: string;
  readonly rootId?: string;
  readonly events: StackEvent[] = [];
  readonly resources = new Map<string, ResourceState>();
  /** The deleted resources, in their last state. */
  readonly deletedResources = new Map<string, ResourceState>();
  status = 'REVIEW_IN_PROGRESS';
  reason?: string;
  updatedAt?: number;
  deletedAt?: number;
  terminationProtection = false;
  disableRollback = false;
  deployed?: Deployed;
  outputs: readonly StackOutput[] = [];
  /** Present until the stack is stable again. */
  undo?: Undo;
  abandoned: Abandoned[] = [];
  /** The result of the last drift detection. */
  drift?: StackDrift;
  /** The token of the running operation. */
  token?: string;
  private operationId: string = randomUUID();

  constructor(
    options: StackOptions,
    private readonly now: () => number,
    private readonly listeners: readonly StackStatusListener[],
  ) {
    this.name = options.name;
    this.id = options.id;
    this.createdAt = options.createdAt;
    this.parentId = options.parentId;
    this.rootId = options.rootId;
  }

  /** Sets the status of the stack and reports it. */
  enter(status: string, reason?: string): void {
    if (BEGINNINGS.includes(status)) this.operationId = randomUUID();
    this.status = status;
    this.reason = reason;
    const timestamp = this.time();
    this.record({ logicalId: this.name, physicalId: this.id, type: STACK_TYPE, timestamp, status, reason });
    for (const listener of this.listeners) listener(this);
  }

  /** Sets the status of a resource, keeps its state and reports it. */
  put(resource: Omit<ResourceState, 'updatedAt'>): void {
    const updatedAt = this.time();
    this.resources.set(resource.logicalId, { ...resource, updatedAt });
    this.deletedResources.delete(resource.logicalId);
    this.tell(resource, updatedAt);
  }

  /** Reports the status of a resource that is no longer in the stack. */
  tell(resource: Omit<ResourceState, 'updatedAt'>, timestamp = this.time()): void {
    const { logicalId, physicalId, type, status, reason, properties } = resource;
    this.record({ logicalId, physicalId, type, timestamp, status, reason, properties });
  }

  /** Removes a resource from the stack. */
  remove(logicalId: string): void {
    const resource = this.resources.get(logicalId);
    if (!resource) return;
    this.resources.delete(logicalId);
    this.deletedResources.set(logicalId, resource);
  }

  /** The time of the clock, but never before the newest event. */
  private time(): number {
    return Math.max(this.now(), this.events.at(-1)?.timestamp ?? 0);
  }

  private record(event: Omit<StackEvent, 'eventId' | 'stackId' | 'stackName' | 'operationId' | 'token'>): void {
    const prefix = event.physicalId === this.id ? '' : `${event.logicalId}-${event.status}-`;
    this.events.push({
      eventId: `${prefix}${randomUUID()}`,
      stackId: this.id,
      stackName: this.name,
      operationId: this.operationId,
      token: this.token,
      ...event,
      properties: event.properties && masked(event.properties, this.secrets()),
    });
  }

  /** Values that events do not show. */
  private secrets(): Set<unknown> {
    const { template, parameterValues } = this.deployed ?? {};
    const parameters = Object.entries(template?.Parameters ?? {}).filter(([, { NoEcho }]) => String(NoEcho) === 'true');
    const resources = [...this.resources.values()].filter(({ noEcho }) => noEcho);
    return new Set([
      ...parameters.map(([name]) => parameterValues?.[name]),
      ...resources.flatMap(({ attributes }) => Object.values(attributes)),
    ]);
  }
}

/** The statuses with which an operation begins. */
const BEGINNINGS = [
  'CREATE_IN_PROGRESS',
  'ROLLBACK_IN_PROGRESS',
  'UPDATE_IN_PROGRESS',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'DELETE_IN_PROGRESS',
];

function masked(properties: Properties, secrets: ReadonlySet<unknown>): Properties {
  if (secrets.size === 0) return properties;
  return JSON.parse(JSON.stringify(properties, (_key, value: unknown) => (secrets.has(value) ? '****' : value)));
}
