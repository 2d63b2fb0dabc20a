import { type Clock } from '../../../../lambda/runtime/clock';

/** A clock that a test turns, and what has to be done for that while something is at work. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
  run<T>(work: Promise<T>): Promise<T>;
}

/** A clock whose sleeps take no time but its own. A sleep that can be cut short never ends by itself. */
export class SteppingClock implements TestClock {
  constructor(private time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal) return new Promise(resolve => signal.addEventListener('abort', () => resolve()));
    this.advance(milliseconds);
    return Promise.resolve();
  }

  advance(milliseconds: number): void {
    this.time += Math.max(0, milliseconds);
  }

  run<T>(work: Promise<T>): Promise<T> {
    return work;
  }
}
