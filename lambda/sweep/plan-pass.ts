/** The passes over the listing that make the plan, and remove nothing. */
import { type MetNames, type SweepCursor } from './cursor';
import { type Judge } from './judge';
import { OutOfTime } from './pace';
import { type Plan } from './plan';
import { type Records } from './records';
import { type Candidate, SweepRefused, type SweepSource } from './source';
import { type Confirm } from './stacks';
import { walk } from './walk';

/** What a pass needs. */
export interface PassSteps<C extends Candidate> {
  readonly source: SweepSource<C>;
  readonly plan: Plan<C>;
  readonly judge: Judge<C>;
  readonly records: Records;
  /** Awaited before each removal. */
  readonly confirm: Confirm;
  /** How many candidates to work on at a time. */
  readonly inFlight: () => number;
  save(cursor: SweepCursor): void;
}

/** The state of a page in progress: the ranking before the page, and the removals that the page adds to the plan. */
interface PagePlan<C> {
  readonly before: readonly C[];
  planned: number;
}

/**
 * Reads the listing once and removes nothing: ranks for keepLatest and counts for maxRemovals, both in one stream,
 * because a candidate that drops out of the ranking never returns. False if the deadline came first.
 */
export async function planPass<C extends Candidate>(steps: PassSteps<C>, cursor: SweepCursor): Promise<boolean> {
  const { source, plan, judge } = steps;
  const ranksHere = plan.keepLatest > 0 && !source.siblings;
  const counts = Number.isFinite(plan.maxRemovals);
  // this function itself has written the cursor.
  const ranking = plan.ranking(cursor.ranking as readonly C[] | undefined);
  // what other executions of the run have removed was planned, too.
  let planned = cursor.counts.planned ?? cursor.counts.removed + cursor.counts.gone;
  let named = cursor.named;
  let { pushesOut } = cursor;
  const provisional = new Set(cursor.provisional);
  const ranks = (candidate: C) => plan.ranks(candidate) && !provisional.has(candidate.name);

  const end = await walk<C, PagePlan<C>>(cursor.pageToken, {
    inFlight: steps.inFlight,
    list: pageToken => source.list(pageToken),
    open: candidates => {
      const before = ranking.entries();
      const decided = candidates.filter(candidate => candidate.decided !== undefined);
      const matching = candidates.filter(candidate => candidate.decided === undefined && ranks(candidate));
      if (ranksHere)
        for (const candidate of matching) {
          named = meeting(named, { name: candidate.name, isComparable: plan.comparable(candidate) });
        }
      const rest = ranksHere ? matching.map(candidate => ranking.add(candidate)) : matching;
      pushesOut ||= ranksHere && rest.some(candidate => candidate !== undefined);
      const work = counts ? [...decided, ...rest.filter(candidate => candidate !== undefined)] : [];
      return { work, state: { before, planned: 0 } };
    },
    each: async (candidate, page) => {
      // the rules give an upper limit: protections are only read if that would be too many.
      const byRules = heedsGuard(source) && !cursor.exact;
      const { action } = await (byRules ? judge.judgeByRules(candidate, undefined) : judge.judge(candidate, undefined));
      if (action === 'remove') page.planned++;
    },
    close: page => void (planned += page.planned),
  });

  const counted = { ...cursor.counts, planned: counts ? planned : undefined };
  steps.save(
    end.finished
      ? {
          ...cursor,
          threshold: ranksHere ? ranking.threshold() : undefined,
          ranking: ranksHere ? ranking.entries() : undefined,
          pushesOut,
          counts: counted,
        }
      : {
          ...cursor,
          pageToken: end.pageToken,
          named,
          pushesOut,
          ranking: end.state?.before ?? ranking.entries(),
          counts: counted,
        },
  );
  return end.finished;
}

/** Whether protections are read when the removal's turn comes in any case. */
export const heedsGuard = <C extends Candidate>({ removal }: SweepSource<C>): boolean =>
  'each' in removal && removal.heedsGuard === true;

/** It is unknown which of two names is newer if only one of them is a version: keeping one would be a guess. */
function meeting(met: MetNames = {}, { name, isComparable }: { name: string; isComparable?: boolean }): MetNames {
  if (isComparable === undefined) return met;
  const named = isComparable ? { comparable: name, ...met } : { other: name, ...met };
  if (named.comparable === undefined || named.other === undefined) return named;
  throw new SweepRefused(
    `keepLatest cannot compare ${named.other} with ${named.comparable}: the first is not a version that can be compared, the ` +
      'second is. Leave one kind out with include or exclude, or rank by creation (order: VersionOrder.CREATION)',
  );
}

/** How many candidates are checked at a time. A slice that ends in between checks them again. */
const CHECKED_AT_ONCE = 8;

/**
 * Checks whether a candidate among the latest is removed if a deployment in progress fails. It must not push out what
 * the rollback needs, so the plan is then made again without it. False if the deadline came first.
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
      // a candidate to remove has the same protections, and stays if they cannot be read.
      records.unreadable(candidate.name, error);
      return false;
    }
  };
  try {
    // the plan has written the cursor.
    const ranking = cursor.ranking as readonly C[];
    while (checked < ranking.length) {
      const some = ranking.slice(checked, checked + CHECKED_AT_ONCE);
      const found = await Promise.all(some.map(isProvisional));
      provisional.push(...some.filter((_, at) => found[at]).map(({ name }) => name));
      checked += some.length;
    }
    return true;
  } catch (error) {
    if (error instanceof OutOfTime) return false;
    throw error;
  } finally {
    save({ ...cursor, checked, provisional });
  }
}
