import type { Stack } from '../cloudformation/stack';
import { type AwsEvent } from './event';

/** The event by which CloudFormation tells a stack's status. */
export function stackStatusChange({ id, status, reason = '', token = '' }: Stack): AwsEvent {
  return {
    source: 'aws.cloudformation',
    detailType: 'CloudFormation Stack Status Change',
    resources: [id],
    detail: {
      'stack-id': id,
      'status-details': { status, 'status-reason': reason },
      'client-request-token': token,
    },
  };
}
