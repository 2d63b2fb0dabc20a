/** An event as a service publishes it; account, region and time are the bus's to add. */
export interface AwsEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources?: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. Absent: now. */
  readonly time?: number;
}
