/** The answer to CloudFormation, within its limits. */
import { CloudFormationLimits } from '../../contract/cloudformation';
import { type Answer } from './custom-resource';
import { type Envelope } from './parse';
import { redactText } from './redact';

export type Outcome =
  | ({ readonly status: 'SUCCESS' } & Answer)
  | { readonly status: 'FAILED'; readonly physicalResourceId: string; readonly message: string };

/** Where to read more: CloudFormation shows the reason alone. */
export interface LogLocation {
  readonly logGroupName: string;
  readonly awsRequestId: string;
}

/** A success that is too long becomes a failure that says so, before CloudFormation says less. */
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
      `the answer has ${bytes} bytes, CloudFormation takes ${CloudFormationLimits.RESPONSE_BYTES}` +
      (largest ? `; the largest attribute is ${largest.name.slice(0, 80)} with ${largest.bytes} bytes` : ''),
  };
}

/** The response object. Of a long reason it keeps the head, which names the cause, and where to read the rest. */
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
  // no more characters than bytes can fit, so a text of megabytes is not taken apart.
  const characters = Array.from(text.slice(0, CloudFormationLimits.RESPONSE_BYTES));
  let [low, high] = [0, characters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(characters.slice(0, middle).join(''))) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join('');
}
