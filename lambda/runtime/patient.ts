/** A client that waits if the service throttles, and checks the state before a call, and before it repeats one. */
import { ANSWERING, LATEST_EFFECT } from './client';
import { type Scope } from './custom-resource';
import { retryPassing } from './retry';

/** The `send` of an AWS SDK client. */
interface Sender {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- commands differ by service.
  send(command: any): Promise<any>;
}

/** The classes of commands lose their names in the bundle, but their schemas do not. */
interface Command {
  readonly schema?: readonly unknown[];
}

/** Whether an operation changes nothing. */
export const isRead = (operation: string): boolean => /^(Get|List|Describe|Query|Check)/.test(operation);

const operationOf = ({ schema }: Command) => String(schema?.[2] ?? 'an unknown operation');

/** What is checked. */
export interface Checks {
  /** Is called before each attempt, with the command. */
  beforeSending?(command: string): Promise<void>;
  /** Is called before each repetition as well, with the command and the error. */
  beforeRepeating(command: string, error: unknown): Promise<void>;
}

type Limits = Pick<Scope, 'clock' | 'deadline' | 'log'>;

/** A client whose throttled calls are repeated until the deadline. */
export function patient<C extends Sender>(client: C, scope: Limits, checks: Checks): C {
  const send = async (command: Command) => {
    const operation = operationOf(command);
    const stalled = new StalledWrite(operation, scope);
    const answer = await retryPassing(
      scope,
      async () => {
        await checks.beforeSending?.(operation);
        return stalled.attempt(() => client.send(command));
      },
      error => checks.beforeRepeating(operation, error),
    );
    await stalled.outlast();
    return answer;
  };
  return { send } as unknown as C;
}

/**
 * The service may still carry out a write for whose answer the client has waited in vain. If it came after the event
 * has been answered, it could undo what the next event does.
 */
class StalledWrite {
  private until = 0;

  constructor(
    private readonly operation: string,
    private readonly scope: Limits,
  ) {}

  async attempt<T>(call: () => Promise<T>): Promise<T> {
    const { clock } = this.scope;
    const sentAt = clock.now();
    try {
      return await call();
    } catch (error) {
      if (!isRead(this.operation) && clock.now() - sentAt >= ANSWERING) this.until = sentAt + LATEST_EFFECT;
      throw error;
    }
  }

  /** Waits until all attempts have had their effect. */
  async outlast(): Promise<void> {
    const { clock, deadline, log } = this.scope;
    const left = Math.min(this.until - clock.now(), deadline.remaining() / 2);
    if (left <= 0) return;
    log.info('the first attempt had no answer: waiting for what it may still do', { operation: this.operation });
    await clock.sleep(left);
  }
}
