/**
 * What a resource type is: how to create, update and delete one resource by calls to its service.
 */
import { randomInt } from 'node:crypto';
import { type InternalCall, type LocalClock, type World } from '../../../core/service';
import { type Stack } from '../stack';
import { type Properties, isRecord } from '../template';

/** What a resource type is asked to do. */
export interface ResourceRequest {
  readonly world: World;
  readonly stack: Stack;
  readonly type: string;
  readonly logicalId: string;
  /** Resolved. */
  readonly properties: Properties;
  /** Calls an operation as CloudFormation does on the deployer's behalf. */
  call: InternalCall;
  /** Aborted when the deployment has failed elsewhere: whoever waits for an answer stops. */
  readonly signal: AbortSignal;
}

export interface ExistingRequest extends ResourceRequest {
  readonly physicalId: string;
  /** What GetAtt gives. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface UpdateRequest extends ExistingRequest {
  readonly oldProperties: Properties;
}

/** A resource as it is after a create or an update. */
export interface Made {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `GetAtt` gives. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Whether the attributes are masked where they are shown. */
  readonly noEcho?: boolean;
}

export interface ResourceType {
  /** Properties whose change replaces the resource. */
  readonly createOnly?: readonly string[];
  /** The property with a name of the user's choice: a replacement under the same name is refused. */
  readonly nameProperty?: string;
  /** Whether the resource itself says with the physical id of an update whether it was replaced. */
  readonly choosesPhysicalId?: boolean;
  create(request: ResourceRequest): Promise<Made>;
  /** Throws if these properties may not follow those. Not asked in a rollback. */
  checkUpdate?(from: Properties, to: Properties): void;
  /** Absent: every change replaces the resource. */
  update?(request: UpdateRequest): Promise<Made>;
  delete(request: ExistingRequest): Promise<void>;
  /** Undoes the update of the running deployment where that is something else than an update to the old properties. */
  rollBack?(request: ExistingRequest): Promise<Made>;
  /** Called in the clean-up of the stack, when nothing can be rolled back any more. */
  cleanUp?(request: ExistingRequest): Promise<void>;
  /** The properties that a resource has by now, as far as they can be told; `undefined` if it is gone. */
  read?(request: ExistingRequest): Promise<Properties | undefined>;
  /** The message of a GetAtt that finds no such attribute. */
  missingAttribute?(attribute: string, physicalId: string): string;
}

/** A failure that says which resource it leaves behind. */
export class ResourceFailure extends Error {
  constructor(
    message: string,
    /** What a rollback has to delete or to update. Absent: nothing was made, or nothing has changed. */
    readonly physicalId?: string,
  ) {
    super(message);
  }
}

/** The message of a failure that is none of the resource's own: the deployment has failed elsewhere. */
export const CANCELLED = 'cancelled';

/** A name as CloudFormation generates it: stack, logical id and something random. */
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

/** A property of members with capitals, for an API that has them with small letters. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (!isRecord(value)) return value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([key, member]) => [key[0].toLowerCase() + key.slice(1), camelCased(member)]));
}

/** Runs a delete for which a missing thing is as good as a deleted one. */
export async function unlessMissing(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!/NotFound|NoSuch|DoesNotExist/.test((error as Error).name)) throw error;
  }
}

/** What was asked for; `undefined` if it is missing. */
export async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  let answer: T | undefined;
  await unlessMissing(asked.then(value => (answer = value)));
  return answer;
}

/** Milliseconds between two looks at something that takes its time. */
export const POLL_INTERVAL = 250;

/** Waits until what is looked at is missing. */
export async function untilMissing(look: () => Promise<unknown>, clock: LocalClock): Promise<void> {
  const looks = async () => {
    for (;;) {
      await look();
      await clock.sleep(POLL_INTERVAL);
    }
  };
  await unlessMissing(looks());
}
