import { Clock, Deadline } from './clock';
import { Log } from './log';

/** How long a new permission may take to be known everywhere. Undocumented; half a minute has been enough in practice. */
const PROPAGATION = 30_000;
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 8_000;

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ForbiddenException',
  'InvalidClientTokenId',
  'UnauthorizedException',
  'UnrecognizedClientException',
]);

/**
 * Repeats what is denied: a policy that the same deployment has written a moment ago may not be in force yet. Gives up
 * with the last error after half a minute, or when the deadline would not leave time.
 */
export async function retryAccessDenied<T>(
  { clock, deadline, log }: { readonly clock: Clock; readonly deadline: Deadline; readonly log: Log },
  action: () => Promise<T>,
): Promise<T> {
  const until = clock.now() + PROPAGATION;
  for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_DELAY)) {
    try {
      return await action();
    } catch (error) {
      if (!isAccessDenied(error) || clock.now() + delay > until || deadline.remaining() <= delay) throw error;
      log.warn('denied, perhaps since a new permission is not known everywhere yet; tried again', {
        error: (error as Error).message,
        delay,
      });
      await clock.sleep(delay);
    }
  }
}

export function isAccessDenied(error: unknown): boolean {
  return error instanceof Error && DENIED.has(error.name);
}
