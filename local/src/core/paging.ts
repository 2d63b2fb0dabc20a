/** Lists in pages, by an opaque token. */

export interface PageRequest {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** How a list is cut into pages. */
export interface Paging {
  /** The operation and the filters to which the token belongs. */
  readonly scope: string;
  /** The page size if the request has none. */
  readonly pageSize: number;
  /** Makes the error for a token that does not belong to this list. */
  readonly badToken: (message: string) => Error;
}

/**
 * Entries in the order in which they came. A page can start at any of them, and a million entries are not slower than a
 * few.
 */
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

  /** A page of the entries that `matches` accepts. */
  page(request: PageRequest, paging: Paging & { readonly matches?: (value: T) => boolean }): Page<T> {
    const after = request.nextToken === undefined ? 0 : readToken(request.nextToken, paging, isSequence);
    const limit = request.maxResults ?? paging.pageSize;
    const items: T[] = [];
    let last = after;
    for (let at = this.firstAfter(after); at < this.order.length; at++) {
      const entry = this.order[at];
      const value = this.isCurrent(entry) ? this.byKey.get(entry.key)!.value : undefined;
      if (value === undefined || paging.matches?.(value) === false) continue;
      if (items.length === limit) return { items, nextToken: writeToken(paging.scope, last) };
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

/** The place of an entry in its list, compared member by member. */
export type Place = readonly (string | number)[];

/**
 * One page of a list that is ordered by place, so that a change between two pages does not move other entries.
 * unverified: that no service moves them.
 */
export function pageByPlace<T>(
  entries: Iterable<T>,
  request: PageRequest,
  paging: Paging & { readonly place: (entry: T) => Place },
): Page<T> {
  const after = request.nextToken === undefined ? undefined : readToken(request.nextToken, paging, isPlace);
  const left = [...entries]
    .map(entry => ({ entry, at: paging.place(entry) }))
    .filter(({ at }) => after === undefined || compare(at, after) > 0)
    .sort((a, b) => compare(a.at, b.at));
  const taken = left.slice(0, request.maxResults ?? paging.pageSize);
  const isLast = taken.length === left.length;
  return {
    items: taken.map(({ entry }) => entry),
    nextToken: isLast ? undefined : writeToken(paging.scope, taken.at(-1)!.at),
  };
}

function compare(a: Place, b: Place): number {
  const differs = a.findIndex((member, index) => member !== b[index]);
  return differs < 0 ? 0 : a[differs] < b[differs] ? -1 : 1;
}

const isSequence = (position: unknown): position is number => Number.isSafeInteger(position);
const isPlace = (position: unknown): position is Place => Array.isArray(position);

function writeToken(scope: string, position: unknown): string {
  return Buffer.from(JSON.stringify([scope, position])).toString('base64url');
}

function readToken<P>(token: string, { scope, badToken }: Paging, isPosition: (position: unknown) => position is P): P {
  try {
    const [held, position] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (held === scope && isPosition(position)) return position;
  } catch {
    // not JSON: not one of these tokens.
  }
  // unverified: whether a token of another list or of other filters is refused, and the wording.
  throw badToken('Invalid NextToken');
}
