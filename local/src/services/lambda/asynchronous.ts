// documented: developer guide, invocation-async-error-handling
// unverified: that a function which is gone is not tried again
import { type LocalClock, type Members, ServiceError } from '../../core/service';
import { type Invocation, type InvocationOutcome } from './execution-environment';

/** An event that was sent to a function asynchronously. */
export interface AsynchronousEvent {
  readonly functionArn: string;
  /** The request id. It is the same for each delivery of the event. */
  readonly requestId: string;
  /** The parsed event. */
  readonly payload: Members;
}

/** Selects events: `({ RequestType }) => RequestType === 'Delete'`. */
export type EventSelector = (payload: Members, event: AsynchronousEvent) => boolean;

export interface DuplicateOptions {
  /** How many events are delivered twice. @default 1 */
  readonly times?: number;
  /** Milliseconds from the first delivery to the second. @default 0 */
  readonly delay?: number;
}

interface Submitted {
  readonly event: AsynchronousEvent;
  /** Runs the event with its retries. */
  deliver(): Promise<void>;
}

interface Duplication {
  readonly selects: EventSelector;
  readonly delay: number;
  left: number;
}

/** Asynchronous invocations: they are queued, and retried if they fail. */
export class AsynchronousInvocations {
  private readonly running = new Set<Promise<void>>();
  private readonly submitted: Submitted[] = [];
  private readonly duplications: Duplication[] = [];
  private isStopped = false;

  constructor(
    private readonly clock: LocalClock,
    /** Milliseconds before each retry. Lambda itself waits one minute, then two. */
    private readonly delays: readonly number[],
    /** Gets an event that has failed each time. */
    private readonly drop: (invocation: Invocation) => Promise<void>,
  ) {}

  /** Runs an invocation with its retries, in the background. */
  submit(invocation: Invocation, attempts: number, run: (invocation: Invocation) => Promise<InvocationOutcome>): void {
    const { functionArn, requestId, payload } = invocation;
    const event = { functionArn, requestId, payload: JSON.parse(payload) as Members };
    const submitted = { event, deliver: () => this.deliver(invocation, attempts, run) };
    this.submitted.push(submitted);
    const duplication = this.duplications.find(({ selects, left }) => left > 0 && selects(event.payload, event));
    void this.track(submitted.deliver());
    if (!duplication) return;
    duplication.left -= 1;
    void this.track(this.later(submitted, duplication.delay));
  }

  /** The events, oldest first. */
  get events(): readonly AsynchronousEvent[] {
    return this.submitted.map(({ event }) => event);
  }

  /** Delivers the newest selected event again, and waits until it is done. Throws if there is none. */
  async again(selects: EventSelector): Promise<void> {
    const found = [...this.submitted].reverse().find(({ event }) => selects(event.payload, event));
    if (!found) {
      throw new Error(`no event of ${this.submitted.length} is selected: wait until the function was handed it`);
    }
    await this.track(found.deliver());
  }

  /** Delivers the next selected events twice. */
  twice(selects: EventSelector, { times = 1, delay = 0 }: DuplicateOptions = {}): void {
    this.duplications.push({ selects, delay, left: times });
  }

  /** Waits until nothing is queued or running. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Stops all retries. */
  stop(): void {
    this.isStopped = true;
  }

  private track(delivery: Promise<void>): Promise<void> {
    const work = delivery.finally(() => this.running.delete(work));
    this.running.add(work);
    return work;
  }

  private async later({ deliver }: Submitted, delay: number): Promise<void> {
    if (delay > 0) await this.clock.sleep(delay);
    if (!this.isStopped) await deliver();
  }

  private async deliver(
    invocation: Invocation,
    attempts: number,
    run: (invocation: Invocation) => Promise<InvocationOutcome>,
  ): Promise<void> {
    for (let attempt = 1; attempt <= attempts && !this.isStopped; attempt++) {
      if (attempt > 1) await this.clock.sleep(this.delays[attempt - 2] ?? 0);
      if (await succeeds(run(invocation))) return;
    }
    if (!this.isStopped) await this.drop(invocation);
  }
}

/** A function that cannot run counts as failed. A function that is gone is not retried. */
async function succeeds(running: Promise<InvocationOutcome>): Promise<boolean> {
  try {
    return !('error' in (await running));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return error.code === 'ResourceNotFoundException';
  }
}
