import { createHash } from 'node:crypto';
import { type Envelope } from './parse';

// they change when the same request is signed again.
const CREDENTIALS = ['X-Amz-Credential', 'X-Amz-Security-Token', 'X-Amz-Signature', 'AWSAccessKeyId', 'Signature'];

/**
 * The same for every delivery of one event, and 64 characters long. RequestId alone will not do: CloudFormation uses it
 * again when a deployment is retried; the date in the URL differs then.
 */
export function clientToken({ RequestId, ResponseURL }: Pick<Envelope, 'RequestId' | 'ResponseURL'>): string {
  const url = new URL(ResponseURL);
  for (const parameter of CREDENTIALS) url.searchParams.delete(parameter);
  return createHash('sha256').update(`${RequestId}\n${url.href}`).digest('hex');
}
