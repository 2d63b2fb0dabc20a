import { setTimeout as realTimer } from 'node:timers/promises';
import { type Clock } from '../lambda/runtime/clock';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
  /** Ends the sleep early. */
  readonly signal?: AbortSignal;
}

/**
 * How a sleep passes: `at once`, and the time passes with it; `in time`, when the clock has reached its end; or never,
 * except by its signal.
 */
type Passing = 'at once' | 'in time' | 'by signal';

/** The time of a test. The kinds of clocks differ in how a sleep passes. */
export abstract class TestClock implements Clock {
  /** The sleeps in order, in milliseconds. */
  readonly sleeps: number[] = [];
  protected readonly sleepers = new Sleepers();
  private count = 0;

  constructor(protected time = Date.UTC(2026, 0, 1)) {}

  protected abstract passing(milliseconds: number, signal?: AbortSignal): Passing;

  readonly now = (): number => this.time;

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(milliseconds);
    const passing = this.passing(milliseconds, signal);
    if (passing === 'at once') return this.advance(milliseconds);
    await new Promise<void>(wake => {
      const at = passing === 'in time' ? this.time + Math.max(0, milliseconds) : Infinity;
      this.sleepers.insert({ at, order: this.count++, wake, signal });
      signal?.addEventListener('abort', () => wake());
    });
  }

  /** Lets time pass, and wakes the sleepers whose time is over. */
  advance(milliseconds: number): void {
    this.time += Math.max(0, milliseconds);
    while ((this.sleepers.first()?.at ?? Infinity) <= this.time) this.sleepers.remove()?.wake();
  }

  /** Does what is necessary for time to pass while something works. */
  run<T>(work: Promise<T>): Promise<T> {
    return work;
  }
}

/** A clock whose sleeps take no real time. A sleep that has a signal never ends by itself. */
export class SteppingClock extends TestClock {
  protected passing(_milliseconds: number, signal?: AbortSignal): Passing {
    return signal ? 'by signal' : 'at once';
  }
}

/** A clock that only moves in sleeps. Sleeps of up to `skipping` ms pass at once; longer ones wait for `advance`. */
export class FakeClock extends TestClock {
  constructor(
    time = Date.UTC(2026, 10, 22, 12),
    private readonly skipping = 60_000,
  ) {
    super(time);
  }

  protected passing(milliseconds: number): Passing {
    return milliseconds <= this.skipping ? 'at once' : 'in time';
  }
}

/** A clock that stands still until a test turns it. */
export class StoppedClock extends TestClock {
  protected passing(): Passing {
    return 'in time';
  }

  /** Lets time pass, and runs everything that is then ready. */
  async turn(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
    await settle();
  }
}

/**
 * A clock that stands still while anything runs, and jumps to the next sleeper when all wait. What reads a file does
 * not wait, however long the machine takes; sockets it does not see.
 */
export class VirtualClock extends TestClock {
  protected passing(): Passing {
    return 'in time';
  }

  /** Whoever turns a clock: to a second one, the first would always have something still to come. */
  private static turning?: Promise<unknown>;

  /** Turns the clock until the work has ended. */
  override async run<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = () => void (ended = true);
    const done = work.then(end, end);
    while (VirtualClock.turning && !ended) await Promise.race([VirtualClock.turning, done]);
    if (ended) return work;
    const turning = this.turnUntil(() => ended);
    VirtualClock.turning = turning.catch(() => {});
    await turning.finally(() => (VirtualClock.turning = undefined));
    return work;
  }

  private async turnUntil(hasEnded: () => boolean): Promise<void> {
    for (let idle = 0; ;) {
      await settle();
      if (hasEnded()) return;
      if (isWaiting('Immediate')) continue;
      // what is asked of the machine is still to come, for example what is in a file.
      if (isWaiting('Req')) {
        await realTimer(1);
        continue;
      }
      const next = this.sleepers.remove();
      if (!next) {
        // somebody else can be at work, for example another process.
        if (++idle > 200)
          throw new Error('nothing sleeps and the work has not ended: it waits for something that never happens');
        await realTimer(5);
        continue;
      }
      idle = 0;
      if (next.signal?.aborted) continue;
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
  }
}

/** Whether this process waits for something of that kind, by a part of its name in Node.js. */
const isWaiting = (kind: string) => process.getActiveResourcesInfo().some(name => name.includes(kind));

/** The clock of the services. A test can set it behind the clock of the functions, so that what they make is old. */
export class PastClock implements Clock {
  /** Milliseconds. */
  behind = 0;

  now(): number {
    return Date.now() - this.behind;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise(resolve => void setTimeout(resolve, milliseconds).unref());
  }
}

/** Runs everything that is ready. */
export const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** The sleepers, the next to wake first: a binary heap, because there can be thousands. */
class Sleepers {
  private readonly heap: Sleeper[] = [];

  first(): Sleeper | undefined {
    return this.heap[0];
  }

  insert(sleeper: Sleeper): void {
    const { heap } = this;
    let child = heap.push(sleeper) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(heap[child], heap[parent])) break;
      [heap[child], heap[parent]] = [heap[parent], heap[child]];
      child = parent;
    }
  }

  remove(): Sleeper | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || first === last) return first;
    heap[0] = last;
    for (let parent = 0; ;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && before(heap[child], heap[least])) least = child;
      }
      if (least === parent) return first;
      [heap[parent], heap[least]] = [heap[least], heap[parent]];
      parent = least;
    }
  }
}

const before = (a: Sleeper, b: Sleeper) => a.at < b.at || (a.at === b.at && a.order < b.order);
