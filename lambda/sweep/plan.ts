import { type SweepConfig } from '../../contract/sweep';
import { type Decision, type Rules, decide } from './decide';
import { orderBy } from './order';
import { Ranking, type Threshold } from './rank';
import { selection } from './select';
import { type Candidate } from './source';

/** A sweep's rules as two pure functions: rank a stream of candidates, then decide about each. */
export class Plan<C extends Candidate> {
  private readonly rules: Rules;

  constructor(config: SweepConfig, now: number) {
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

  /** Whether keepLatest counts a candidate: protected or not, old or young, as long as the selection matches. */
  ranks(candidate: C): boolean {
    return this.rules.selection(candidate) === undefined;
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
    return decide(this.rules, candidate, threshold, protections);
  }
}
