// documented: Amazon States Language; developer guide, service-quotas
// captured: LocalStack, snapshots validated on AWS, for the events of a task and States.DataLimitExceeded
import { randomUUID } from 'crypto';
import { type InternalCall } from '../../core/service';
import { PAYLOAD_BYTES } from './constraints';
import { Retries } from './retry';
import { type State, type StateInput } from './states';
import { type Task, TaskError, taskOf } from './tasks';

/** What a state needs of its execution. */
export interface StateSurroundings {
  readonly call: InternalCall;
  readonly record: (type: string, details?: Readonly<Record<string, unknown>>) => void;
  /** Waits. Throws if the execution has ended meanwhile. */
  readonly sleep: (seconds: number) => Promise<void>;
}

/**
 * A placeholder for `$$.State.RetryCount` until an attempt is made, because the interpreter reads the parameters only
 * once.
 */
export const RETRY_COUNT = randomUUID();

/** Runs a Task state with its retries. */
export async function runTaskState(
  { Resource = '', Retry }: State,
  { input, timeoutSeconds }: StateInput,
  surroundings: StateSurroundings,
): Promise<unknown> {
  const retries = new Retries(Retry);
  for (let retryCount = 0; ; retryCount++) {
    try {
      return await attempt(Resource, counted(input, retryCount), timeoutSeconds, surroundings);
    } catch (error) {
      const delay = retries.next((error as Error).name);
      if (delay === undefined) throw error;
      await surroundings.sleep(delay);
    }
  }
}

function counted(input: unknown, retryCount: number): unknown {
  return JSON.parse(
    JSON.stringify(input)
      .replaceAll(`"${RETRY_COUNT}"`, String(retryCount))
      .replaceAll(RETRY_COUNT, String(retryCount)),
  );
}

async function attempt(
  resource: string,
  input: unknown,
  timeoutSeconds: number | undefined,
  { call, record }: StateSurroundings,
): Promise<unknown> {
  const { integration, run } = taskOf(resource) as Task;
  const events = integration ? 'Task' : 'LambdaFunction';
  const text = JSON.stringify(input);
  record(`${events}Scheduled`, integration ? { ...integration, parameters: text } : { resource, input: text });
  record(`${events}Started`, integration);
  try {
    const output = await within(timeoutSeconds, run(input, call));
    record(`${events}Succeeded`, { ...integration, output: textOf(output) });
    return output;
  } catch (error) {
    const { name, message } = error as Error;
    const type = name === 'States.Timeout' ? 'TimedOut' : 'Failed';
    record(`${events}${type}`, { ...integration, error: name, cause: message });
    throw error;
  }
}

/** The JSON of the output of a state or a task. Throws if it is too large. captured: LocalStack */
export function textOf(output: unknown): string {
  const text = JSON.stringify(output);
  if (Buffer.byteLength(text) <= PAYLOAD_BYTES) return text;
  throw new TaskError(
    'States.DataLimitExceeded',
    'The state/task returned a result with a size exceeding the maximum number of bytes service limit.',
  );
}

/** Functions run in real time, and so do their timeouts. documented: Amazon States Language, for the error */
async function within<T>(seconds: number | undefined, work: Promise<T>): Promise<T> {
  if (seconds === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TaskError('States.Timeout', '')), seconds * 1000);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
