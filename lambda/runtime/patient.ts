/** A client that waits if the service throttles, and checks the state before it repeats a call. */
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

/**
 * A client whose throttled calls are repeated until the deadline.
 *
 * @param beforeRepeating is called before each repetition, with the command and the error
 */
export function patient<C extends Sender>(
  client: C,
  scope: Pick<Scope, 'clock' | 'deadline' | 'log'>,
  beforeRepeating: (command: string, error: unknown) => Promise<void>,
): C {
  const send = (command: Command) =>
    retryPassing(
      scope,
      () => client.send(command),
      error => beforeRepeating(operationOf(command), error),
    );
  return { send } as unknown as C;
}
