import { KeepReason } from '../../contract/sweep';
import { type SweepCursor } from './cursor';
import { judge } from './judge';
import { OutOfTime } from './pace';
import { type PassSteps } from './plan-pass';
import { type Candidate, SweepRefused } from './source';
import { type PageTally, Tally } from './tally';
import { walk } from './walk';

/** Reads the listing and removes what the rules remove. False where the deadline came first. */
export async function removePass<C extends Candidate>(steps: PassSteps<C>, cursor: SweepCursor): Promise<boolean> {
  const { source, plan, records } = steps;
  if (plan.keepLatest > 0 && !source.siblings && !cursor.threshold) {
    throw new Error('nothing is removed before the listing is ranked, got a cursor without a threshold');
  }
  const tally = new Tally(cursor, records);
  /** Removals begun and not failed: more than maxRemovals never are. */
  let begun = tally.removed;

  const remove = async (candidate: C, reason: string, page: PageTally) => {
    if (begun >= plan.maxRemovals) return tally.onKept(page, candidate.name, KeepReason.MAX_REMOVALS);
    begun++;
    try {
      const removal = await source.remove!(candidate);
      if (removal === 'removed') {
        tally.onRemoved();
        records.removed(candidate.name, reason);
        return;
      }
      if (removal === 'gone') tally.onGone();
      else tally.onKept(page, candidate.name, removal.kept);
    } catch (error) {
      if (error instanceof OutOfTime || error instanceof SweepRefused) throw error;
      page.failed++;
      records.failed(candidate.name, error);
    }
    begun--;
  };

  try {
    const end = await walk<C, PageTally>(cursor.pageToken, {
      list: pageToken => source.list(pageToken),
      open: candidates => ({ work: candidates, state: tally.page() }),
      each: async (candidate, page) => {
        const { action, reason } = await judge(plan, source, candidate, cursor.threshold, records);
        if (action === 'keep') tally.onKept(page, candidate.name, reason);
        else if (!plan.dryRun) await remove(candidate, reason, page);
        else {
          page.wouldRemove++;
          records.wouldRemove(candidate.name, reason);
        }
      },
      close: page => tally.close(page),
    });
    cursor = { ...cursor, pageToken: end.finished ? undefined : end.pageToken };
    return end.finished;
  } finally {
    // what was removed counts, however the pass ends.
    steps.save(tally.into(cursor));
  }
}
