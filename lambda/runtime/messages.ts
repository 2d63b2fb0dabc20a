/** Messages that several handlers share. */
import { type Problem, quote } from '../../contract/shape';
import { hasReplaced } from './ownership';

/** The message of a failure: handlers can throw anything. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `a value that is not an error was thrown: ${quote(String(error))}`;
  // the name of an AWS error often says more than its message.
  return '$metadata' in error ? `${error.name}: ${error.message}` : error.message;
}

/** Throws an error with every rule that the wanted properties break. */
export function rejectProblems(...problems: Problem[]): void {
  const broken = problems.filter(problem => problem !== undefined);
  if (broken.length > 0) throw new Error(broken.join('; '));
}

/** Refuses an artifact that somebody else owns. */
export function takenByOther(what: string, ownerStack: string | undefined, stackId: string): string {
  const owner = ownerStack ? `belongs to ${livingOrGone(ownerStack, stackId)}` : 'belongs to no stack';
  return `${what} exists already and ${owner}; set adoptExisting: true to take it over, or choose another name`;
}

/**
 * The provider can only describe its own stack: of other stacks it knows the name, but not whether they still exist.
 */
function livingOrGone(ownerStack: string, stackId: string): string {
  if (ownerStack === stackId) return `stack ${ownerStack}`;
  return hasReplaced(stackId, ownerStack)
    ? `stack ${ownerStack}, which no longer exists: this stack has the same name`
    : `stack ${ownerStack} (the provider cannot tell whether that stack still exists)`;
}

/** Refuses an artifact that the same stack manages by a resource of AWS's own type. */
export function heldByNative(what: string, type: string, logicalId: string): string {
  return (
    `${what} is still managed by this stack's resource ${logicalId} (${type}), whose removal would delete it: first retain it there ` +
    '(deploy with DeletionPolicy: Retain on that resource, then without the resource), and adopt it in a later deployment'
  );
}

/** The first few names, and how many more there are. */
export function listed(names: readonly string[], most = 10): string {
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
