import { KeepReason, RemoveReason, type SweepRulesConfig } from '../../contract/sweep';
import { type Order } from './order';
import { type Threshold } from './rank';
import { type Selection } from './select';
import { type Candidate } from './source';

/** What the rules say about a candidate. */
export interface Decision {
  readonly action: 'remove' | 'keep';
  /** A `RemoveReason`, a `KeepReason` or the protection that keeps it. */
  readonly reason: string;
}

/** Compiled rules. */
export interface Rules {
  readonly selection: Selection;
  readonly order: Order;
  readonly limits: SweepRulesConfig;
  /** When the sweep began, in milliseconds since the epoch: ages are counted up to here in all its slices. */
  readonly now: number;
}

/**
 * Decides about one candidate: keep beats remove. `threshold` is what keepLatest keeps, absent where there is no such
 * rule; `protections` are the reasons for which it must stay whatever the rules say.
 */
export function decide(
  rules: Rules,
  candidate: Candidate,
  threshold: Threshold | undefined,
  protections: readonly string[],
): Decision {
  const reason =
    rules.selection(candidate) ??
    tooYoung(rules, candidate) ??
    amongLatest(rules, candidate, threshold) ??
    protections.at(0);
  return reason === undefined ? { action: 'remove', reason: removeReason(rules.limits) } : { action: 'keep', reason };
}

function tooYoung({ limits: { minAgeSeconds = 0 }, now }: Rules, candidate: Candidate): string | undefined {
  if (minAgeSeconds === 0) return undefined;
  const from = candidate.agedFrom ?? candidate.createdAt;
  if (from === undefined) return KeepReason.AGE_UNKNOWN;
  return now - from < minAgeSeconds * 1000 ? KeepReason.TOO_YOUNG : undefined;
}

function amongLatest({ order }: Rules, candidate: Candidate, threshold: Threshold | undefined): string | undefined {
  if (!threshold) return undefined;
  return !threshold.last || order(candidate, threshold.last) <= 0 ? KeepReason.AMONG_LATEST : undefined;
}

function removeReason({ keepLatest, minAgeSeconds }: SweepRulesConfig): string {
  if (keepLatest) return RemoveReason.BEYOND_LATEST;
  return minAgeSeconds ? RemoveReason.OLD_ENOUGH : RemoveReason.SELECTED;
}
