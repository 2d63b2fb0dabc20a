/** Lists in pages, by an opaque token. */

export interface PageRequest {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** Entries in the order in which they came, from any of which a page can start: a million of them are no slower. */
export class Listing<T> {
  private readonly byKey = new Map<string, { readonly sequence: number; readonly value: T }>();
  private order: { readonly sequence: number; readonly key: string }[] = [];
  private nextSequence = 1;

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): T | undefined {
    return this.byKey.get(key)?.value;
  }

  add(key: string, value: T): void {
    this.delete(key);
    const sequence = this.nextSequence++;
    this.byKey.set(key, { sequence, value });
    this.order.push({ sequence, key });
  }

  delete(key: string): boolean {
    const deleted = this.byKey.delete(key);
    if (this.order.length > 2 * this.byKey.size + 100) this.order = this.order.filter(entry => this.isCurrent(entry));
    return deleted;
  }

  *values(): IterableIterator<T> {
    for (const { value } of this.byKey.values()) yield value;
  }

  /**
   * A page of those that `matches` lets through.
   * @param scope what the token belongs to: operation and filters
   * @param badToken makes the error of a token that is none of this list
   */
  page(
    request: PageRequest,
    options: { scope: string; pageSize: number; matches?: (value: T) => boolean; badToken: (message: string) => Error },
  ): Page<T> {
    const after = request.nextToken === undefined ? 0 : readToken(request.nextToken, options);
    const limit = request.maxResults ?? options.pageSize;
    const items: T[] = [];
    let last = after;
    for (let at = this.firstAfter(after); at < this.order.length; at++) {
      const entry = this.order[at];
      const value = this.isCurrent(entry) ? this.byKey.get(entry.key)!.value : undefined;
      if (value === undefined || options.matches?.(value) === false) continue;
      if (items.length === limit) return { items, nextToken: writeToken(options.scope, last) };
      items.push(value);
      last = entry.sequence;
    }
    return { items };
  }

  private isCurrent({ key, sequence }: { key: string; sequence: number }): boolean {
    return this.byKey.get(key)?.sequence === sequence;
  }

  private firstAfter(sequence: number): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.order[middle].sequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function writeToken(scope: string, sequence: number): string {
  return Buffer.from(JSON.stringify([scope, sequence])).toString('base64url');
}

function readToken(token: string, options: { scope: string; badToken: (message: string) => Error }): number {
  try {
    const [scope, sequence] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (scope === options.scope && Number.isSafeInteger(sequence)) return sequence;
  } catch {
    // no JSON: not a token of ours.
  }
  // unverified: whether a token of another list, or of other filters, is refused.
  throw options.badToken('Invalid NextToken');
}
