/** The plan of a sweep: rules as pure functions, which rank a stream of candidates and decide about each. */
import picomatch from 'picomatch';
import { type SemVer } from 'semver';
import parseSemVer from 'semver/functions/parse';
import {
  KeepReason,
  RemoveReason,
  type SweepConfig,
  type SweepRulesConfig,
  type VersionOrder,
} from '../../contract/sweep';
import { type Candidate } from './source';

/** The decision of the rules about a candidate. */
export interface Decision {
  readonly action: 'remove' | 'keep';
  /** A `RemoveReason`, a `KeepReason` or the protection that keeps it. */
  readonly reason: string;
}

/** Compiled rules. Keep beats remove. */
export class Plan<C extends Candidate> {
  private readonly selection: Selection;
  private readonly order: Order;
  private readonly rules: SweepRulesConfig;
  private readonly bySemVer: boolean;

  /** @param now when the sweep began: all slices count ages up to this time */
  constructor(
    config: SweepConfig,
    private readonly now: number,
  ) {
    this.selection = selection(config);
    this.order = orderBy(config.order ?? 'CREATION');
    this.rules = config.rules;
    this.bySemVer = config.order === 'SEMVER';
  }

  get keepLatest(): number {
    return this.rules.keepLatest ?? 0;
  }

  get maxRemovals(): number {
    return this.rules.maxRemovals ?? Infinity;
  }

  get dryRun(): boolean {
    return this.rules.dryRun ?? false;
  }

  /** A ranking that continues from the entries of an earlier one. */
  ranking(entries: Iterable<C> = []): Ranking<C> {
    return new Ranking(this.keepLatest, this.order, entries);
  }

  /** Whether keepLatest counts a candidate: protected or not, old or young. */
  ranks(candidate: C): boolean {
    return this.selection(candidate) === undefined && (this.bySemVer || candidate.createdAt !== undefined);
  }

  /** Whether a candidate's name can be compared with others. Absent where names do not rank. */
  comparable(candidate: C): boolean | undefined {
    return this.bySemVer ? parse(candidate.name) !== undefined : undefined;
  }

  /** What keepLatest keeps of a stream; `undefined` if there is no such rule. */
  async rank(stream: AsyncIterable<C> | Iterable<C>): Promise<Threshold | undefined> {
    if (this.keepLatest === 0) return undefined;
    const ranking = this.ranking();
    for await (const candidate of stream) {
      if (this.ranks(candidate)) ranking.add(candidate);
    }
    return ranking.threshold();
  }

  /**
   * Decides about one candidate. `threshold` is what keepLatest keeps, absent if there is no such rule; `protections`
   * are the reasons for which the candidate must stay whatever the rules say.
   */
  decide(candidate: C, threshold: Threshold | undefined, protections: readonly string[]): Decision {
    const kept =
      this.selection(candidate) ??
      this.tooYoung(candidate) ??
      this.amongLatest(candidate, threshold) ??
      this.rankless(candidate) ??
      protections.at(0);
    return kept === undefined ? { action: 'remove', reason: this.removeReason() } : { action: 'keep', reason: kept };
  }

  private tooYoung(candidate: C): string | undefined {
    const { minAgeSeconds = 0 } = this.rules;
    if (minAgeSeconds === 0) return undefined;
    const from = candidate.agedFrom ?? candidate.createdAt;
    if (from === undefined || Number.isNaN(from)) return KeepReason.AGE_UNKNOWN;
    return this.now - from < minAgeSeconds * 1000 ? KeepReason.TOO_YOUNG : undefined;
  }

  private amongLatest(candidate: C, threshold: Threshold | undefined): string | undefined {
    if (!threshold || this.isRankless(candidate)) return undefined;
    return !threshold.last || this.order(candidate, threshold.last) <= 0 ? KeepReason.AMONG_LATEST : undefined;
  }

  private rankless(candidate: C): string | undefined {
    return this.isRankless(candidate) ? KeepReason.AGE_UNKNOWN : undefined;
  }

  /**
   * A candidate that is ranked by creation has no rank if its creation time is unknown, and especially none by its
   * name.
   */
  private isRankless({ createdAt }: C): boolean {
    return this.keepLatest > 0 && !this.bySemVer && createdAt === undefined;
  }

  private removeReason(): string {
    if (this.keepLatest) return RemoveReason.BEYOND_LATEST;
    return this.rules.minAgeSeconds ? RemoveReason.OLD_ENOUGH : RemoveReason.SELECTED;
  }
}

/** Why a candidate is not selected; `undefined` if it is. */
export type Selection = (candidate: Candidate) => string | undefined;

export function selection({ rules, statuses }: Pick<SweepConfig, 'rules' | 'statuses'>): Selection {
  const included = rules.include ? matcher(rules.include) : () => true;
  const excluded = rules.exclude?.length ? matcher(rules.exclude) : () => false;
  return ({ name, status }) => {
    if (statuses && !(status !== undefined && statuses.includes(status))) return KeepReason.STATUS;
    if (!included(name)) return KeepReason.NOT_INCLUDED;
    if (excluded(name)) return KeepReason.EXCLUDED;
    return undefined;
  };
}

/** Names are not paths: a star matches slashes, a leading dot is an ordinary character, and nothing negates. */
export const GLOB_OPTIONS = { bash: true, dot: true, nonegate: true, windows: false };

const matcher = (globs: readonly string[]) => picomatch([...globs], GLOB_OPTIONS);

/** The data that a rank depends on. */
export type RankKey = Pick<Candidate, 'name' | 'createdAt'>;

/** Negative if `a` is newer than `b`; zero only for the same name. */
export type Order = (a: RankKey, b: RankKey) => number;

/** A total order, newest first: by the rule, then by creation, then by name. */
export function orderBy(rule: VersionOrder): Order {
  return rule === 'SEMVER' ? (a, b) => bySemVer(a, b) || byCreation(a, b) : byCreation;
}

function byCreation(a: RankKey, b: RankKey): number {
  const [aTime, bTime] = [a.createdAt ?? Infinity, b.createdAt ?? Infinity];
  if (aTime !== bTime) return bTime > aTime ? 1 : -1;
  return a.name === b.name ? 0 : b.name > a.name ? 1 : -1;
}

function bySemVer(a: RankKey, b: RankKey): number {
  const [aVersion, bVersion] = [parse(a.name), parse(b.name)];
  if (aVersion && bVersion) return compare(bVersion, aVersion);
  return Number(Boolean(bVersion)) - Number(Boolean(aVersion));
}

interface Version {
  readonly numbers: readonly bigint[];
  /** Only SemVer. */
  readonly semVer?: SemVer;
}

const NUMBERS = /^\d+(\.\d+)*$/;

/** A name that can be compared: SemVer, or dotted numbers of any length, even with leading zeros. */
function parse(name: string): Version | undefined {
  const semVer = parseSemVer(name);
  if (semVer) return { numbers: [semVer.major, semVer.minor, semVer.patch].map(BigInt), semVer };
  return NUMBERS.test(name) ? { numbers: name.split('.').map(BigInt) } : undefined;
}

function compare(a: Version, b: Version): number {
  for (let at = 0; at < Math.max(a.numbers.length, b.numbers.length); at++) {
    const [x, y] = [a.numbers[at] ?? 0n, b.numbers[at] ?? 0n];
    if (x !== y) return x > y ? 1 : -1;
  }
  if (a.semVer && b.semVer) return a.semVer.comparePre(b.semVer);
  // numbers without a suffix are a release, which comes after its prereleases.
  return Number(Boolean(b.semVer?.prerelease.length)) - Number(Boolean(a.semVer?.prerelease.length));
}

/** What keepLatest keeps: everything down to `last`; without `last`, fewer than keepLatest exist, and all are kept. */
export interface Threshold {
  readonly last?: RankKey;
}

/** The newest `keepLatest` of a stream, in a heap with the oldest one on top. */
export class Ranking<C extends RankKey> {
  private readonly heap: C[] = [];
  private readonly names = new Set<string>();

  constructor(
    private readonly keepLatest: number,
    private readonly order: Order,
    entries: Iterable<C> = [],
  ) {
    for (const entry of entries) this.add(entry);
  }

  /** Adds a candidate. Returns the candidate that is certainly not among the latest, once there is one. */
  add(candidate: C): C | undefined {
    // a listing that changes meanwhile can show a candidate twice; the candidate must not take two places.
    if (this.names.has(candidate.name)) return undefined;
    if (this.heap.length < this.keepLatest) {
      this.names.add(candidate.name);
      this.rise(this.heap.push(candidate) - 1);
      return undefined;
    }
    const oldest = this.heap[0];
    if (!oldest || this.order(candidate, oldest) > 0) return candidate;
    this.names.delete(oldest.name);
    this.names.add(candidate.name);
    this.heap[0] = candidate;
    this.sink();
    return oldest;
  }

  /** A copy of the latest candidates so far. */
  entries(): C[] {
    return [...this.heap];
  }

  threshold(): Threshold {
    if (this.heap.length < this.keepLatest) return {};
    const { name, createdAt } = this.heap[0];
    return { last: { name, createdAt } };
  }

  private older(a: number, b: number): boolean {
    return this.order(this.heap[a], this.heap[b]) > 0;
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b], this.heap[a]];
  }

  private rise(child: number): void {
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.older(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  private sink(): void {
    for (let parent = 0; ;) {
      let oldest = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.heap.length && this.older(child, oldest)) oldest = child;
      }
      if (oldest === parent) return;
      this.swap(parent, oldest);
      parent = oldest;
    }
  }
}
