/** Sentences that several handlers say. */
import { type Problem, quote } from '../../contract/shape';
import { hasReplaced } from './ownership';

/** What a failure says: handlers may throw anything. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `something that is no error was thrown: ${quote(String(error))}`;
  // the errors of AWS services say more by their name than by their message.
  return '$metadata' in error ? `${error.name}: ${error.message}` : error.message;
}

/** Fails with every rule that the wanted properties break. */
export function rejectProblems(...problems: Problem[]): void {
  const broken = problems.filter(problem => problem !== undefined);
  if (broken.length > 0) throw new Error(broken.join('; '));
}

/** Refuses what somebody else has. */
export function takenByOther(what: string, ownerStack: string | undefined, stackId: string): string {
  const owner = ownerStack ? `belongs to ${livingOrGone(ownerStack, stackId)}` : 'belongs to no stack';
  return `${what} exists already and ${owner}; set adoptExisting: true to take it over, or choose another name`;
}

/** The provider may describe no stack but its own: of another one's fate nothing is known but by its name. */
function livingOrGone(ownerStack: string, stackId: string): string {
  if (ownerStack === stackId) return `stack ${ownerStack}`;
  return hasReplaced(stackId, ownerStack)
    ? `stack ${ownerStack}, which is gone: this stack has its name`
    : `stack ${ownerStack} (whether that still exists is unknown here)`;
}

/** Refuses what the same stack has as a resource of AWS's own type. */
export function heldByNative(what: string, type: string, logicalId: string): string {
  return (
    `${what} is still this stack's resource ${logicalId} (${type}), whose removal would delete it: retain it there first ` +
    '(deploy with DeletionPolicy: Retain on it, then without it), and adopt it in a deployment after that'
  );
}

/** The first few names, and how many more there are. */
export function listed(names: readonly string[], most = 10): string {
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
