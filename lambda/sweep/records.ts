import { SWEEP_METRIC_DIMENSION, type SweepMetric } from '../../contract/sweep';
import { type Fields, type Log } from '../runtime/log';
import { type SweepCounts } from './cursor';
import { operationOf } from './failure';

/** What a sweep reports about its decisions. */
export interface Records {
  /** How many of the kept candidates are recorded, the others being counted alone. Absent: as many as fit a log. */
  readonly mostKept?: number;
  removed(name: string, reason: string): void;
  /** A removal in a dry run. */
  wouldRemove(name: string, reason: string): void;
  failed(name: string, error: unknown): void;
  kept(name: string, reason: string): void;
  refused(message: string): void;
  unreadable(name: string, error: unknown): void;
  /** The listing is read again from its beginning. */
  restarted(): void;
  /** The removals are not complete, and the sweep no longer waits for them. */
  unsettled(): void;
  /** The sweep has ended. */
  ended(status: string, counts: SweepCounts): void;
  counted(metrics: Partial<Record<SweepMetricName, number>>): void;
}

export type SweepMetricName = (typeof SweepMetric)[keyof typeof SweepMetric];

/** One line per removed, failed or refused candidate and for the first kept ones; counts as embedded metrics. */
export class LogRecords implements Records {
  constructor(
    private readonly log: Log,
    private readonly sweep: string,
    private readonly namespace: string,
    private readonly now: () => number,
  ) {}

  removed(name: string, reason: string): void {
    this.log.info(`removed ${name}`, this.fields('removed', { name, reason }));
  }

  wouldRemove(name: string, reason: string): void {
    this.log.info(`dry run: would remove ${name}`, this.fields('would-remove', { name, reason }));
  }

  failed(name: string, error: unknown): void {
    this.log.error(
      `failed to remove ${name}: ${messageOf(error)}`,
      this.fields('failed', { name, ...errorFields(error) }),
    );
  }

  kept(name: string, reason: string): void {
    this.log.info(`kept ${name}: ${reason}`, this.fields('kept', { name, reason }));
  }

  refused(message: string): void {
    this.log.error(`refused: ${message}`, this.fields('refused'));
  }

  unreadable(name: string, error: unknown): void {
    this.log.warn(
      `cannot read what protects ${name}, so the candidate stays: ${messageOf(error)}`,
      this.fields('unreadable', { name, ...errorFields(error) }),
    );
  }

  restarted(): void {
    this.log.warn('a page token has expired, so the listing is read from its beginning', this.fields('restarted'));
  }

  unsettled(): void {
    this.log.warn('no longer waiting for deletions in progress', this.fields('unsettled'));
  }

  ended(status: string, counts: SweepCounts): void {
    const { removed, gone, failed, kept } = counts;
    const line = `sweep ended: ${removed} removed, ${gone} gone, ${failed} failed, ${kept} kept`;
    this.log.info(line, this.fields('ended', { status, counts }));
  }

  counted(metrics: Partial<Record<SweepMetricName, number>>): void {
    const names = Object.keys(metrics);
    if (names.length === 0) return;
    this.log.info('counts', {
      _aws: {
        Timestamp: this.now(),
        CloudWatchMetrics: [
          {
            Namespace: this.namespace,
            Dimensions: [[SWEEP_METRIC_DIMENSION]],
            Metrics: names.map(Name => ({ Name, Unit: 'Count' })),
          },
        ],
      },
      [SWEEP_METRIC_DIMENSION]: this.sweep,
      ...metrics,
    });
  }

  private fields(record: string, fields: Fields = {}): Fields {
    return { record, sweep: this.sweep, ...fields };
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const errorFields = (error: unknown): Fields => ({
  error: error instanceof Error ? error.name : 'Error',
  operation: operationOf(error),
});
