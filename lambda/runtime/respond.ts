import { type Clock, type Deadline } from './clock';
import { type Put } from './http';
import { type Log } from './log';

const ATTEMPTS = 6;
const ATTEMPT_TIMEOUT = 5_000;
const SHORTEST_TIMEOUT = 1_000;
const FIRST_BACKOFF = 200;
const FORBIDDEN = 403;

/**
 * Delivers the answer. Throws when it cannot: Lambda then delivers the event again, and handlers bear that.
 */
export async function respond(
  url: string,
  body: string,
  { clock, put, log, end }: { readonly clock: Clock; readonly put: Put; readonly log: Log; readonly end: Deadline },
): Promise<void> {
  const host = new URL(url).host;
  let failure = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const timeout = Math.round(Math.min(ATTEMPT_TIMEOUT, Math.max(SHORTEST_TIMEOUT, end.remaining())));
    try {
      const status = await put(url, body, timeout);
      if (status >= 200 && status < 300) return;
      if (status === FORBIDDEN) {
        log.error('CloudFormation no longer takes an answer to this event: its URL has expired', { status, host });
        return;
      }
      failure = `${host} answered ${status}`;
    } catch (error) {
      failure = describe(error, host, timeout);
    }
    log.warn(`the answer was not delivered: ${failure}`, { attempt });
    // full jitter: the resources of a stack fail together and should not come back together.
    const backoff = Math.random() * FIRST_BACKOFF * 2 ** attempt;
    if (end.remaining() <= backoff) break;
    await clock.sleep(backoff);
  }
  log.error(`the answer could not be delivered: ${failure}`);
  throw new Error(`the answer to CloudFormation could not be delivered: ${failure}`);
}

function describe(error: unknown, host: string, timeout: number): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `${host} did not answer within ${timeout} ms; a function in a VPC needs a way to S3: a gateway endpoint or a NAT`;
  }
  return `${host}: ${code ?? message}`;
}
