import { KeepReason } from '../../contract/sweep';
import { type Decision } from './decide';
import { OutOfTime } from './pace';
import { type Plan } from './plan';
import { type Threshold } from './rank';
import { type Records } from './records';
import { type Candidate, SweepRefused, type SweepSource } from './source';

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
  if (candidate.decided !== undefined) return { action: 'remove', reason: candidate.decided };
  const byListing = plan.decide(candidate, threshold, []);
  if (byListing.action === 'keep') return byListing;
  const latest = source.siblings ? await plan.rank(source.siblings(candidate)) : threshold;
  const byRank = plan.decide(candidate, latest, []);
  if (byRank.action === 'keep') return byRank;
  return plan.decide(candidate, latest, await protectionsOf(source, candidate, records));
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
