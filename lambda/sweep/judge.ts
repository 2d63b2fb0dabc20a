import { KeepReason } from '../../contract/sweep';
import { Decision } from './decide';
import { OutOfTime } from './pace';
import { Plan } from './plan';
import { Threshold } from './rank';
import { Records } from './records';
import { Candidate, SweepRefused, SweepSource } from './source';

/**
 * Decides about a candidate with everything that can be known, and asks the service only where the rules alone would
 * remove it. `threshold` is that of the whole listing; a source with siblings has one for each candidate.
 */
export async function judge<C extends Candidate>(
  plan: Plan<C>,
  source: SweepSource<C>,
  candidate: C,
  threshold: Threshold | undefined,
  records: Records,
): Promise<Decision> {
  let decision = plan.decide(candidate, threshold, []);
  if (decision.action === 'keep') return decision;
  if (source.siblings && plan.keepLatest > 0) {
    threshold = await plan.rank(source.siblings(candidate));
    decision = plan.decide(candidate, threshold, []);
    if (decision.action === 'keep') return decision;
  }
  return plan.decide(candidate, threshold, await protectionsOf(source, candidate, records));
}

/** A protection that cannot be read is one. */
async function protectionsOf<C extends Candidate>(
  source: SweepSource<C>,
  candidate: C,
  records: Records,
): Promise<readonly string[]> {
  try {
    const protection = await source.protection(candidate);
    return protection === undefined ? [] : [protection];
  } catch (error) {
    if (error instanceof OutOfTime || error instanceof SweepRefused) throw error;
    records.unreadable(candidate.name, error);
    return [KeepReason.PROTECTION_UNREADABLE];
  }
}
