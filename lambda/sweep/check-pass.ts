import { type SweepCursor } from './cursor';
import { OutOfTime } from './pace';
import { type PassSteps } from './plan-pass';
import { type Candidate, SweepRefused } from './source';

/**
 * Looks at what the plan ranks among the latest for what goes if a deployment that is not over fails: it must not push
 * out what the rollback needs, so the plan is then made anew without it. False where the deadline came first.
 */
export async function checkPass<C extends Candidate>(
  { source, records, save }: PassSteps<C>,
  cursor: SweepCursor,
): Promise<boolean> {
  const provisional = [...(cursor.provisional ?? [])];
  let checked = cursor.checked ?? 0;
  const isProvisional = async (candidate: C) => {
    try {
      return await source.isProvisional!(candidate);
    } catch (error) {
      if (error instanceof OutOfTime || error instanceof SweepRefused) throw error;
      // what is to go has the same protections, and stays where they cannot be read.
      records.unreadable(candidate.name, error);
      return false;
    }
  };
  try {
    // the cursor holds what the plan put there.
    for (const candidate of (cursor.ranking as readonly C[]).slice(checked)) {
      if (await isProvisional(candidate)) provisional.push(candidate.name);
      checked++;
    }
    return true;
  } catch (error) {
    if (error instanceof OutOfTime) return false;
    throw error;
  } finally {
    save({ ...cursor, checked, provisional });
  }
}
