import { type Clock } from '../../../../lambda/runtime/clock';

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** A clock that stands still but in sleeps. Those up to `skipping` ms pass at once; longer ones wait for `advance`. */
export class FakeClock implements Clock {
  /** What was slept, in order. */
  readonly sleeps: number[] = [];
  private sleepers: Sleeper[] = [];

  constructor(
    private time = Date.UTC(2026, 10, 22, 12),
    private readonly skipping = 60_000,
  ) {}

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(milliseconds);
    if (milliseconds <= this.skipping) return this.advance(milliseconds);
    await new Promise<void>(resolve => {
      this.sleepers.push({ until: this.time + milliseconds, wake: resolve });
      signal?.addEventListener('abort', () => resolve());
    });
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
    const due = this.sleepers.filter(({ until }) => until <= this.time);
    this.sleepers = this.sleepers.filter(sleeper => !due.includes(sleeper));
    for (const { wake } of due) wake();
  }
}
