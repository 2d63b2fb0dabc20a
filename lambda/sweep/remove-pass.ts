import { KeepReason } from '../../contract/sweep';
import { type SweepCursor } from './cursor';
import { Protected, guardOf, judge, judgeByRules } from './judge';
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

  // where maxRemovals counts on the protections, what they keep must not take the place of what goes.
  const asksInTurn = source.heedsGuard && !plan.dryRun && !cursor.exact;

  const remove = async (candidate: C, reason: string, page: PageTally) => {
    await steps.confirm();
    if (begun >= plan.maxRemovals) return tally.onKept(page, candidate.name, KeepReason.MAX_REMOVALS);
    begun++;
    try {
      const removal = await source.remove!(candidate, guardOf(source, candidate, records));
      if (removal === 'removed') {
        tally.onRemoved();
        records.removed(candidate.name, reason);
        return;
      }
      if (removal === 'gone') tally.onGone();
      else tally.onKept(page, candidate.name, removal.kept);
    } catch (error) {
      if (error instanceof OutOfTime || error instanceof SweepRefused) throw error;
      if (error instanceof Protected) tally.onKept(page, candidate.name, error.reason);
      else {
        page.failed++;
        records.failed(candidate.name, error);
      }
    }
    begun--;
  };

  try {
    const end = await walk<C, PageTally>(cursor.pageToken, {
      list: pageToken => source.list(pageToken),
      open: candidates => ({ work: candidates, state: tally.page() }),
      each: async (candidate, page) => {
        const { action, reason } = asksInTurn
          ? (await judgeByRules(plan, source, candidate, cursor.threshold)).decision
          : await judge(plan, source, candidate, cursor.threshold, records);
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
