import { type Order, type RankKey } from './order';

/** What keepLatest keeps: everything down to `last`; without `last`, fewer than keepLatest exist and all are kept. */
export interface Threshold {
  readonly last?: RankKey;
}

/** The newest `keepLatest` of a stream, in a heap with the oldest of them on top. */
export class Ranking<C extends RankKey> {
  private readonly heap: C[] = [];
  private readonly names = new Set<string>();

  constructor(
    private readonly keepLatest: number,
    private readonly order: Order,
    entries: Iterable<C> = [],
  ) {
    for (const entry of entries) this.add(entry);
  }

  /** Takes a candidate in. Returns the one that is certainly not among the latest, once there is one. */
  add(candidate: C): C | undefined {
    // a listing may show a thing twice when it changes meanwhile; it must not take two places.
    if (this.names.has(candidate.name)) return undefined;
    if (this.heap.length < this.keepLatest) {
      this.names.add(candidate.name);
      this.rise(this.heap.push(candidate) - 1);
      return undefined;
    }
    const oldest = this.heap[0];
    if (!oldest || this.order(candidate, oldest) > 0) return candidate;
    this.names.delete(oldest.name);
    this.names.add(candidate.name);
    this.heap[0] = candidate;
    this.sink();
    return oldest;
  }

  /** A copy of what is among the latest so far. */
  entries(): C[] {
    return [...this.heap];
  }

  threshold(): Threshold {
    if (this.heap.length < this.keepLatest) return {};
    const { name, createdAt } = this.heap[0];
    return { last: { name, createdAt } };
  }

  private older(a: number, b: number): boolean {
    return this.order(this.heap[a], this.heap[b]) > 0;
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b], this.heap[a]];
  }

  private rise(child: number): void {
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.older(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  private sink(): void {
    for (let parent = 0; ;) {
      let oldest = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.heap.length && this.older(child, oldest)) oldest = child;
      }
      if (oldest === parent) return;
      this.swap(parent, oldest);
      parent = oldest;
    }
  }
}
