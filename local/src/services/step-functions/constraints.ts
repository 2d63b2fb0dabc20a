/** The documented constraints of the members of an input to AWS Step Functions. */
// documented: API model
import { flag, integer, list, oneOf, required, structure, text } from '../../core/shape';

/**
 * The most bytes of JSON of the input and output of a state, a task or an execution. documented: developer guide,
 * service-quotas
 */
export const PAYLOAD_BYTES = 262_144;

/** The most events of an execution's history. documented: developer guide, service-quotas */
export const HISTORY_EVENTS = 25_000;

const arn = text({ min: 1, max: 256 });
const name = text({ min: 1, max: 80 });
const definition = text({ min: 1, max: 1_048_576 });
const tags = list(structure({ key: required(text({ min: 1, max: 128 })), value: text({ max: 256 }) }), { max: 50 });
const page = { maxResults: integer({ min: 0, max: 1000 }), nextToken: text({ min: 1, max: 1024 }) };
const ofMachine = { stateMachineArn: required(arn) };
const ofExecution = { executionArn: required(arn) };

const configuration = {
  loggingConfiguration: structure({
    level: oneOf('ALL', 'ERROR', 'FATAL', 'OFF'),
    includeExecutionData: flag(),
    destinations: list(structure({ cloudWatchLogsLogGroup: structure({ logGroupArn: text({ min: 1, max: 256 }) }) }), {
      max: 1,
    }),
  }),
  tracingConfiguration: structure({ enabled: flag() }),
};

export const MACHINES = {
  CreateStateMachine: {
    name: required(name),
    definition: required(definition),
    roleArn: required(arn),
    type: oneOf('STANDARD', 'EXPRESS'),
    tags,
    ...configuration,
  },
  UpdateStateMachine: { ...ofMachine, definition, roleArn: arn, ...configuration },
  DescribeStateMachine: { ...ofMachine, includedData: oneOf('ALL_DATA', 'METADATA_ONLY') },
  DeleteStateMachine: ofMachine,
  ListStateMachines: page,
} as const;

export const EXECUTIONS = {
  StartExecution: {
    ...ofMachine,
    name,
    input: text({ max: PAYLOAD_BYTES }),
    traceHeader: text({ max: 256, pattern: /\p{ASCII}*/u }),
  },
  DescribeExecution: { ...ofExecution, includedData: oneOf('ALL_DATA', 'METADATA_ONLY') },
  ListExecutions: {
    ...ofMachine,
    ...page,
    statusFilter: oneOf('RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'),
  },
  StopExecution: { ...ofExecution, error: text({ max: 256 }), cause: text({ max: 32_768 }) },
  GetExecutionHistory: { ...ofExecution, ...page, reverseOrder: flag(), includeExecutionData: flag() },
} as const;

const resourceArn = required(arn);

export const TAGS = {
  TagResource: { resourceArn, tags: required(tags) },
  UntagResource: { resourceArn, tagKeys: required(list(text({ min: 1, max: 128 }))) },
  ListTagsForResource: { resourceArn },
} as const;

/** Names of state machines and executions: no white space, brackets, wildcards, special or control characters. */
// eslint-disable-next-line no-control-regex
export const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/;
