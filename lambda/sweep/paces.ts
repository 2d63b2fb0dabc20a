import { Pace, type PaceOptions } from './pace';

/** What is known of quotas: requests a second, by operation. */
export type LearnedRates = Readonly<Record<string, number>>;

/** The paces of a slice, one per operation, since services throttle per operation. */
export class Paces {
  private readonly paces = new Map<string, Pace>();

  constructor(
    private readonly options: Omit<PaceOptions, 'learned'>,
    private readonly before: LearnedRates = {},
  ) {}

  /** The pace of an operation, by its name in the API. */
  of(operation: string): Pace {
    let pace = this.paces.get(operation);
    if (!pace) {
      pace = new Pace({ ...this.options, learned: this.before[operation] });
      this.paces.set(operation, pace);
    }
    return pace;
  }

  get throttled(): number {
    let sum = 0;
    for (const pace of this.paces.values()) sum += pace.throttled;
    return sum;
  }

  /** What the next slice may start from. */
  learned(): LearnedRates {
    const rates: Record<string, number> = { ...this.before };
    for (const [operation, { learned }] of this.paces) {
      if (learned !== undefined) rates[operation] = learned;
    }
    return rates;
  }
}
