import { setTimeout as realTimer } from 'node:timers/promises';
import { type Clock } from '../../../../lambda/runtime/clock';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** A clock that stands still while anything runs and jumps to the next sleeper when all wait. */
export class VirtualClock implements Clock {
  private readonly sleepers: Sleeper[] = [];
  private time: number;
  private count = 0;

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise(wake => {
      this.insert({ at: this.time + Math.max(0, milliseconds), order: this.count++, wake, signal });
      signal?.addEventListener('abort', () => wake());
    });
  }

  /** Lets time pass while nobody is at work. */
  advance(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** Turns the clock until the work has ended. */
  async run<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = () => void (ended = true);
    work.then(end, end);
    for (let idle = 0; ;) {
      await new Promise(setImmediate);
      if (ended) return work;
      const next = this.remove();
      if (!next) {
        // something outside of the clock may be at work, such as a file that is read.
        if (++idle > 200) throw new Error('nothing sleeps and the work has not ended: it waits for what never comes');
        await realTimer(5);
        continue;
      }
      idle = 0;
      if (next.signal?.aborted) continue;
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
  }

  /** A binary heap: there may be thousands of sleepers. */
  private insert(sleeper: Sleeper): void {
    const heap = this.sleepers;
    let child = heap.push(sleeper) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(heap[child], heap[parent])) break;
      [heap[child], heap[parent]] = [heap[parent], heap[child]];
      child = parent;
    }
  }

  private remove(): Sleeper | undefined {
    const heap = this.sleepers;
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
