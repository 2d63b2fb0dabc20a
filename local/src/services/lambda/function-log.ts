// documented: developer guide, monitoring-cloudwatchlogs; API reference, Invoke, for the last 4 KB
import { ConnectionCut } from '../../core/faults';
import { ServiceError } from '../../core/service';

/** Calls CloudWatch Logs as the function's role. */
export type LogsCall = (operation: string, input: object) => Promise<unknown>;

interface Line {
  readonly timestamp: number;
  readonly message: string;
}

/**
 * The log stream of an execution environment. Lambda writes it with the function's own role. What the role cannot write
 * is lost silently. A missing log group is created if the role can create it.
 */
export class FunctionLog {
  private pending: Line[] = [];
  private written: Promise<void> | undefined;
  private hasStream = false;
  private recent = '';

  constructor(
    readonly group: string,
    readonly stream: string,
    private readonly logs: LogsCall,
    private readonly now: () => number,
  ) {}

  /** The last 4 KB since `clearTail`. */
  get tail(): string {
    return this.recent;
  }

  clearTail(): void {
    this.recent = '';
  }

  add(message: string): void {
    this.recent = `${this.recent}${message}\n`.slice(-4096);
    this.pending.push({ timestamp: this.now(), message });
    this.written ??= this.write();
  }

  /** Waits until everything is written. */
  async flush(): Promise<void> {
    await this.written;
  }

  private async write(): Promise<void> {
    // lines that come at the same time are written together.
    await new Promise(resolve => setImmediate(resolve));
    while (this.pending.length > 0) {
      const logEvents = this.pending.splice(0);
      try {
        await this.put(logEvents);
      } catch (error) {
        if (!(error instanceof ServiceError || error instanceof ConnectionCut)) console.error(error);
      }
    }
    this.written = undefined;
  }

  private async put(logEvents: readonly Line[]): Promise<void> {
    const stream = { logGroupName: this.group, logStreamName: this.stream };
    const attempt = async () => {
      if (!this.hasStream) await this.logs('CreateLogStream', stream);
      this.hasStream = true;
      await this.logs('PutLogEvents', { ...stream, logEvents });
    };
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'ResourceNotFoundException') throw error;
      this.hasStream = false;
      await this.logs('CreateLogGroup', { logGroupName: this.group });
      await attempt();
    }
  }
}
