// documented: developer guide, cw-logs
import { ConnectionCut } from '../../core/faults';
import { type InternalCall, type Members, ServiceError } from '../../core/service';
import { type Execution } from './execution';
import { type HistoryEvent, detailsKey, withoutData } from './history';

/** A machine's logging configuration. */
export interface Logging {
  readonly level?: 'ALL' | 'ERROR' | 'FATAL' | 'OFF';
  readonly includeExecutionData?: boolean;
  readonly destinations?: readonly { readonly cloudWatchLogsLogGroup?: { readonly logGroupArn?: string } }[];
}

const LEVELS = {
  ALL: /./,
  ERROR: /(Failed|TimedOut|Aborted)$/,
  FATAL: /^Execution(Failed|TimedOut|Aborted)$/,
  OFF: /^$/,
};

/** Writes an execution that has ended to the log group of its machine. */
export async function writeLog(execution: Execution, logging: Logging, call: InternalCall): Promise<void> {
  const { level = 'OFF', includeExecutionData = false, destinations = [] } = logging;
  const logGroupName = destinations[0]?.cloudWatchLogsLogGroup?.logGroupArn?.split(':log-group:')[1]?.split(':')[0];
  const events = execution.history.events.filter(({ type }) => LEVELS[level].test(type));
  if (!logGroupName || events.length === 0) return;
  const stream = { logGroupName, logStreamName: `states/${execution.name}` };
  const shown = includeExecutionData ? events : events.map(withoutData);
  try {
    await call('logs', 'CreateLogStream', stream);
    await call('logs', 'PutLogEvents', { ...stream, logEvents: shown.map(event => logEvent(execution, event)) });
  } catch (error) {
    // what cannot be written is lost silently.
    if (!(error instanceof ServiceError || error instanceof ConnectionCut)) throw error;
  }
}

function logEvent({ arn }: Execution, event: HistoryEvent): Members {
  const { id, type, timestamp, previousEventId } = event;
  const record = {
    id: String(id),
    type,
    details: event[detailsKey(type)] ?? {},
    previous_event_id: String(previousEventId),
    event_timestamp: String(timestamp.getTime()),
    execution_arn: arn,
  };
  return { timestamp: timestamp.getTime(), message: JSON.stringify(record) };
}
