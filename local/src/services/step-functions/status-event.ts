import { type AwsEvent } from '../events/event';
import { type Execution } from './execution';

/** Characters of an execution's input and output together that its events hold. */
const DATA_CHARACTERS = 248 * 1024;

/** The event by which an execution's status is told. */
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
