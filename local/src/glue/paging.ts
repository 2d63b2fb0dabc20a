/** Lists in pages, by an opaque token that holds where the last page ended. */
import { invalidInput } from './errors';

export interface PageRequest {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

/** Where an entry stands in its list: compared member by member. */
export type Place = readonly (string | number)[];

const PAGE_SIZE = 25;

/**
 * One page of a list that is ordered by place, so that what comes and goes between two pages moves nothing else.
 *
 * @param scope what the token belongs to: operation and filters
 */
export function pageOf<T>(
  entries: Iterable<T>,
  request: PageRequest,
  { scope, place }: { readonly scope: string; readonly place: (entry: T) => Place },
): Page<T> {
  const after = request.NextToken === undefined ? undefined : readToken(request.NextToken, scope);
  const left = [...entries]
    .map(entry => ({ entry, at: place(entry) }))
    .filter(({ at }) => after === undefined || compare(at, after) > 0)
    .sort((a, b) => compare(a.at, b.at));
  const taken = left.slice(0, request.MaxResults ?? PAGE_SIZE);
  const isLast = taken.length === left.length;
  return {
    items: taken.map(({ entry }) => entry),
    NextToken: isLast ? undefined : writeToken(scope, taken.at(-1)!.at),
  };
}

function compare(a: Place, b: Place): number {
  const differs = a.findIndex((member, index) => member !== b[index]);
  return differs < 0 ? 0 : a[differs] < b[differs] ? -1 : 1;
}

function writeToken(scope: string, place: Place): string {
  return Buffer.from(JSON.stringify([scope, place])).toString('base64url');
}

function readToken(token: string, wanted: string): Place {
  try {
    const [scope, place] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (scope === wanted && Array.isArray(place)) return place;
  } catch {
    // no JSON: not a token of ours.
  }
  // unverified: whether a token of another list is refused.
  throw invalidInput('The pagination token is not valid.');
}
