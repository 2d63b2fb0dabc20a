import { METRIC_NAMESPACE, type MetricName, STACK_DIMENSION } from '../../contract/cloudformation';

/** Structured logs: one JSON object a line. Never pass a ResponseURL, a token or a secret. */
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

/** Writes without `console`, whose prefixes of time and level keep CloudWatch from finding the metrics. */
export const standardOutput: LogOutput = {
  now: () => Date.now(),
  write: line => void process.stdout.write(`${line}\n`),
};

/** A log whose lines all have `context`. Secrets that a caller passes by mistake are redacted. */
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

/** A log that remembers of which error it was warned last. */
export class WarnedLog implements Log {
  /** Absent: of none. */
  lastError?: string;

  constructor(private readonly log: Log) {}

  info = (...line: Parameters<Log['info']>) => this.log.info(...line);
  error = (...line: Parameters<Log['error']>) => this.log.error(...line);
  count = (...counted: Parameters<Log['count']>) => this.log.count(...counted);

  warn = (message: string, fields: Fields = {}) => {
    if (typeof fields.error === 'string') this.lastError = fields.error;
    this.log.warn(message, fields);
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

const REDACTED = '[redacted]';
const MAX_DEPTH = 8;

const SECRET_KEY =
  /^(response_?url|authorization|passwords?|secrets?|secret_?string|credentials?|secret_?access_?key|(?:.*_)?(?:access|session|security|refresh|id)_?token|token)$/i;

// presigned URLs (of S3, in both signature versions) and URLs with a token in the query: the query is the secret.
const SECRET_URL = /(https?:\/\/[^\s"'?]+)\?[^\s"']*(?:signature|token|credential|accesskeyid)=[^\s"']*/gi;

/** Removes credentials from a text. */
export function redactText(text: string): string {
  return text.replace(SECRET_URL, `$1?${REDACTED}`);
}

/**
 * A copy for the log that `JSON.stringify` can write: without secrets, and with errors and other values that JSON lacks
 * in readable form.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  // also ends the recursion of a structure that contains itself.
  if (depth === MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) {
    // none of the three is enumerable.
    return redact(Object.assign({ ...value }, { name: value.name, message: value.message, stack: value.stack }), depth);
  }
  if (Array.isArray(value)) return value.map(item => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, SECRET_KEY.test(key) ? REDACTED : redact(item, depth + 1)]),
  );
}
