import { KeepReason, type SweepConfig } from '../../contract/sweep';
import { type Decision, type Rules, decide } from './decide';
import { isComparable, orderBy } from './order';
import { Ranking, type Threshold } from './rank';
import { selection } from './select';
import { type Candidate } from './source';

/** A sweep's rules as two pure functions: rank a stream of candidates, then decide about each. */
export class Plan<C extends Candidate> {
  private readonly rules: Rules;

  private readonly bySemVer: boolean;

  constructor(config: SweepConfig, now: number) {
    this.bySemVer = config.order === 'SEMVER';
    this.rules = {
      selection: selection(config),
      order: orderBy(config.order ?? 'CREATION'),
      limits: config.rules,
      now,
    };
  }

  get keepLatest(): number {
    return this.rules.limits.keepLatest ?? 0;
  }

  get maxRemovals(): number {
    return this.rules.limits.maxRemovals ?? Infinity;
  }

  get dryRun(): boolean {
    return this.rules.limits.dryRun ?? false;
  }

  /** A ranking that goes on from the entries of an earlier one. */
  ranking(entries: Iterable<C> = []): Ranking<C> {
    return new Ranking(this.keepLatest, this.rules.order, entries);
  }

  /** Whether keepLatest counts a candidate: protected or not, old or young. */
  ranks(candidate: C): boolean {
    return this.rules.selection(candidate) === undefined && (this.bySemVer || candidate.createdAt !== undefined);
  }

  /** What names tell by which they are ranked: whether they can be compared. Absent where names do not rank. */
  comparable(candidate: C): boolean | undefined {
    return this.bySemVer ? isComparable(candidate.name) : undefined;
  }

  /** What keepLatest keeps of a stream; `undefined` where there is no such rule. */
  async rank(stream: AsyncIterable<C> | Iterable<C>): Promise<Threshold | undefined> {
    if (this.keepLatest === 0) return undefined;
    const ranking = this.ranking();
    for await (const candidate of stream) {
      if (this.ranks(candidate)) ranking.add(candidate);
    }
    return ranking.threshold();
  }

  decide(candidate: C, threshold: Threshold | undefined, protections: readonly string[]): Decision {
    const { action, reason } = decide(this.rules, candidate, threshold, protections);
    // what is as new as its creation has no rank where that is not known: above all none by its name.
    const isRankless = this.keepLatest > 0 && !this.bySemVer && candidate.createdAt === undefined;
    if (isRankless && (action === 'remove' || reason === KeepReason.AMONG_LATEST)) {
      return { action: 'keep', reason: KeepReason.AGE_UNKNOWN };
    }
    return { action, reason };
  }
}
