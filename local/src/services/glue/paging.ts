/** Pages with the sizes and names of the schema registry. */
// documented: API model, for the default of 25
import { type Place, pageByPlace } from '../../core/paging';
import { invalidInput } from './errors';

export type { Place } from '../../core/paging';

export interface PageInput {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

const PAGE_SIZE = 25;

/** @param scope the operation and the filters to which the token belongs */
export function pageOf<T>(
  entries: Iterable<T>,
  { MaxResults: maxResults, NextToken }: PageInput,
  { scope, place }: { readonly scope: string; readonly place: (entry: T) => Place },
): { readonly items: readonly T[]; readonly NextToken?: string } {
  const paging = { scope, place, pageSize: PAGE_SIZE, badToken: invalidInput };
  const page = pageByPlace(entries, { maxResults, nextToken: NextToken }, paging);
  return { items: page.items, NextToken: page.nextToken };
}
