import { createHash } from 'node:crypto';
import { CloudFormationLimits } from '../../contract/cloudformation';
import { Shape, map, oneOf, optional, string, struct } from '../../contract/shape';

/** What CloudFormation sends. Every property value arrives as a string, or a structure of strings. */
export interface CloudFormationEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  /** Absent in Create. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: RawProperties;
  /** Update only. Shows which tags the template set before; everything else is compared with the service's state. */
  readonly OldResourceProperties?: RawProperties;
}

export type RawProperties = Readonly<Record<string, unknown>>;

/** What is needed to answer an event later. Never log it: the URL is a credential. */
export interface Request {
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly RequestType: CloudFormationEvent['RequestType'];
  /** How long, in seconds, CloudFormation waits, if the event says so. */
  readonly ServiceTimeout?: number;
}

/** What is needed to answer, whatever else is wrong with an event. */
export type Envelope = Pick<
  CloudFormationEvent,
  'ResponseURL' | 'StackId' | 'RequestId' | 'LogicalResourceId' | 'PhysicalResourceId'
>;

const url = new Shape<string>((value, property) => {
  const text = string().decode(value, property);
  // the value itself is a credential, so the message does not show it.
  if (!/^https?:/.test(text) || !URL.canParse(text)) throw new Error(`property ${property} must be an http(s) URL`);
  return text;
});

const rawProperties: Shape<RawProperties> = map(new Shape<unknown>(value => value));

const envelopeFields = {
  ResponseURL: url,
  StackId: string(),
  RequestId: string(),
  LogicalResourceId: string(),
  PhysicalResourceId: optional(string()),
};

const envelopeShape: Shape<Envelope> = struct(envelopeFields);

const eventShape: Shape<CloudFormationEvent> = struct({
  ...envelopeFields,
  RequestType: oneOf('Create', 'Update', 'Delete'),
  ResourceType: string(),
  ResourceProperties: rawProperties,
  OldResourceProperties: optional(rawProperties),
});

/** Throws if nobody can be answered: this is not a CloudFormation event. */
export function parseEnvelope(input: unknown): Envelope {
  return envelopeShape.decode(structure(input), '');
}

export function parseEvent(input: unknown): CloudFormationEvent {
  const event = eventShape.decode(structure(input), '');
  if (event.RequestType !== 'Create' && event.PhysicalResourceId === undefined) {
    throw new Error(`property PhysicalResourceId must be a string in ${event.RequestType}, got nothing`);
  }
  return event;
}

function structure(input: unknown): RawProperties {
  return rawProperties.decode(input, 'event');
}

/**
 * When an event was sent, from the signature of the URL, in either signature version. `undefined` if the URL is not
 * signed.
 */
export function sentAt(responseUrl: string): number | undefined {
  const query = new URL(responseUrl).searchParams;
  const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  if (signed) {
    const [year, month, day, hour, minute, second] = signed.slice(1).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }
  const expires = Number(query.get('Expires'));
  return expires > 0 ? (expires - CloudFormationLimits.RESPONSE_URL_SECONDS) * 1000 : undefined;
}

// they change when the same request is signed again.
const CREDENTIALS = ['X-Amz-Credential', 'X-Amz-Security-Token', 'X-Amz-Signature', 'AWSAccessKeyId', 'Signature'];

/**
 * The same for every delivery of one event, and 64 characters long. RequestId alone is not enough: CloudFormation uses
 * the same RequestId when a deployment is retried, with another date in the URL.
 */
export function eventToken({ RequestId, ResponseURL }: Pick<Envelope, 'RequestId' | 'ResponseURL'>): string {
  const url = new URL(ResponseURL);
  for (const parameter of CREDENTIALS) url.searchParams.delete(parameter);
  return createHash('sha256').update(`${RequestId}\n${url.href}`).digest('hex');
}

/**
 * The id of a resource whose Create failed before anything could have been written. CloudFormation deletes what it
 * failed to create; that Delete must neither call the service nor fail.
 */

const PREFIX = 'create-failed/';

export function createFailedId({ StackId, LogicalResourceId }: Envelope): string {
  return PREFIX + createHash('sha256').update(`${StackId}\n${LogicalResourceId}`).digest('hex').slice(0, 16);
}

export function isCreateFailedId(physicalResourceId: string | undefined): boolean {
  return physicalResourceId?.startsWith(PREFIX) ?? false;
}

/** Marks what an event has written: the time at which the event was sent, in seconds, and a hash of the event. */
export interface EventMark {
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly hash: string;
}

export function markOf(event: Pick<Envelope, 'RequestId' | 'ResponseURL'>, now: number): EventMark {
  return { sentAt: sentAt(event.ResponseURL) ?? now, hash: eventToken(event).slice(0, 8) };
}
