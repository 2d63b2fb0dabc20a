// documented: developer guide, integrate-services
// captured: LocalStack, snapshots validated on AWS, for the names of errors
import { ConnectionCut } from '../../core/faults';
import { type InternalCall, type Members, ServiceError } from '../../core/service';

/** The work of a task. */
export interface Task {
  /**
   * The names in the history, such as `lambda` and `invoke`. Absent: a function by its ARN, which has its own events.
   */
  readonly integration?: { readonly resourceType: string; readonly resource: string };
  /** Throws TaskError. */
  run(input: Members, call: InternalCall): Promise<unknown>;
}

/** The error of a task: a name for retriers and catchers, and a cause. */
export class TaskError extends Error {
  // the interpreter reads this: a catcher cannot handle an error that ends the execution.
  readonly isCatchable: boolean;

  constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
    this.isCatchable = name !== 'States.DataLimitExceeded';
  }
}

/** The services of which a task can call every operation, by their names in a resource. */
const SDK_SERVICES: Readonly<Record<string, { signingName: string; errors: string; isCamelCased: boolean }>> = {
  cloudformation: { signingName: 'cloudformation', errors: 'CloudFormation', isCamelCased: false },
  sfn: { signingName: 'states', errors: 'Sfn', isCamelCased: true },
};

/** The task for the resource of a Task state; `undefined` if the local AWS does not have the integration. */
export function taskOf(resource: string): Task | undefined {
  if (/^arn:[\w-]+:lambda:/.test(resource)) {
    return { run: async (input, call) => (await invoke({ FunctionName: resource, Payload: input }, call)).Payload };
  }
  const [, integration] = /^arn:[\w-]+:states:::([\w:-]+)$/.exec(resource) ?? [];
  switch (integration) {
    case 'lambda:invoke':
      return { integration: { resourceType: 'lambda', resource: 'invoke' }, run: invoke };
    case 'states:startExecution':
      return { integration: { resourceType: 'states', resource: 'startExecution' }, run: startExecution };
  }
  const [, service, operation] = /^aws-sdk:(\w+):(\w+)$/.exec(integration ?? '') ?? [];
  if (!SDK_SERVICES[service]) return undefined;
  return {
    integration: { resourceType: `aws-sdk:${service}`, resource: operation },
    run: (input, call) => callSdk(service, operation, input, call),
  };
}

async function invoke({ Payload = {}, ...input }: Members, call: InternalCall): Promise<Members> {
  const invocation = call('lambda', 'Invoke', { ...input, Payload: JSON.stringify(Payload) });
  // a denied invocation has the name of the client's own exception.
  const answer = await named('Lambda', invocation, { AccessDeniedException: 'AWSLambdaException' });
  const { StatusCode, ExecutedVersion, FunctionError, Payload: text = '{}' } = answer;
  // documented: developer guide, integrate-services
  if (FunctionError) throw new TaskError(JSON.parse(text).errorType ?? 'Lambda.Unknown', text);
  return { StatusCode, ExecutedVersion, Payload: JSON.parse(text) };
}

async function startExecution({ StateMachineArn, Input = {}, Name }: Members, call: InternalCall): Promise<unknown> {
  const input = { stateMachineArn: StateMachineArn, input: JSON.stringify(Input), name: Name };
  const { executionArn, startDate } = await named('StepFunctions', call('states', 'StartExecution', input));
  return { ExecutionArn: executionArn, StartDate: startDate.getTime() };
}

async function callSdk(service: string, operation: string, input: Members, call: InternalCall): Promise<unknown> {
  const { signingName, errors, isCamelCased } = SDK_SERVICES[service];
  const answer = await named(
    errors,
    call(signingName, upperFirst(operation), isCamelCased ? renamed(input, lowerFirst) : input),
  );
  // dates become text in JSON.
  const output: unknown = JSON.parse(JSON.stringify(answer ?? {}));
  return isCamelCased ? renamed(output, upperFirst) : output;
}

/** The answer to a call. An error has the name that state machines use for it. captured: LocalStack, for the names */
async function named(
  service: string,
  answer: Promise<Members>,
  others: Readonly<Record<string, string>> = {},
): Promise<Members> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ConnectionCut) throw new TaskError(`${service}.SdkClientException`, error.message);
    if (!(error instanceof ServiceError)) throw error;
    const name = others[error.code] ?? (error.code.endsWith('Exception') ? error.code : `${error.code}Exception`);
    throw new TaskError(`${service}.${name}`, error.message);
  }
}

const upperFirst = (name: string): string => name[0].toUpperCase() + name.slice(1);
const lowerFirst = (name: string): string => name[0].toLowerCase() + name.slice(1);

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map(each => renamed(each, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [rename(name), renamed(member, rename)]));
}
