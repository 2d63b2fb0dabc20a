/** Structured logs: one JSON object a line. Never hand it a ResponseURL, a token or a secret. */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** Counts something as an embedded metric. */
  count(metric: Metric, value?: number): void;
}

export type Fields = Readonly<Record<string, unknown>>;

/** `Refused`: something was left alone that the template wanted changed or gone; visible nowhere else in a clean-up. */
export type Metric = 'Refused';
