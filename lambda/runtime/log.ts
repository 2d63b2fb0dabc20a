import { METRIC_NAMESPACE, type MetricName, STACK_DIMENSION } from '../../contract/cloudformation';
import { redact } from './redact';

/** Structured logs: one JSON object a line. Never hand it a ResponseURL, a token or a secret. */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** Counts something as an embedded metric. */
  count(metric: Metric, value?: number): void;
}

export type Fields = Readonly<Record<string, unknown>>;

export type Metric = (typeof MetricName)[keyof typeof MetricName];

/** Where the lines go, and when they are written. */
export interface LogOutput {
  now(): number;
  write(line: string): void;
}

/** Writes past `console`, whose prefixes of time and level keep CloudWatch from finding the metrics. */
export const standardOutput: LogOutput = {
  now: () => Date.now(),
  write: line => void process.stdout.write(`${line}\n`),
};

/** A log whose lines all carry `context`. What a caller hands over by mistake is redacted. */
export function jsonLog(output: LogOutput, stackName: string, context: Fields): Log {
  const write = (level: string, message: string, fields: Fields = {}) =>
    output.write(
      JSON.stringify(
        redact({ level, message, ...fields, ...context, stackName, time: new Date(output.now()).toISOString() }),
      ),
    );
  return {
    info: (message, fields) => write('INFO', message, fields),
    warn: (message, fields) => write('WARN', message, fields),
    error: (message, fields) => write('ERROR', message, fields),
    count: (metric, value = 1) => output.write(JSON.stringify(embeddedMetric(output.now(), stackName, metric, value))),
  };
}

/** CloudWatch's embedded metric format: a log line that CloudWatch turns into a metric, without a call. */
function embeddedMetric(timestamp: number, stackName: string, metric: Metric, value: number) {
  return {
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[STACK_DIMENSION]],
          Metrics: [{ Name: metric, Unit: 'Count' }],
        },
      ],
    },
    [STACK_DIMENSION]: stackName,
    [metric]: value,
  };
}
