/** A resource type: it creates, updates and deletes one resource by calls to its service. */
// documented: resource handlers, for the waits
// unverified: how a generated name is cut to its length
import { randomInt } from 'node:crypto';
import { type InternalCall, type LocalClock, type World } from '../../../core/service';
import { type Stack } from '../stack';
import { type Properties, isRecord } from '../template';

/** The request to a resource type. */
export interface ResourceRequest {
  readonly world: World;
  readonly stack: Stack;
  readonly type: string;
  readonly logicalId: string;
  /** The resolved properties. */
  readonly properties: Properties;
  /** Calls an operation on the deployer's behalf, as CloudFormation does. */
  call: InternalCall;
  /** Aborts when the deployment has failed elsewhere, so that a wait for an answer stops. */
  readonly signal: AbortSignal;
}

export interface ExistingRequest extends ResourceRequest {
  readonly physicalId: string;
  /** The values of GetAtt. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface UpdateRequest extends ExistingRequest {
  readonly oldProperties: Properties;
  /** The tags of the stack that the resource has got, if its type takes them. */
  readonly oldStackTags?: Readonly<Record<string, string>>;
}

/** A resource after a create or an update. */
export interface Made {
  /** The value of `Ref`. */
  readonly physicalId: string;
  /** The values of `GetAtt`. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Whether the attributes are masked in answers. */
  readonly noEcho?: boolean;
}

export interface ResourceType {
  /** The properties whose change replaces the resource. */
  readonly createOnly?: readonly string[];
  /** The property with a name that the user has chosen. A replacement with the same name is refused. */
  readonly nameProperty?: string;
  /** Whether the resource gets the tags of its stack, so that a change of these updates it. */
  readonly takesStackTags?: boolean;
  /** Whether the physical id after an update tells whether the resource was replaced. */
  readonly choosesPhysicalId?: boolean;
  create(request: ResourceRequest): Promise<Made>;
  /** Throws if these properties cannot follow the others. Not called in a rollback. */
  checkUpdate?(from: Properties, to: Properties): void;
  /** Absent: every change replaces the resource. */
  update?(request: UpdateRequest): Promise<Made>;
  delete(request: ExistingRequest): Promise<void>;
  /** Undoes the update of the running deployment, if that is more than an update to the old properties. */
  rollBack?(request: ExistingRequest): Promise<Made>;
  /** Called in the clean-up of the stack, when no rollback can follow. */
  cleanUp?(request: ExistingRequest): Promise<void>;
  /** The current properties of a resource that can be read; `undefined` if the resource is gone. */
  read?(request: ExistingRequest): Promise<Properties | undefined>;
  /** The message for an unknown attribute. */
  missingAttribute?(attribute: string, physicalId: string): string;
}

/** A failure with the id of the resource that it leaves behind. */
export class ResourceFailure extends Error {
  constructor(
    message: string,
    /** The resource that a rollback must delete or update. Absent: nothing was created, or nothing has changed. */
    readonly physicalId?: string,
    /** The error code of the handler, if it is one of AWS's. */
    readonly code?: string,
  ) {
    super(message);
  }
}

/** The message of a failure for another reason than the resource: the deployment has failed elsewhere. */
export const CANCELLED = 'cancelled';

/** A name in the form of generated names: stack, logical id and a random part. documented: user guide, "Name type" */
export function generatedName(
  { stack, logicalId }: Pick<ResourceRequest, 'stack' | 'logicalId'>,
  maxLength = 255,
): string {
  const random = Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${`${stack.name}-${logicalId}`.slice(0, maxLength - random.length - 1)}-${random}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A `Tags` property as a list of keys and values, which most services take. */
export function tagList(properties: Properties): { Key: string; Value: string }[] | undefined {
  const tags = properties.Tags as { Key: string; Value: unknown }[] | undefined;
  return tags?.map(({ Key, Value }) => ({ Key, Value: String(Value) }));
}

/** A `Tags` property as a map. */
export function tagMap(properties: Properties): Record<string, string> | undefined {
  return tagList(properties) && Object.fromEntries(tagList(properties)!.map(({ Key, Value }) => [Key, Value]));
}

/** A property with capitalized members, for an API with members in lower case. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (!isRecord(value)) return value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([key, member]) => [key[0].toLowerCase() + key.slice(1), camelCased(member)]));
}

/** Runs a delete. A missing resource counts as deleted. */
export async function unlessMissing(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!/NotFound|NoSuch|DoesNotExist/.test((error as Error).name)) throw error;
  }
}

/** The result of a read; `undefined` if the resource is missing. */
export async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  let answer: T | undefined;
  await unlessMissing(asked.then(value => (answer = value)));
  return answer;
}

/** Milliseconds between two reads while something takes time. */
export const POLL_INTERVAL = 100;

/** How long, in milliseconds, the open-source handlers wait until a resource is gone. */
const GONE_WITHIN = 120_000;

/** Waits until a resource is gone. Throws if it takes too long. */
export async function untilMissing(
  look: () => Promise<unknown>,
  clock: LocalClock,
  { within = GONE_WITHIN }: { readonly within?: number } = {},
): Promise<void> {
  const end = clock.now() + within;
  const looks = async () => {
    while (clock.now() < end) {
      await look();
      await clock.sleep(POLL_INTERVAL);
    }
    throw new ResourceFailure('Exceeded attempts to wait', undefined, 'NotStabilized');
  };
  await unlessMissing(looks());
}
