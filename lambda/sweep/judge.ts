import { KeepReason } from '../../contract/sweep';
import { type Decision } from './decide';
import { type Guard, OutOfTime } from './pace';
import { type Plan } from './plan';
import { type Threshold } from './rank';
import { type Records } from './records';
import { type Candidate, SweepRefused, type SweepSource } from './source';

/** What protects a candidate was found when its turn to be removed had come. */
export class Protected extends Error {
  override readonly name = 'Protected';

  constructor(readonly reason: string) {
    super(`kept: ${reason}`);
  }
}

/** Stops the removal of a candidate that something protects by now. */
export function guardOf<C extends Candidate>(source: SweepSource<C>, candidate: C, records: Records): Guard {
  return async () => {
    const [reason] = await protectionsOf(source, candidate, records);
    if (reason !== undefined) throw new Protected(reason);
  };
}

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
  const { decision, latest } = await judgeByRules(plan, source, candidate, threshold);
  if (decision.action === 'keep' || candidate.decided !== undefined) return decision;
  return plan.decide(candidate, latest, await protectionsOf(source, candidate, records));
}

/** Decides by the rules alone. `latest` is what keepLatest keeps of the candidate's own kin. */
export async function judgeByRules<C extends Candidate>(
  plan: Plan<C>,
  source: SweepSource<C>,
  candidate: C,
  threshold: Threshold | undefined,
): Promise<{ readonly decision: Decision; readonly latest: Threshold | undefined }> {
  if (candidate.decided !== undefined) {
    return { decision: { action: 'remove', reason: candidate.decided }, latest: threshold };
  }
  const byListing = plan.decide(candidate, threshold, []);
  if (byListing.action === 'keep') return { decision: byListing, latest: threshold };
  const latest = source.siblings ? await plan.rank(source.siblings(candidate)) : threshold;
  return { decision: plan.decide(candidate, latest, []), latest };
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
