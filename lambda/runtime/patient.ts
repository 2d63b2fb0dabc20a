/** A client that waits for a service that throttles, and looks before it repeats what it has asked for. */
import { type Scope } from './custom-resource';
import { retryPassing } from './retry';

/** A client of AWS's SDK, as far as it sends. */
interface Sender {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- commands differ by service.
  send(command: any): Promise<any>;
}

/** The classes of commands lose their names in the bundle, their schemas do not. */
interface Command {
  readonly schema?: readonly unknown[];
}

const operationOf = ({ schema }: Command) => String(schema?.[2] ?? 'an unknown operation');

/**
 * A client whose throttled calls are repeated until the deadline.
 *
 * @param beforeRepeating is told the command and what went wrong, before each repetition
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
