import { SweepLimits } from '../../contract/sweep';
import { type SweepCounts, type SweepCursor } from './cursor';
import { type Records } from './records';

/** What a page contributes when it is finished: a page that was cut off is listed again and counted then. */
export interface PageTally {
  failed: number;
  /** The first candidate whose removal failed, and why. */
  firstFailure?: string;
  wouldRemove: number;
  keptBy: Map<string, number>;
  /** Some kept candidates, to be recorded. */
  keptNames: [name: string, reason: string][];
}

/** Counts a removing pass. A removed candidate counts at once, a kept candidate when its page is finished. */
export class Tally {
  private passRemoved: boolean;
  private counts: SweepCounts;
  private keptRecords: number;
  private readonly mostKeptRecords: number;

  constructor(
    cursor: SweepCursor,
    private readonly records: Records,
  ) {
    this.counts = cursor.counts;
    this.passRemoved = cursor.passRemoved;
    this.keptRecords = cursor.keptRecords;
    // a repeated pass finds the candidates that the first pass has kept.
    this.mostKeptRecords = cursor.repeats > 0 ? 0 : (records.mostKept ?? SweepLimits.KEPT_RECORDS);
  }

  get removed(): number {
    return this.counts.removed;
  }

  page(): PageTally {
    return { failed: 0, wouldRemove: 0, keptBy: new Map(), keptNames: [] };
  }

  onRemoved(): void {
    this.counts = { ...this.counts, removed: this.counts.removed + 1 };
    this.passRemoved = true;
  }

  onGone(): void {
    this.counts = { ...this.counts, gone: this.counts.gone + 1 };
  }

  onKept(page: PageTally, name: string, reason: string): void {
    page.keptBy.set(reason, (page.keptBy.get(reason) ?? 0) + 1);
    if (page.keptNames.length + this.keptRecords < this.mostKeptRecords) page.keptNames.push([name, reason]);
  }

  close(page: PageTally): void {
    const keptBy: Record<string, number> = { ...this.counts.keptBy };
    let kept = this.counts.kept;
    for (const [reason, count] of page.keptBy) {
      keptBy[reason] = (keptBy[reason] ?? 0) + count;
      kept += count;
    }
    const { failed, firstFailure = page.firstFailure, wouldRemove } = this.counts;
    this.counts = {
      ...this.counts,
      kept,
      keptBy,
      failed: failed + page.failed,
      ...(firstFailure !== undefined && { firstFailure }),
      wouldRemove: wouldRemove + page.wouldRemove,
    };
    for (const [name, reason] of page.keptNames) {
      if (this.keptRecords >= this.mostKeptRecords) break;
      this.keptRecords++;
      this.records.kept(name, reason);
    }
  }

  /** The cursor with the counts. */
  into(cursor: SweepCursor): SweepCursor {
    return { ...cursor, counts: this.counts, passRemoved: this.passRemoved, keptRecords: this.keptRecords };
  }
}
