/** A client that waits if the service throttles, and checks the state before a call, and before it repeats one. */
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

const operationOf = ({ schema }: Command) => String(schema?.[2] ?? 'an unknown operation');

/** What is checked. */
export interface Checks {
  /** Is called before each attempt, with the command. */
  beforeSending?(command: string): Promise<void>;
  /** Is called before each repetition as well, with the command and the error. */
  beforeRepeating(command: string, error: unknown): Promise<void>;
}

/** A client whose throttled calls are repeated until the deadline. */
export function patient<C extends Sender>(
  client: C,
  scope: Pick<Scope, 'clock' | 'deadline' | 'log'>,
  checks: Checks,
): C {
  const send = (command: Command) =>
    retryPassing(
      scope,
      async () => {
        await checks.beforeSending?.(operationOf(command));
        return client.send(command);
      },
      error => checks.beforeRepeating(operationOf(command), error),
    );
  return { send } as unknown as C;
}
