import { KeepReason } from '../../contract/sweep';
import { isOperationOver } from '../runtime/errors';
import { type SweepCursor } from './cursor';
import { failureOf } from './failure';
import { Protected } from './judge';
import { type Guard, OutOfTime } from './pace';
import { type Decision } from './plan';
import { type PassSteps } from './plan-pass';
import { type Candidate, type Each, type End, type Failed, type Many, StalePageToken, SweepRefused } from './source';
import { type PageTally, Tally } from './tally';
import { walk } from './walk';

/** How many candidates of a page are decided about at a time if a page is removed together. */
const CONCURRENCY = 8;

/** Reads the listing and removes what the rules remove. False if the deadline came first. */
export async function removePass<C extends Candidate>(steps: PassSteps<C>, cursor: SweepCursor): Promise<boolean> {
  const { source, plan, save } = steps;
  if (plan.keepLatest > 0 && !source.siblings && !cursor.threshold) {
    throw new Error('a removing pass needs a ranked listing, got a cursor without a threshold');
  }
  return new RemovePass(steps, cursor).run(save);
}

class RemovePass<C extends Candidate> {
  private readonly tally: Tally;
  /** Removals that have begun and not failed: at most maxRemovals. */
  private begun: number;

  constructor(
    private readonly steps: PassSteps<C>,
    private cursor: SweepCursor,
  ) {
    this.tally = new Tally(cursor, steps.records);
    this.begun = this.tally.removed;
  }

  async run(save: (cursor: SweepCursor) => void): Promise<boolean> {
    const { removal } = this.steps.source;
    try {
      return await ('each' in removal ? this.removeEach(removal) : this.removeMany(removal));
    } finally {
      // removals count, however the pass ends.
      save(this.tally.into(this.cursor));
    }
  }

  private async removeEach(removal: Each<C>): Promise<boolean> {
    const { source, plan, judge } = this.steps;
    const { threshold, exact, pageToken } = this.cursor;
    // if maxRemovals takes protections into account, protected candidates must not take the place of others.
    const heeds = removal.heedsGuard && !plan.dryRun && !exact;
    const asksInTurn = () => heeds && source.preparation?.isFinished !== false;
    const end = await walk<C, PageTally>(pageToken, {
      inFlight: this.steps.inFlight,
      list: token => source.list(token),
      open: candidates => ({ work: candidates, state: this.tally.page() }),
      each: async (candidate, page) => {
        const decision = await (asksInTurn()
          ? judge.judgeByRules(candidate, threshold)
          : judge.judge(candidate, threshold));
        if (this.goes(candidate, decision, page)) await this.removeOne(candidate, decision.reason, { removal, page });
      },
      close: page => this.tally.close(page),
    });
    this.cursor = { ...this.cursor, pageToken: end.finished ? undefined : end.pageToken };
    return end.finished;
  }

  private async removeOne(
    candidate: C,
    reason: string,
    { removal, page }: { readonly removal: Each<C>; readonly page: PageTally },
  ): Promise<void> {
    await this.steps.confirm();
    if (!this.begin(candidate, page)) return;
    this.end(candidate, reason, await endOf(removal.each(candidate, this.guard(candidate))), page);
  }

  /**
   * Called before each attempt: a removal can wait long for its turn, and the operation of the run can end meanwhile.
   */
  private guard(candidate: C): Guard {
    const { confirm, judge, source } = this.steps;
    const isUnprotected = judge.guard(candidate);
    return async () => {
      await confirm(source.hasNoMarks ? 'now' : undefined);
      await isUnprotected();
    };
  }

  /** Decided removals are made even after the time for deciding has ended, so that every slice makes progress. */
  private async removeMany(removal: Many<C>): Promise<boolean> {
    const { source, confirm, judge } = this.steps;
    try {
      for (;;) {
        const { candidates, nextToken } = await source.list(this.cursor.pageToken);
        const page = this.tally.page();
        const decisions = await this.decideAbout(candidates, removal);
        const going = [...decisions].filter(([candidate, decision]) => this.goes(candidate, decision, page));
        if (going.length > 0) await confirm();
        const chosen = new Map(going.filter(([candidate]) => this.begin(candidate, page)));
        if (chosen.size > 0) {
          await removal.many([...chosen.keys()], {
            confirm,
            protection: async candidate => {
              await confirm();
              return judge.protection(candidate);
            },
            report: (candidate, end) => this.end(candidate, chosen.get(candidate)!.reason, end, page),
          });
        }
        if (decisions.size < candidates.length) return false;
        this.tally.close(page);
        this.cursor = { ...this.cursor, pageToken: nextToken };
        if (nextToken === undefined) return true;
      }
    } catch (error) {
      if (error instanceof OutOfTime) return false;
      throw error;
    }
  }

  /** Decides in the order of the listing. The last candidates are missing if there was not enough time. */
  private async decideAbout(candidates: readonly C[], removal: Many<C>): Promise<ReadonlyMap<C, Decision>> {
    const decisions = new Map<C, Decision>();
    const rest = candidates.values();
    const beforeAsking = () => {
      if (!removal.hasTimeToDecide()) throw new OutOfTime('the decided removals come first');
    };
    const worker = async () => {
      for (const candidate of rest) {
        decisions.set(candidate, await this.steps.judge.judge(candidate, this.cursor.threshold, beforeAsking));
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker));
    const fatal = ends.find(end => end.status === 'rejected' && !(end.reason instanceof OutOfTime));
    if (fatal) throw (fatal as PromiseRejectedResult).reason;
    return decisions;
  }

  /** Whether a candidate is to be removed now. */
  private goes(candidate: C, { action, reason }: Decision, page: PageTally): boolean {
    if (action === 'keep') this.tally.onKept(page, candidate.name, reason);
    else if (!this.steps.plan.dryRun) return true;
    else {
      page.wouldRemove++;
      this.steps.records.wouldRemove(candidate.name, reason);
    }
    return false;
  }

  /** Takes a place among the removals that maxRemovals allows. */
  private begin(candidate: C, page: PageTally): boolean {
    const mayBegin = this.begun < this.steps.plan.maxRemovals;
    if (mayBegin) this.begun++;
    else this.tally.onKept(page, candidate.name, KeepReason.MAX_REMOVALS);
    return mayBegin;
  }

  private end(candidate: C, reason: string, end: End | Failed, page: PageTally): void {
    const { records } = this.steps;
    if (end === 'removed') {
      this.tally.onRemoved();
      return records.removed(candidate.name, reason);
    }
    // nothing was removed: the place is free again.
    this.begun--;
    if (end === 'gone') this.tally.onGone();
    else if ('kept' in end) this.tally.onKept(page, candidate.name, end.kept);
    else {
      page.failed++;
      page.firstFailure ??= `${candidate.name}: ${failureOf(end.failed)}`;
      records.failed(candidate.name, end.failed);
    }
  }
}

/** What ends the pass, the slice or the sweep, and is no failure of a removal that has met it. */
const ENDING = [OutOfTime, StalePageToken, SweepRefused];

/** The end of a removal. Throws an error that ends the pass, the slice or the sweep. */
async function endOf(removal: Promise<End>): Promise<End | Failed> {
  try {
    return await removal;
  } catch (error) {
    if (ENDING.some(type => error instanceof type) || isOperationOver(error)) throw error;
    return error instanceof Protected ? { kept: error.reason } : { failed: error };
  }
}
