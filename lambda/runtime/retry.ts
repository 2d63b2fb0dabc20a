/**
 * Repeats and waits: calls that are denied or meet another write, results that are not there yet, and lists with many
 * pages.
 */
import { type Clock, type Deadline } from './clock';
import { Irreversible } from './errors';
import { type Log } from './log';

/**
 * How long a new permission can take to be in force everywhere. Undocumented; half a minute has been enough in
 * practice.
 */
const PATIENCE = 30_000;
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 8_000;
/**
 * At a quota of 5 or 10 a second, whoever comes back within a second mostly finds it used up again by the others. It does
 * not grow: the number of lanes bounds who comes, and who waits longer leaves a part of the quota unused.
 */
const THROTTLED_DELAY = 4_000;

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ForbiddenException',
  'InvalidClientTokenId',
  'UnauthorizedException',
  'UnrecognizedClientException',
]);

/** What limits the repetition, and where it is logged. */
export interface Limits {
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly log: Log;
}

/**
 * Repeats a denied call: a policy that the same deployment has just written may not be in force yet. Throws the last
 * error after half a minute, or if the deadline does not leave time.
 */
export function retryAccessDenied<T>(limits: Limits, action: () => Promise<T>): Promise<T> {
  const note = 'denied, perhaps because a new permission is not in force everywhere yet; trying again';
  return retry(limits, isAccessDenied, note, action);
}

/**
 * Repeats a write that met another write, which the service reports by an error of that name; for as long as a denied
 * call.
 */
export function retryConflict<T>(limits: Limits, errorName: string, action: () => Promise<T>): Promise<T> {
  const isConflict = (error: unknown) => isError(error, errorName);
  return retry(limits, isConflict, 'somebody else is writing at the same time; trying again', action);
}

/**
 * Repeats a query to CloudFormation: a denied one for half a minute, one with a temporary error as long as there is
 * time.
 */
export function retryReading<T>(limits: Limits, question: () => Promise<T>): Promise<T> {
  return retryAccessDenied(limits, () => retryPassing(limits, question));
}

/**
 * Repeats a call as long as the service throttles it, with full jitter, and a few times if the service has an internal
 * error.
 *
 * @param again is called before each repetition, with the error: what was true before the wait may have changed
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
      // full jitter: the resources of a stack send their calls all at once and must not all retry at the same time.
      const longest = throttled ? THROTTLED_DELAY : Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
      const delay = Math.random() * longest;
      if (deadline.remaining() <= delay) throw throttled ? lastOf(attempt, error) : error;
      log.warn(throttled ? 'throttled; trying again' : 'the service has an internal error; trying again', {
        error: (error as Error).message,
        attempt,
      });
      await clock.sleep(delay);
    }
    await again(failure);
  }
}

/** The error itself, because its name and fields decide elsewhere. */
function lastOf(attempts: number, error: unknown): unknown {
  if (error instanceof Error && !error.message.endsWith('try again')) {
    error.message += `; the service throttled the call ${attempts} times, until the time for this event was over: try again`;
  }
  return error;
}

/** How often to repeat a call that failed because of an internal error of the service. */
const UNWELL = 5;

// LimitExceededException is not among them, though the SDK counts it as throttling: AWS IoT uses this error for a limit
// that has been reached.
const THROTTLED =
  /^(RequestLimitExceeded|RequestThrottled(Exception)?|SlowDown|Thrott(led|ling)(Exception)?|TooManyRequestsException)$/;
const TRANSIENT =
  /^(InternalFailure|InternalServer|ServiceUnavailable)(Exception)?$|^(TimeoutError|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/;

/** Whether an error has one of these names, as AWS services name their errors. */
export const isError = (error: unknown, ...names: readonly string[]): error is Error =>
  error instanceof Error && names.includes(error.name);

/** Includes errors that say so themselves: those of services other than AWS. */
export function isThrottled(error: unknown): boolean {
  const { name, code, status } = faultOf(error);
  const says = (Object(error) as { isThrottled?: boolean }).isThrottled === true;
  return says || THROTTLED.test(name) || THROTTLED.test(code) || status === 429;
}

/** Includes errors that say so themselves. */
export function isTransient(error: unknown): boolean {
  const { name, code, status } = faultOf(error);
  const says = (Object(error) as { isTransient?: boolean }).isTransient === true;
  return says || TRANSIENT.test(name) || TRANSIENT.test(code) || status >= 500;
}

/**
 * Whether an AWS service refuses the request as such. Which error a service answers if a rule of a lifecycle forbids a
 * request is seldom documented. So every client error counts as a refusal, except those of access, credentials and
 * throttling.
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
  const pauses = new Pauses(clock);
  for (let repeated = 0; ; repeated++) {
    try {
      return await action();
    } catch (error) {
      const delay = mayPass(error) ? pauses.after(repeated) : undefined;
      if (delay === undefined || deadline.remaining() <= delay) throw error;
      log.warn(note, { error: (error as Error).message, delay });
      await clock.sleep(delay);
    }
  }
}

/** The pauses before a denied call is repeated, until a new permission must be in force. */
export class Pauses {
  private readonly until: number;

  constructor(private readonly clock: Clock) {
    this.until = clock.now() + PATIENCE;
  }

  /** Milliseconds, after so many repetitions; `undefined` if there is no time for another one. */
  after(repetitions: number): number | undefined {
    const pause = Math.min(FIRST_DELAY * 2 ** repetitions, LONGEST_DELAY);
    return this.clock.now() + pause > this.until ? undefined : pause;
  }
}

const FIRST_READ = 200;
const LONGEST_READ = 5_000;

/** What limits the waiting. */
export interface Patience {
  readonly clock: Clock;
  readonly deadline: Deadline;
}

/** Reads, with growing delays, until there is a result. Throws `unfinished` if the deadline comes first. */
export async function pollUntilFound<T>(
  read: () => Promise<T | undefined>,
  { clock, deadline }: Patience,
  unfinished: string,
): Promise<T> {
  for (let delay = FIRST_READ; ; delay = Math.min(delay * 2, LONGEST_READ)) {
    const value = await read();
    if (value !== undefined) return value;
    if (deadline.remaining() <= delay) throw new Irreversible(unfinished);
    await clock.sleep(delay);
  }
}

/** Reads, with growing delays, until there is no result any more. Throws `unfinished` if the deadline comes first. */
export async function pollUntilGone(
  read: () => Promise<unknown>,
  patience: Patience,
  unfinished: string,
): Promise<void> {
  await pollUntilFound(async () => ((await read()) === undefined ? true : undefined), patience, unfinished);
}

/** The result of a call; `undefined` if it ends with that error. */
export async function unless<T>(errorName: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isError(error, errorName)) return undefined;
    throw error;
  }
}

/** A page of a list. */
export interface ListPage<T> {
  readonly items: readonly T[] | undefined;
  readonly nextToken: string | undefined;
}

/** The items of a list, read page by page on demand. */
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
