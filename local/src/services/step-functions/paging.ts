// documented: API reference, for the default of 100
import { ServiceError } from '../../core/service';

interface PageInput {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/** A page of a list. The default size is 100. */
export function page<T>(
  items: readonly T[],
  { maxResults, nextToken = '0' }: PageInput,
): { items: readonly T[]; nextToken?: string } {
  if (!/^\d{1,9}$/.test(nextToken)) throw new ServiceError('InvalidToken', `Invalid Token: '${nextToken}'`);
  const from = Number(nextToken);
  const next = from + (maxResults || 100);
  return { items: items.slice(from, next), ...(next < items.length && { nextToken: String(next) }) };
}
