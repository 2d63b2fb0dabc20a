// documented: user guide (CloudFormation), stacks-event-bridge; developer guide (Step Functions),
// eventbridge-integration
import { type Stack } from '../cloudformation/stack';
import { type Execution } from '../step-functions/execution';

/** An event as a service publishes it. The bus adds account, region and time. */
export interface AwsEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources?: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. Absent: now. */
  readonly time?: number;
}

/** The event with which CloudFormation reports the status of a stack. */
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

/**
 * The most characters of an execution's input and output together in its events. documented: developer guide (Step
 * Functions), eventbridge-integration
 */
const DATA_CHARACTERS = 248 * 1024;

/** The event with which Step Functions reports the status of an execution. */
export function executionStatusChange(execution: Execution): AwsEvent {
  const { arn, machineArn, name, status, startDate, stopDate, input, output, error, cause } = execution;
  const included = input.length + (output ?? '').length <= DATA_CHARACTERS;
  return {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: machineArn,
      name,
      status,
      startDate,
      stopDate: stopDate ?? null,
      input: included ? input : null,
      inputDetails: { included },
      output: included ? (output ?? null) : null,
      outputDetails: output === undefined ? null : { included },
      error: error ?? null,
      cause: cause ?? null,
    },
  };
}
