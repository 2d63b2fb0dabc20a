import { KeepReason } from '../../contract/sweep';
import { type SweepCursor } from './cursor';
import { type Decision } from './decide';
import { judge } from './judge';
import { OutOfTime } from './pace';
import { type PassSteps } from './plan-pass';
import { type Candidate } from './source';
import { type PageTally, Tally } from './tally';

/** How many candidates of a page are decided about at a time. */
const CONCURRENCY = 8;

/**
 * Reads the listing and removes what the rules remove, a whole page at once: for a source that removes many things with
 * one call. What is decided when the time for deciding ends is removed still, so that every slice gets on. False where
 * the deadline came first.
 */
export async function removeManyPass<C extends Candidate>(steps: PassSteps<C>, cursor: SweepCursor): Promise<boolean> {
  const { source, plan } = steps;
  if (plan.keepLatest > 0 && !cursor.threshold) {
    throw new Error('nothing is removed before the listing is ranked, got a cursor without a threshold');
  }
  const tally = new Tally(cursor, steps.records);
  try {
    for (;;) {
      const { candidates, nextToken } = await source.list(cursor.pageToken);
      const page = tally.page();
      const decisions = await decideAbout(candidates, steps, cursor);
      await carryOut(decisions, steps, tally, page);
      if (decisions.size < candidates.length) return false;
      tally.close(page);
      cursor = { ...cursor, pageToken: nextToken };
      if (nextToken === undefined) return true;
    }
  } catch (error) {
    if (error instanceof OutOfTime) return false;
    throw error;
  } finally {
    // what was removed counts, however the pass ends.
    steps.save(tally.into(cursor));
  }
}

/** Decides in the order of the listing. Some at its end are missing where the time did not suffice. */
async function decideAbout<C extends Candidate>(
  candidates: readonly C[],
  { source, plan, records }: PassSteps<C>,
  { threshold }: SweepCursor,
): Promise<ReadonlyMap<C, Decision>> {
  const decisions = new Map<C, Decision>();
  const rest = candidates.values();
  const worker = async () => {
    for (const candidate of rest) {
      decisions.set(candidate, await judge(plan, source, candidate, threshold, records));
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker));
  const fatal = ends.find(end => end.status === 'rejected' && !(end.reason instanceof OutOfTime));
  if (fatal) throw (fatal as PromiseRejectedResult).reason;
  return decisions;
}

async function carryOut<C extends Candidate>(
  decisions: ReadonlyMap<C, Decision>,
  { source, plan, records, confirm }: PassSteps<C>,
  tally: Tally,
  page: PageTally,
): Promise<void> {
  const chosen = new Map<C, string>();
  const room = plan.maxRemovals - tally.removed;
  for (const [candidate, { action, reason }] of decisions) {
    if (action === 'keep') tally.onKept(page, candidate.name, reason);
    else if (plan.dryRun) {
      page.wouldRemove++;
      records.wouldRemove(candidate.name, reason);
    } else if (chosen.size >= room) tally.onKept(page, candidate.name, KeepReason.MAX_REMOVALS);
    else chosen.set(candidate, reason);
  }
  if (chosen.size === 0) return;
  await confirm();
  await source.removeMany!([...chosen.keys()], (candidate, end) => {
    if (end === 'removed') {
      tally.onRemoved();
      records.removed(candidate.name, chosen.get(candidate)!);
    } else if (end === 'gone') tally.onGone();
    else if ('kept' in end) tally.onKept(page, candidate.name, end.kept);
    else {
      page.failed++;
      records.failed(candidate.name, end.failed);
    }
  });
}
