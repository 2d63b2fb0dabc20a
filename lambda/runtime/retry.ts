/** Patience: what is denied, busy, not yet there or in many pages. */
import { type Clock, type Deadline } from './clock';
import { type Log } from './log';

/** How long a new permission may take to be known everywhere. Undocumented; half a minute has been enough in practice. */
const PATIENCE = 30_000;
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 8_000;
/** At a quota of 5 or 10 a second, whoever comes back within a second mostly finds it used up again by the others. */
const FIRST_THROTTLED_DELAY = 3_000;

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ForbiddenException',
  'InvalidClientTokenId',
  'UnauthorizedException',
  'UnrecognizedClientException',
]);

/** What bounds the repetition, and where it is noted. */
interface Limits {
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly log: Log;
}

/**
 * Repeats what is denied: a policy that the same deployment has written a moment ago may not be in force yet. Gives up
 * with the last error after half a minute, or when the deadline would not leave time.
 */
export function retryAccessDenied<T>(limits: Limits, action: () => Promise<T>): Promise<T> {
  const note = 'denied, perhaps since a new permission is not known everywhere yet; tried again';
  return retry(limits, isAccessDenied, note, action);
}

/** Repeats a write that met another one, which the service says by an error of that name; as long as the former. */
export function retryConflict<T>(limits: Limits, errorName: string, action: () => Promise<T>): Promise<T> {
  const isConflict = (error: unknown) => error instanceof Error && error.name === errorName;
  return retry(limits, isConflict, 'somebody else is writing, too; tried again', action);
}

/** Repeats a question to CloudFormation: what is denied as long as above, what passes as long as there is time. */
export function retryReading<T>(limits: Limits, question: () => Promise<T>): Promise<T> {
  return retryAccessDenied(limits, () => retryPassing(limits, question));
}

/**
 * Repeats a call for as long as the service throttles it, with full jitter, and a few times where the service is unwell.
 *
 * @param again is called before each repetition, with what went wrong: a wait has passed, and what was true before it may not
 *   be any more
 */
export async function retryPassing<T>(
  { clock, deadline, log }: Limits,
  call: () => Promise<T>,
  again: (error: unknown) => Promise<void> = async () => {},
): Promise<T> {
  for (let attempt = 1, unwell = 0; ; attempt++) {
    let failure: unknown;
    try {
      return await call();
    } catch (error) {
      failure = error;
      const throttled = isThrottled(error);
      if (!throttled && (!isTransient(error) || ++unwell > UNWELL)) throw error;
      // full jitter: the resources of a stack come all at once and should not come back together.
      const first = throttled ? FIRST_THROTTLED_DELAY : FIRST_DELAY;
      const delay = Math.random() * Math.min(LONGEST_DELAY, first * 2 ** (attempt - 1));
      if (deadline.remaining() <= delay) throw throttled ? lastOf(attempt, error) : error;
      log.warn(throttled ? 'throttled; tried again' : 'the service is unwell; tried again', {
        error: (error as Error).message,
        attempt,
      });
      await clock.sleep(delay);
    }
    await again(failure);
  }
}

/** The error itself, whose name and fields decide elsewhere. */
function lastOf(attempts: number, error: unknown): unknown {
  if (error instanceof Error && !error.message.endsWith('try again')) {
    error.message += `; it was throttled ${attempts} times, until the time of this event was over: try again`;
  }
  return error;
}

/** How often a call is repeated that failed for a reason of the service's own. */
const UNWELL = 5;

// LimitExceededException is not among them, though the SDK counts it as throttling: AWS IoT means a full house by it.
const THROTTLED =
  /^(RequestLimitExceeded|RequestThrottled(Exception)?|SlowDown|Thrott(led|ling)(Exception)?|TooManyRequestsException)$/;
const TRANSIENT =
  /^(InternalFailure|InternalServer|ServiceUnavailable)(Exception)?$|^(TimeoutError|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/;

/** Also what an error says so itself: those of services that are none of AWS's. */
export function isThrottled(error: unknown): boolean {
  const { name, code, status } = faultOf(error);
  const says = (Object(error) as { isThrottled?: boolean }).isThrottled === true;
  return says || THROTTLED.test(name) || THROTTLED.test(code) || status === 429;
}

/** Also what an error says so itself. */
export function isTransient(error: unknown): boolean {
  const { name, code, status } = faultOf(error);
  const says = (Object(error) as { isTransient?: boolean }).isTransient === true;
  return says || TRANSIENT.test(name) || TRANSIENT.test(code) || status >= 500;
}

/**
 * Whether a service of AWS's refuses the request as such. Which error it answers when a rule of a lifecycle stands against
 * a request is seldom documented, so every fault of the client's is one, but what access, credentials and throttling mean.
 */
export function isRefusedByService(error: unknown): error is Error {
  const { status } = faultOf(error);
  return (
    status >= 400 &&
    status < 500 &&
    !isAccessDenied(error) &&
    !isThrottled(error) &&
    !CREDENTIALS.test(faultOf(error).name)
  );
}

const CREDENTIALS = /^(Expired|Invalid|Missing)?(Token|Signature|AuthenticationToken|ClientTokenId)/;

function faultOf(error: unknown) {
  const {
    name = '',
    code = '',
    $metadata,
  } = Object(error) as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return { name, code, status: $metadata?.httpStatusCode ?? 0 };
}

export function isAccessDenied(error: unknown): boolean {
  return error instanceof Error && DENIED.has(error.name);
}

async function retry<T>(
  { clock, deadline, log }: Limits,
  mayPass: (error: unknown) => boolean,
  note: string,
  action: () => Promise<T>,
): Promise<T> {
  const until = clock.now() + PATIENCE;
  for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_DELAY)) {
    try {
      return await action();
    } catch (error) {
      if (!mayPass(error) || clock.now() + delay > until || deadline.remaining() <= delay) throw error;
      log.warn(note, { error: (error as Error).message, delay });
      await clock.sleep(delay);
    }
  }
}

const FIRST_READ = 200;
const LONGEST_READ = 5_000;

/** What bounds the waiting. */
export interface Patience {
  readonly clock: Clock;
  readonly deadline: Deadline;
}

/** Reads, with growing delays, until there is something. Fails with `unfinished` when the deadline comes first. */
export async function pollUntilFound<T>(
  read: () => Promise<T | undefined>,
  { clock, deadline }: Patience,
  unfinished: string,
): Promise<T> {
  for (let delay = FIRST_READ; ; delay = Math.min(delay * 2, LONGEST_READ)) {
    const value = await read();
    if (value !== undefined) return value;
    if (deadline.remaining() <= delay) throw new Error(unfinished);
    await clock.sleep(delay);
  }
}

/** Reads, with growing delays, until there is nothing. Fails with `unfinished` when the deadline comes first. */
export async function pollUntilGone(
  read: () => Promise<unknown>,
  patience: Patience,
  unfinished: string,
): Promise<void> {
  await pollUntilFound(async () => ((await read()) === undefined ? true : undefined), patience, unfinished);
}

/** `undefined` where a call ends with that error. */
export async function unless<T>(errorName: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === errorName) return undefined;
    throw error;
  }
}

/** A page of a list. */
export interface ListPage<T> {
  readonly items: readonly T[] | undefined;
  readonly nextToken: string | undefined;
}

/** The items of a list, read page by page as they are asked for. */
export async function* paged<T>(page: (nextToken: string | undefined) => Promise<ListPage<T>>): AsyncGenerator<T> {
  let nextToken: string | undefined;
  do {
    const { items = [], nextToken: next } = await page(nextToken);
    yield* items;
    nextToken = next;
  } while (nextToken);
}

/** A whole list. */
export async function allPages<T>(page: (nextToken: string | undefined) => Promise<ListPage<T>>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of paged(page)) all.push(item);
  return all;
}
