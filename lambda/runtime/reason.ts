import { quote } from '../../contract/shape';

/** What a failure says: handlers may throw anything. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `something that is no error was thrown: ${quote(String(error))}`;
  // the errors of AWS services say more by their name than by their message.
  return '$metadata' in error ? `${error.name}: ${error.message}` : error.message;
}
