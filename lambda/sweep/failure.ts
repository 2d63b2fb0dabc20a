/** What the errors of a sweep's calls say to people. */
import { reasonOf } from '../runtime/messages';

/** By operation, the first error since the operation last succeeded. */
export type Troubles = Readonly<Record<string, string>>;

/** The operations that have failed with these errors: the services' own messages often do not name them. */
const operations = new WeakMap<object, string>();

export function attribute(error: unknown, operation: string): void {
  if (error instanceof Error) operations.set(error, operation);
}

/** The operation that has failed with this error, by its name in the API. */
export const operationOf = (error: unknown): string | undefined => operations.get(Object(error) as object);

/** In characters: a failure is part of a cursor and of answers. */
const LONGEST = 300;

/** The operation, the code and the message of an error. */
export function failureOf(error: unknown): string {
  const operation = operationOf(error);
  const reason = reasonOf(error);
  const text = operation && !reason.includes(operation) ? `${operation}: ${reason}` : reason;
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}
