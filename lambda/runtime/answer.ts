/** The answer to CloudFormation, within its limits. */
import { CloudFormationLimits } from '../../contract/cloudformation';
import { type Clock, type Deadline } from './clock';
import { type Answer } from './custom-resource';
import { type Envelope } from './event';
import { type Put } from './http';
import { type Log, redactText } from './log';

export type Outcome =
  | ({ readonly status: 'SUCCESS' } & Answer)
  | { readonly status: 'FAILED'; readonly physicalResourceId: string; readonly message: string };

/** Where to read more: CloudFormation only shows the reason. */
export interface LogLocation {
  readonly logGroupName: string;
  readonly awsRequestId: string;
}

/** How an answer gets to CloudFormation. */
interface Delivery {
  readonly clock: Clock;
  readonly put: Put;
  readonly log: Log;
  readonly end: Deadline;
}

/** Answers an event. Throws when the answer cannot be delivered. */
export async function answer(
  said: Outcome,
  to: Envelope,
  { location, ...delivery }: Delivery & { readonly location: LogLocation },
): Promise<void> {
  const outcome = fitting(said, to);
  await respond(to.ResponseURL, responseBody(outcome, to, location), delivery);
  delivery.log.info('answered', { status: outcome.status, physicalResourceId: outcome.physicalResourceId });
}

/** A success that is too long becomes a failure that says so. CloudFormation itself would say less. */
export function fitting(outcome: Outcome, envelope: Envelope): Outcome {
  if (outcome.status === 'FAILED') return outcome;
  const bytes = Buffer.byteLength(successBody(outcome, envelope));
  if (bytes <= CloudFormationLimits.RESPONSE_BYTES) return outcome;
  const sizes = Object.entries(outcome.data).map(([name, value]) => ({ name, bytes: Buffer.byteLength(value) }));
  const [largest] = sizes.sort((a, b) => b.bytes - a.bytes);
  return {
    status: 'FAILED',
    physicalResourceId: outcome.physicalResourceId,
    message:
      `the answer has ${bytes} bytes, CloudFormation accepts ${CloudFormationLimits.RESPONSE_BYTES}` +
      (largest ? `; the largest attribute is ${largest.name.slice(0, 80)} with ${largest.bytes} bytes` : ''),
  };
}

/**
 * The response object. A long reason is shortened: its head, which names the cause, stays, and where to read the rest.
 */
export function responseBody(outcome: Outcome, envelope: Envelope, location: LogLocation): string {
  if (outcome.status === 'SUCCESS') return successBody(outcome, envelope);
  const where = ` (log group ${location.logGroupName}, request ${location.awsRequestId})`;
  const message = redactText(outcome.message);
  const body = (head: string) => serialize(envelope, 'FAILED', outcome.physicalResourceId, { Reason: head + where });
  const fits = (head: string) => Buffer.byteLength(body(head)) <= CloudFormationLimits.RESPONSE_BYTES;
  return body(fits(message) ? message : `${longestHead(message, head => fits(`${head}...`))}...`);
}

function successBody({ physicalResourceId, data, noEcho }: Answer, envelope: Envelope): string {
  return serialize(envelope, 'SUCCESS', physicalResourceId, { NoEcho: noEcho || undefined, Data: data });
}

function serialize(
  { StackId, RequestId, LogicalResourceId }: Envelope,
  Status: Outcome['status'],
  PhysicalResourceId: string,
  rest: object,
): string {
  return JSON.stringify({ Status, PhysicalResourceId, StackId, RequestId, LogicalResourceId, ...rest });
}

/** The longest head, in whole characters, that fits. */
function longestHead(text: string, fits: (head: string) => boolean): string {
  // a character has at least one byte, so a text of megabytes is shortened before it is split.
  const characters = Array.from(text.slice(0, CloudFormationLimits.RESPONSE_BYTES));
  let [low, high] = [0, characters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(characters.slice(0, middle).join(''))) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join('');
}

const ATTEMPTS = 6;
const ATTEMPT_TIMEOUT = 5_000;
const SHORTEST_TIMEOUT = 1_000;
const FIRST_BACKOFF = 200;
const FORBIDDEN = 403;

/** Delivers the answer. Throws if it cannot: Lambda then delivers the event again, and handlers tolerate that. */
export async function respond(url: string, body: string, { clock, put, log, end }: Delivery): Promise<void> {
  const host = new URL(url).host;
  let failure = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const timeout = Math.round(Math.min(ATTEMPT_TIMEOUT, Math.max(SHORTEST_TIMEOUT, end.remaining())));
    try {
      const status = await put(url, body, timeout);
      if (status >= 200 && status < 300) return;
      if (status === FORBIDDEN) {
        log.error('CloudFormation no longer accepts an answer to this event: the ResponseURL has expired', {
          status,
          host,
        });
        return;
      }
      failure = `${host} answered ${status}`;
    } catch (error) {
      failure = describe(error, host, timeout);
    }
    log.warn(`the answer was not delivered: ${failure}`, { attempt });
    // full jitter: the resources of a stack fail together and must not all retry at the same time.
    const backoff = Math.random() * FIRST_BACKOFF * 2 ** attempt;
    if (end.remaining() <= backoff) break;
    await clock.sleep(backoff);
  }
  log.error(`the answer could not be delivered: ${failure}`);
  throw new Error(`the answer to CloudFormation could not be delivered: ${failure}`);
}

function describe(error: unknown, host: string, timeout: number): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `${host} did not answer within ${timeout} ms; a function in a VPC needs a way to S3: a gateway endpoint or a NAT`;
  }
  return `${host}: ${code ?? message}`;
}
