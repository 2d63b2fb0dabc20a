// documented: Amazon States Language, "Errors"; developer guide, concepts-error-handling
/** A retrier of a state. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

/** Errors that no wildcard matches. */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime'];

/** The retries of a running state: which errors are retried, how often and after how long. */
export class Retries {
  private readonly attempts: number[];

  constructor(
    private readonly retriers: readonly Retrier[] = [],
    private readonly random: () => number = Math.random,
  ) {
    this.attempts = retriers.map(() => 0);
  }

  /** Seconds until the next attempt; `undefined` if there is none. */
  next(error: string): number | undefined {
    const index = this.retriers.findIndex(({ ErrorEquals }) => ErrorEquals.some(name => matches(name, error)));
    if (index < 0) return undefined;
    const {
      IntervalSeconds = 1,
      MaxAttempts = 3,
      BackoffRate = 2,
      MaxDelaySeconds = Infinity,
      JitterStrategy,
    } = this.retriers[index];
    const attempt = this.attempts[index]++;
    if (attempt >= MaxAttempts) return undefined;
    const delay = Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds);
    return JitterStrategy === 'FULL' ? delay * this.random() : delay;
  }
}

function matches(name: string, error: string): boolean {
  if (name === error) return true;
  if (TERMINAL.includes(error)) return false;
  return name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout');
}
