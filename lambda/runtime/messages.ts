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

/** What an ARN of another account or region names is not what its names would find in those of the stack. */
export function checkArn(arn: string | undefined, stackId: string): Problem {
  const environment = (of: string) => of.split(':').slice(3, 5).join(' and ');
  const here = environment(stackId);
  if (arn === undefined || environment(arn) === here) return undefined;
  return `${quote(arn)} is not in the region and account of this stack, ${here}: use it in a stack there`;
}

/** The stack that owns an artifact. */
export interface OwnerStack {
  readonly stackId: string;
  /** Absent: that cannot be read. */
  readonly isGone?: boolean;
}

/** Refuses an artifact that somebody else owns. */
export function takenByOther(what: string, owner: OwnerStack | undefined, stackId: string): string {
  const belongs = owner ? `belongs to ${livingOrGone(owner, stackId)}` : 'belongs to no stack';
  return `${what} exists already and ${belongs}; set adoptExisting: true to take it over, or choose another name`;
}

function livingOrGone({ stackId: owner, isGone }: OwnerStack, stackId: string): string {
  if (hasReplaced(stackId, owner)) {
    return `stack ${owner}, which no longer exists: this stack has the same name`;
  }
  if (isGone === undefined) return `stack ${owner} (the provider cannot tell whether that stack still exists)`;
  return isGone ? `stack ${owner}, which no longer exists` : `stack ${owner}`;
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
