/** Custom resources: CloudFormation's requests to a function, and the rules for an answer. */
// documented: user guide, "Custom resource request objects" and "Custom resource response objects"
// unverified: that nulls and what is empty are left out, and which of several broken rules of an answer is told
import { createHash, randomUUID } from 'node:crypto';
import { type ExpectedResponse } from '../../../core/responses';
import { type LocalClock } from '../../../core/service';
import { type Properties, isRecord } from '../template';
import {
  CANCELLED,
  type ExistingRequest,
  type Made,
  ResourceFailure,
  type ResourceRequest,
  type ResourceType,
  generatedName,
} from './resource-type';

export interface CustomResourceOptions {
  /**
   * Whether a repeated request of the same resource has the same RequestId, as when a deployment is retried after a
   * failure.
   */
  reuseRequestIds(): boolean;
}

export const isCustomResource = (type: string): boolean =>
  type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');

const MAX_RESPONSE_BYTES = 4096;
const MAX_PHYSICAL_ID_BYTES = 1024;

/** Also without ServiceTimeout. documented: template reference, AWS::CloudFormation::CustomResource */
const MAX_TIMEOUT_SECONDS = 3600;

/** How often, in milliseconds, a waiting deployment checks whether the time is over. */
const LOOK_EVERY = 1000;

type RequestType = 'Create' | 'Update' | 'Delete';

/** The event that the function of a custom resource gets. */
export interface CustomResourceEvent {
  readonly RequestType: RequestType;
  readonly ServiceToken: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType: string;
  readonly ResourceProperties: unknown;
  readonly OldResourceProperties?: unknown;
  /** The properties also have it. unverified: that it is text here. */
  readonly ServiceTimeout?: string;
}

interface Answer {
  readonly requestId: string;
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason?: string;
  readonly physicalId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly noEcho: boolean;
}

/** A request of the engine: a Create has no physical id, an Update has the old properties. */
type AnyRequest = ResourceRequest & Partial<ExistingRequest> & { readonly oldProperties?: Properties };

export function customResource(options: CustomResourceOptions): ResourceType {
  async function ask(type: RequestType, request: AnyRequest): Promise<Answer> {
    const requestId = options.reuseRequestIds() ? stableRequestId(type, request) : randomUUID();
    const { stack, logicalId, properties, oldProperties } = request;
    const response = request.world.responses.expect({ stackId: stack.id, logicalId, requestId });
    const event: CustomResourceEvent = {
      RequestType: type,
      ServiceToken: serviceToken(properties),
      ResponseURL: response.url,
      StackId: stack.id,
      RequestId: requestId,
      LogicalResourceId: logicalId,
      ...(request.physicalId !== undefined && { PhysicalResourceId: request.physicalId }),
      ResourceType: request.type,
      ResourceProperties: asStrings(properties),
      ...(oldProperties && { OldResourceProperties: asStrings(oldProperties) }),
      ...(properties.ServiceTimeout !== undefined && { ServiceTimeout: String(properties.ServiceTimeout) }),
    };
    const timeout = timeoutSeconds(properties);
    await request.call('lambda', 'Invoke', {
      FunctionName: event.ServiceToken,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
    });
    // from here on the function can have created something, whatever happens to the answer.
    const fallback = request.physicalId ?? generatedName(request);
    try {
      const body = await waitFor(response, timeout * 1000, request, requestId);
      return parse(body, event);
    } catch (error) {
      throw new ResourceFailure((error as Error).message, fallback);
    }
  }

  async function apply(type: 'Create' | 'Update', request: AnyRequest): Promise<Made> {
    const { status, reason, physicalId, data, noEcho, requestId } = await ask(type, request);
    if (status === 'FAILED') throw new ResourceFailure(failure(reason, requestId), physicalId);
    return { physicalId, attributes: data, noEcho };
  }

  return {
    choosesPhysicalId: true,
    create: request => apply('Create', request),
    checkUpdate(from, to) {
      // captured: public report, for the message
      if (from.ServiceToken !== to.ServiceToken) throw new ResourceFailure('Modifying service token is not allowed.');
    },
    update: request => apply('Update', request),
    async delete(request) {
      const { status, reason, requestId } = await ask('Delete', request);
      if (status === 'FAILED') throw new ResourceFailure(failure(reason, requestId));
    },
    missingAttribute: (attribute, physicalId) =>
      `CustomResource attribute error: Vendor response doesn't contain ${attribute} attribute in object ${physicalId}`,
  };
}

const failure = (reason: string | undefined, requestId: string): string =>
  `Received response status [FAILED] from custom resource. Message returned: ${reason} (RequestId: ${requestId})`;

function serviceToken(properties: Properties): string {
  const token = String(properties.ServiceToken ?? '');
  if (/^arn:[^:]+:lambda:/.test(token)) return token;
  throw new ResourceFailure(
    `Invalid service token: the local CloudFormation needs the ARN of a Lambda function, got "${token}"`,
  );
}

function timeoutSeconds({ ServiceTimeout }: Properties): number {
  if (ServiceTimeout === undefined) return MAX_TIMEOUT_SECONDS;
  const seconds = Number(ServiceTimeout);
  // documented: template reference, AWS::CloudFormation::CustomResource. unverified: the words
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  throw new ResourceFailure(
    `ServiceTimeout must be a number of seconds from 1 to ${MAX_TIMEOUT_SECONDS}, got "${String(ServiceTimeout)}"`,
  );
}

/** The body of the answer. Throws if none comes in time, or if the deployment stops waiting. */
async function waitFor(
  response: ExpectedResponse,
  milliseconds: number,
  { world, signal }: AnyRequest,
  requestId: string,
): Promise<string> {
  const over = new AbortController();
  const cancelled = new Promise<never>((_resolve, reject) => {
    const cancel = () => reject(new Error(CANCELLED));
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true, signal: over.signal });
  });
  try {
    const late = expiry(world.clock, milliseconds, over.signal);
    const body = await Promise.race([response.body, cancelled, late]);
    if (body !== undefined) return body;
  } finally {
    over.abort();
  }
  // captured: public report, for the message
  throw new Error(
    `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]. ` +
      'If you are using the Python cfn-response module, you may need to update your Lambda function code so that ' +
      'CloudFormation can attach the updated version.',
  );
}

/** Sleeps for short times, so that no long sleep outlives the answer. */
async function expiry(clock: LocalClock, milliseconds: number, over: AbortSignal): Promise<undefined> {
  const end = clock.now() + milliseconds;
  while (!over.aborted && clock.now() < end) await clock.sleep(Math.min(LOOK_EVERY, end - clock.now()));
}

/**
 * Reads an answer by CloudFormation's rules. Throws if it breaks one. captured: public report, for the messages
 * (aws-cdk issues 2825 and 21216, cloudcomponents issue 197)
 */
function parse(body: string, event: CustomResourceEvent): Answer {
  if (Buffer.byteLength(body) > MAX_RESPONSE_BYTES) throw new Error('Response object is too long.');
  const answer = parseObject(body);
  const { Status, Reason, PhysicalResourceId, Data = {}, NoEcho } = answer;
  for (const member of ['StackId', 'RequestId', 'LogicalResourceId'] as const) {
    // unverified: CloudFormation's wording.
    if (answer[member] !== event[member]) throw new Error(`Invalid Response: ${member} does not match the request`);
  }
  if (Status !== 'SUCCESS' && Status !== 'FAILED') throw new Error('Invalid Status');
  const isId = typeof PhysicalResourceId === 'string' && PhysicalResourceId !== '';
  if (!isId || Buffer.byteLength(PhysicalResourceId) > MAX_PHYSICAL_ID_BYTES) {
    throw new Error('Invalid PhysicalResourceId');
  }
  if (Status === 'FAILED' && (typeof Reason !== 'string' || Reason === '')) throw new Error('Invalid Reason');
  if (!isRecord(Data)) throw new Error('Invalid Data');
  return {
    requestId: event.RequestId,
    status: Status,
    reason: Reason as string | undefined,
    physicalId: PhysicalResourceId,
    data: Data,
    noEcho: NoEcho === true || NoEcho === 'true',
  };
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (isRecord(value)) return value;
  } catch {
    // reported below, for everything that is not an object.
  }
  // captured: public report, for the message
  throw new Error('Invalid Response object: Value of property must be an object');
}

/**
 * Properties in the form that a function gets: numbers and booleans are strings; nulls, empty lists and empty objects
 * are left out.
 */
function asStrings(properties: Properties): Properties {
  return stringified(properties) ?? {};
}

function stringified<T>(value: T): T | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return String(value) as T;
  const members = Object.entries(value)
    .map(([key, member]) => [key, stringified(member as unknown)] as const)
    .filter(([, member]) => member !== undefined);
  if (members.length === 0) return undefined;
  return (Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members)) as T;
}

/** The same id for the same request, in any deployment. */
function stableRequestId(type: RequestType, request: AnyRequest): string {
  const { stack, logicalId, physicalId, properties, oldProperties } = request;
  const what = JSON.stringify([type, stack.id, logicalId, physicalId, properties, oldProperties]);
  const hash = createHash('sha256').update(what).digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
