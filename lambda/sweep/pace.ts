/** The pace of a sweep's calls, for each operation, as middleware of a client. */
import { type Clock, type Deadline } from '../runtime/clock';
import { Pauses, isAccessDenied, isThrottled, isTransient } from '../runtime/retry';
import { type Troubles, attribute, failureOf } from './failure';
import { Rate } from './rate';

/** The deadline comes before the next call's turn: stop here and continue in the next slice. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

export interface PaceOptions {
  /** The most requests a second. */
  readonly requestsPerSecond: number;
  readonly clock: Clock;
  /** No call starts after the deadline. */
  readonly deadline: Deadline;
  /** What an earlier pace of the operation has learned. */
  readonly learned?: number;
  /** Is called when the quota turns out to have risen. */
  readonly onRisen?: () => void;
  /** Is called after each attempt, with the error if it has failed. */
  readonly onAttempt?: (error?: unknown) => void;
}

/**
 * Paces the calls of one operation: each call starts in its turn, at the rate that the quota turns out to allow,
 * however many are in flight. The calls must run without the SDK's own retries, so that every throttle is seen.
 */
export class Pace {
  /** How many calls were throttled. */
  throttled = 0;
  /** How long, in milliseconds, the last calls took from the request to the end. */
  private latency = 0;
  private readonly rate: Rate;
  private queue: Promise<boolean> = Promise.resolve(false);
  private nextTurn: number;
  /** Since the first denial; all calls share them, so that a missing permission delays them only once. */
  private pauses: Pauses | undefined;

  constructor(private readonly options: PaceOptions) {
    this.nextTurn = options.clock.now();
    this.rate = new Rate(options.requestsPerSecond, this.nextTurn, options.learned);
  }

  get learned(): number | undefined {
    return this.rate.learned;
  }

  get perSecond(): number {
    return this.rate.perSecond;
  }

  /** How many calls are in flight at the wanted rate: rate times latency, by Little's law. */
  get underWay(): number {
    return (this.rate.perSecond * this.latency) / 1000;
  }

  /**
   * Makes a call in its turn, again as long as the service throttles it, a few times if the service has an internal
   * error, and for half a minute if it denies the call. Throws `OutOfTime` if that would pass the deadline. A call that
   * its guard stops does not measure the quota.
   */
  async run<T>(call: (sending: () => void) => Promise<T>): Promise<T> {
    const { clock, onAttempt } = this.options;
    for (let unwell = 0, denied = 0; ;) {
      const heldBack = await this.turn();
      const admitted = () => (heldBack ? this.heldBackAdmitted() : this.rate.onAdmittedAtOnce());
      let sentAt = clock.now();
      try {
        const result = await call(() => (sentAt = clock.now()));
        this.took(clock.now() - sentAt);
        admitted();
        onAttempt?.();
        return result;
      } catch (error) {
        if (error instanceof Unsent) throw error.cause;
        this.took(clock.now() - sentAt);
        onAttempt?.(error);
        if (isThrottled(error)) {
          this.throttled++;
          this.pause(this.rate.onThrottled(sentAt, clock.now()));
        } else {
          admitted();
          if (isAccessDenied(error)) await this.pauseDenied(error, denied++);
          else if (!isTransient(error) || unwell === BACKOFFS.length) throw error;
          else await this.backOff(BACKOFFS[unwell++]);
        }
      }
    }
  }

  /** Waits in line; true if the rate delayed the call. */
  private turn(): Promise<boolean> {
    // if one turn comes after the deadline, so do all later turns.
    this.queue = this.queue.then(() => this.wait());
    return this.queue;
  }

  private async wait(): Promise<boolean> {
    const { clock, deadline } = this.options;
    const heldBack = clock.now() < this.nextTurn;
    for (;;) {
      const now = clock.now();
      if (Math.max(now, this.nextTurn) >= deadline.at) throw new OutOfTime('no turn before the deadline');
      if (now >= this.nextTurn) break;
      await clock.sleep(Math.ceil(this.nextTurn - now));
    }
    const interval = 1000 / this.rate.perSecond;
    const late = clock.now() - this.nextTurn;
    if (late > interval) this.rate.onIdle(late - interval);
    // a late timer is made up for, by at most one call.
    this.nextTurn += Math.max(late - interval, 0) + interval;
    return heldBack;
  }

  private heldBackAdmitted(): void {
    const { rate } = this;
    const knew = rate.hasRisen;
    rate.onAdmitted();
    if (rate.hasRisen && !knew) this.options.onRisen?.();
  }

  /** The quota of another operation has risen: perhaps this one's has, too. */
  onOtherRisen(): void {
    this.rate.onOtherRisen();
  }

  private took(milliseconds: number): void {
    const counted = Math.min(milliseconds, LONGEST_LATENCY);
    this.latency += (counted - this.latency) * (this.latency === 0 ? 1 : LATENCY_WEIGHT);
  }

  private pause(milliseconds: number): void {
    this.nextTurn = Math.max(this.nextTurn, this.options.clock.now() + milliseconds);
  }

  /** Throws the error if its call is not to be repeated. */
  private async pauseDenied(error: unknown, repetitions: number): Promise<void> {
    const { clock, deadline } = this.options;
    this.pauses ??= new Pauses(clock);
    const pause = this.pauses.after(repetitions);
    if (pause === undefined || deadline.remaining() <= pause) throw error;
    await clock.sleep(pause);
  }

  private async backOff(milliseconds: number): Promise<void> {
    const { clock, deadline } = this.options;
    if (deadline.remaining() <= milliseconds) throw new OutOfTime('no second attempt before the deadline');
    await clock.sleep(milliseconds);
  }
}

/**
 * The highest latency that counts, in milliseconds. A slower service has a problem: more candidates in flight would
 * only wait with data that they have already read.
 */
const LONGEST_LATENCY = 1_000;
/** How much the last call counts in the latency. */
const LATENCY_WEIGHT = 0.05;

/**
 * How long, in milliseconds, to wait before a call is repeated if the service is unavailable or the connection broke.
 */
const BACKOFFS = [200, 800, 3200];

/** What is known about quotas: requests a second, by operation. */
export type LearnedRates = Readonly<Record<string, number>>;

/** Enough for the default rates. More candidates would wait in line with data that they have already read. */
export const LEAST_IN_FLIGHT = 32;
/** As many as the default memory of the function allows: a call takes up to 150 kB. */
const MOST_IN_FLIGHT = 640;
/** A candidate takes several calls, one after the other, and latencies vary. */
const ROOM = 3;

/** The paces of a slice, one for each operation, because services throttle each operation separately. */
export class Paces {
  private readonly paces = new Map<string, Pace>();
  private readonly troubles: Map<string, string>;

  constructor(
    private readonly options: Omit<PaceOptions, 'learned' | 'onRisen' | 'onAttempt'>,
    private readonly before: LearnedRates = {},
    troubles: Troubles = {},
  ) {
    this.troubles = new Map(Object.entries(troubles));
  }

  /** The pace of an operation, by its name in the API. */
  of(operation: string): Pace {
    let pace = this.paces.get(operation);
    if (!pace) {
      pace = new Pace({
        ...this.options,
        learned: this.before[operation],
        onRisen: () => this.onRisen(operation),
        onAttempt: error => this.onAttempt(operation, error),
      });
      this.paces.set(operation, pace);
    }
    return pace;
  }

  private onRisen(operation: string): void {
    for (const [other, pace] of this.paces) if (other !== operation) pace.onOtherRisen();
  }

  /** How many candidates to work on at a time, so that no pace waits for candidates: latencies vary. */
  get inFlight(): number {
    let underWay = 0;
    for (const pace of this.paces.values()) underWay = Math.max(underWay, pace.underWay);
    return Math.min(Math.max(LEAST_IN_FLIGHT, Math.ceil(underWay * ROOM)), MOST_IN_FLIGHT);
  }

  get throttled(): number {
    let sum = 0;
    for (const pace of this.paces.values()) sum += pace.throttled;
    return sum;
  }

  private onAttempt(operation: string, error: unknown): void {
    if (error === undefined) return void this.troubles.delete(operation);
    attribute(error, operation);
    if (!isThrottled(error) && !isTransient(error) && !isAccessDenied(error)) return;
    if (!this.troubles.has(operation)) this.troubles.set(operation, failureOf(error));
  }

  /** What the services still refuse. */
  met(): Troubles {
    return Object.fromEntries(this.troubles);
  }

  /** What the next slice starts from. */
  learned(): LearnedRates {
    const rates: Record<string, number> = { ...this.before };
    for (const [operation, { learned }] of this.paces) {
      if (learned !== undefined) rates[operation] = learned;
    }
    return rates;
  }
}

/** Stops a call before it is sent, by throwing. */
export type Guard = () => Promise<void>;

/** A guard has stopped a call: it was not sent. */
class Unsent extends Error {}

/**
 * A command that is only sent if its guard allows it. The guard is called before each attempt, after the wait for the
 * turn.
 */
export function guarded<C extends { readonly middlewareStack: object }>(command: C, guard: Guard | undefined): C {
  if (!guard) return command;
  stackOf(command).add(
    (next, context) => async args => {
      const sending = context[SENDING] as (() => void) | undefined;
      // without a pace, nobody would unwrap the command.
      await (sending ? unsentWhereStopped(guard) : guard());
      sending?.();
      return next(args);
    },
    { step: 'initialize', name: 'guard', priority: 'low', override: true },
  );
  return command;
}

/** Makes a client send each command at the pace of its operation. The client must not retry by itself. */
export function pacedBy<C extends { readonly middlewareStack: object }>(paces: Paces, client: C): C {
  stackOf(client).add(
    (next, context) => args =>
      paces.of(operationOf(context)).run(sending => {
        context[SENDING] = sending;
        return next(args);
      }),
    { step: 'initialize', name: 'pace', priority: 'high', override: true },
  );
  return client;
}

/** Adds details to the errors of a client, because the services' own messages often do not name the object. */
export function explainedBy<C extends { readonly middlewareStack: object }>(
  explain: (operation: string) => string,
  client: C,
): C {
  stackOf(client).add(
    (next, context) => async args => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && !(error instanceof OutOfTime)) {
          error.message = `${explain(operationOf(context))}: ${error.message}`;
        }
        throw error;
      }
    },
    { step: 'initialize', name: 'explain', priority: 'low', override: true },
  );
  return client;
}

/** Runs a call without an AWS client at the pace of its operation. */
export function inPace<T>(pace: Pace, call: () => Promise<T>, guard?: Guard): Promise<T> {
  return pace.run(async sending => {
    if (guard) await unsentWhereStopped(guard);
    sending();
    return call();
  });
}

async function unsentWhereStopped(guard: Guard): Promise<void> {
  try {
    await guard();
  } catch (error) {
    throw new Unsent('stopped by its guard', { cause: error });
  }
}

/** The name of a command's operation in the API. */
const operationOf = ({ commandName }: CallContext) => String(commandName).replace(/Command$/, '');

const SENDING = 'paceIsSending';

type CallContext = Record<string, unknown>;
type Next = (args: unknown) => Promise<unknown>;

/** The used part of the SDK's middleware stacks, whose types differ by command. */
interface Middleware {
  add(middleware: (next: Next, context: CallContext) => Next, options: object): void;
}

const stackOf = ({ middlewareStack }: { readonly middlewareStack: object }) => middlewareStack as Middleware;
