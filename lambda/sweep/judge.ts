import { KeepReason } from '../../contract/sweep';
import { type Guard, OutOfTime } from './pace';
import { type Decision, type Plan, type Threshold } from './plan';
import { type Records } from './records';
import { type Candidate, SweepRefused, type SweepSource } from './source';

/** A protection of a candidate was found when its turn to be removed came. */
export class Protected extends Error {
  override readonly name = 'Protected';

  constructor(readonly reason: string) {
    super(`kept: ${reason}`);
  }
}

/** Decides about candidates by the rules and by their protections. */
export class Judge<C extends Candidate> {
  constructor(
    private readonly plan: Plan<C>,
    private readonly source: SweepSource<C>,
    private readonly records: Records,
  ) {}

  /**
   * Decides about a candidate with all available data, and only queries the service if the rules alone would remove the
   * candidate. `threshold` is that of the whole listing; a source with siblings has one for each candidate.
   */
  async judge(candidate: C, threshold: Threshold | undefined, beforeAsking = () => {}): Promise<Decision> {
    const { decision, latest } = await this.rank(candidate, threshold);
    if (decision.action === 'keep' || candidate.decided !== undefined) return decision;
    beforeAsking();
    const protection = await this.protection(candidate);
    return this.plan.decide(candidate, latest, protection === undefined ? [] : [protection]);
  }

  /** Decides only by the rules. */
  async judgeByRules(candidate: C, threshold: Threshold | undefined): Promise<Decision> {
    return (await this.rank(candidate, threshold)).decision;
  }

  /** Why a candidate must stay whatever the rules say. A protection that cannot be read is one. */
  async protection(candidate: C): Promise<string | undefined> {
    try {
      return await this.source.protection(candidate);
    } catch (error) {
      if (error instanceof OutOfTime || error instanceof SweepRefused) throw error;
      this.records.unreadable(candidate.name, error);
      return KeepReason.PROTECTION_UNREADABLE;
    }
  }

  /** Stops the removal of a candidate that is protected by now. */
  guard(candidate: C): Guard {
    return async () => {
      const reason = await this.protection(candidate);
      if (reason !== undefined) throw new Protected(reason);
    };
  }

  /** `latest` is what keepLatest keeps among the candidate and its siblings. */
  private async rank(
    candidate: C,
    threshold: Threshold | undefined,
  ): Promise<{ readonly decision: Decision; readonly latest: Threshold | undefined }> {
    const { plan, source } = this;
    if (candidate.decided !== undefined) {
      return { decision: { action: 'remove', reason: candidate.decided }, latest: threshold };
    }
    const byListing = plan.decide(candidate, threshold, []);
    if (byListing.action === 'keep') return { decision: byListing, latest: threshold };
    const latest = source.siblings ? await plan.rank(source.siblings(candidate)) : threshold;
    return { decision: plan.decide(candidate, latest, []), latest };
  }
}
