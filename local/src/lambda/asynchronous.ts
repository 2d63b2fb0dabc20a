import { type LocalClock, ServiceError } from '../core/service';
import { type Invocation, type Outcome } from './execution-environment';

/** Asynchronous invocations: queued, and run again when they fail. */
export class AsynchronousInvocations {
  private readonly running = new Set<Promise<void>>();
  private isStopped = false;

  constructor(
    private readonly clock: LocalClock,
    /** Milliseconds before each retry; Lambda itself waits one and then two minutes. */
    private readonly delays: readonly number[],
  ) {}

  /** Runs an invocation with its retries, in the background. */
  submit(invocation: Invocation, attempts: number, run: (invocation: Invocation) => Promise<Outcome>): void {
    const work = this.deliver(invocation, attempts, run).finally(() => this.running.delete(work));
    this.running.add(work);
  }

  /** Waits until nothing is queued or running. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Retries nothing any more. */
  stop(): void {
    this.isStopped = true;
  }

  private async deliver(
    invocation: Invocation,
    attempts: number,
    run: (invocation: Invocation) => Promise<Outcome>,
  ): Promise<void> {
    for (let attempt = 1; attempt <= attempts && !this.isStopped; attempt++) {
      if (attempt > 1) await this.clock.sleep(this.delays[attempt - 2] ?? 0);
      if (await succeeds(run(invocation))) return;
    }
  }
}

/** A function that cannot be run at all counts as failed; one that is gone is not tried again. */
async function succeeds(running: Promise<Outcome>): Promise<boolean> {
  try {
    return !('error' in (await running));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return error.code === 'ResourceNotFoundException';
  }
}
