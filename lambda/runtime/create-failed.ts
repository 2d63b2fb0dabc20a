/**
 * The id of a resource whose Create failed before anything could have been written. CloudFormation deletes what it
 * failed to create, and that Delete must neither call the service nor fail.
 */
import { createHash } from 'node:crypto';
import { type Envelope } from './parse';

const PREFIX = 'create-failed/';

export function createFailedId({ StackId, LogicalResourceId }: Envelope): string {
  return PREFIX + createHash('sha256').update(`${StackId}\n${LogicalResourceId}`).digest('hex').slice(0, 16);
}

export function isCreateFailedId(physicalResourceId: string | undefined): boolean {
  return physicalResourceId?.startsWith(PREFIX) ?? false;
}
