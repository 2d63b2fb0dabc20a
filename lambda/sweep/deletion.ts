/**
 * Whether a deletion sweeps, and by which rules. The event's own invocation decides it, and the state machine decides it
 * again: whoever may start the machine hands in what the event says.
 */
import { type SweepProperties, SweepShape } from '../../contract/sweep-execution';
import { type StackQuestions } from '../runtime/stack';

/** What CloudFormation shows of the sweep's resource. */
export interface HeldSweep {
  /** Absent: its history does not reach back. */
  readonly properties?: SweepProperties;
  readonly physicalId: string;
}

export type DeletionRules =
  | { readonly kind: 'sweeps'; readonly rules?: SweepProperties }
  | { readonly kind: 'nothing'; readonly because: string };

export async function rulesOfDeletion(
  { properties, physicalId }: HeldSweep,
  stack: StackQuestions,
): Promise<DeletionRules> {
  const phase = await stack.stackPhase();
  if (phase !== 'deleting') return nothing(`the stack is not being deleted, but ${phase}`);
  // a failed creation is deleted, too: its sweep must remove nothing.
  if (!(await stack.succeededSince(0))) return nothing('no deployment of the stack has ever succeeded');
  // nor do the rules of a deployment that failed without a rollback apply.
  if (!(await stack.hadAtSuccess(physicalId))) return nothing('no deployment with this sweep has ever succeeded');
  const then = await stack.propertiesAtSuccess();
  const agreed = then === undefined || then === 'unknown' ? then : SweepShape.decode(then, '');
  const rules = agreed ?? properties;
  if (rules === 'unknown' || (rules && !rules.Triggers.includes('ON_DESTROY'))) {
    return nothing('the rules are those of a deployment that failed');
  }
  return { kind: 'sweeps', rules };
}

const nothing = (because: string): DeletionRules => ({ kind: 'nothing', because });
