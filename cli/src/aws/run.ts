/** A run of a sweep: an execution of its state machine. */
import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { unless } from '../../../lambda/runtime/retry';
import { type SweepCounts } from '../../../lambda/sweep/cursor';
import { successorOf } from '../../../lambda/sweep/execution';

/** How far a run has come. */
export interface RunState {
  readonly status: ExecutionStatus;
  /** Absent before the first slice has ended. */
  readonly counts?: SweepCounts;
  /** Whether it waits: for its stack, or for what it has begun. */
  readonly isWaiting: boolean;
  /** Why it has failed, was refused or skipped. */
  readonly message?: string;
  readonly outcome?: string;
  /** The execution that goes on with the run. */
  readonly continuedBy?: string;
}

/** What an execution hands from state to state, as far as it is shown. */
interface Data {
  readonly next?: string;
  readonly cursor?: { readonly counts?: SweepCounts };
  readonly outcome?: { readonly status?: string; readonly counts?: SweepCounts; readonly message?: string };
}

export async function startRun(sfn: SFNClient, stateMachineArn: string): Promise<string> {
  const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }));
  return executionArn;
}

/** The run that is under way; `undefined` where there is none. */
export async function runningRun(sfn: SFNClient, stateMachineArn: string): Promise<string | undefined> {
  const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 });
  return (await sfn.send(command)).executions?.[0]?.executionArn;
}

/** When the last run began, and how it ended. */
export async function lastRun(sfn: SFNClient, stateMachineArn: string) {
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }));
  const [last] = executions;
  return last && { at: last.startDate?.toISOString() ?? '', status: last.status ?? '' };
}

/** `undefined` where the service does not know the execution: it may not do so yet. */
export async function stateOf(sfn: SFNClient, executionArn: string): Promise<RunState | undefined> {
  const execution = await unless('ExecutionDoesNotExist', sfn.send(new DescribeExecutionCommand({ executionArn })));
  if (!execution) return undefined;
  const { status = 'RUNNING', output, cause } = execution;
  if (status !== 'RUNNING') {
    const { outcome, cursor } = output === undefined ? await lastData(sfn, executionArn) : parsed(output);
    const counts = outcome?.counts ?? cursor?.counts;
    const continuedBy = outcome?.status === 'CONTINUED' ? continuationOf(executionArn) : undefined;
    const ending = { message: outcome?.message ?? cause, outcome: outcome?.status };
    return { status, counts, isWaiting: false, ...ending, ...(continuedBy && { continuedBy }) };
  }
  const { cursor, next } = await lastData(sfn, executionArn);
  return { status, counts: cursor?.counts, isWaiting: next === 'WAIT' };
}

/** The execution that has a run, where this one may have handed it over: it does so a moment before it ends. */
export async function executionWith(sfn: SFNClient, executionArn: string): Promise<string> {
  const next = continuationOf(executionArn);
  const command = new DescribeExecutionCommand({ executionArn: next });
  return (await unless('ExecutionDoesNotExist', sfn.send(command))) ? next : executionArn;
}

const continuationOf = (arn: string) => arn.replace(/[^:]+$/, successorOf(arn));

/** Events of the history that are looked at for what the last slice has left. */
const EVENTS = 20;

async function lastData(sfn: SFNClient, executionArn: string): Promise<Data> {
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: EVENTS }),
  );
  for (const { stateExitedEventDetails, stateEnteredEventDetails } of events) {
    const data = parsed(stateExitedEventDetails?.output ?? stateEnteredEventDetails?.input ?? '');
    if (data.cursor || data.outcome || data.next) return data;
  }
  return {};
}

function parsed(text: string): Data {
  try {
    return Object(JSON.parse(text)) as Data;
  } catch {
    return {};
  }
}
