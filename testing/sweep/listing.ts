import { type Clock, Deadline } from '../../lambda/runtime/clock';
import { type LearnedRates, Paces } from '../../lambda/sweep/pace';
import { type Candidate, type End, type Page, StalePageToken, type SweepSource } from '../../lambda/sweep/source';

export interface ToyCandidate extends Candidate {
  readonly protectedBy?: string;
}

/**
 * A service that has candidates and lists them in pages, newest or oldest first, in the order in which they were added.
 */
export class ToyService {
  readonly removed: string[] = [];
  readonly calls: string[] = [];
  candidates: ToyCandidate[];
  pageSize = 3;
  /** Whether the service forgets the tokens of an earlier slice. */
  forgetsTokens = false;
  /** How a page token finds its place again. With `position`, removals move candidates past it. */
  tokensBy: 'name' | 'position' = 'name';
  /** Called before every call takes effect. */
  before: (operation: string, name: string) => void = () => {};
  latency = 100;
  private generation = 0;

  constructor(candidates: readonly ToyCandidate[]) {
    this.candidates = [...candidates];
  }

  /** The source of a slice that can work for the given number of milliseconds. */
  slice(clock: Clock, milliseconds = Infinity, learned?: LearnedRates) {
    this.generation++;
    const deadline = new Deadline(clock, clock.now() + milliseconds);
    const paces = new Paces({ requestsPerSecond: 100, clock, deadline }, learned);
    const call = <T>(operation: string, name: string, answer: () => T) =>
      paces.of(operation).run(async () => {
        this.calls.push(`${operation} ${name}`);
        this.before(operation, name);
        await clock.sleep(this.latency);
        return answer();
      });
    const source: SweepSource<ToyCandidate> = {
      list: token => call('List', token ?? '', () => this.page(token)),
      protection: candidate => call('Protection', candidate.name, () => candidate.protectedBy),
      removal: { each: candidate => call('Remove', candidate.name, () => this.remove(candidate)) },
    };
    return { source, paces };
  }

  names(): string[] {
    return this.candidates.map(({ name }) => name);
  }

  private page(token: string | undefined): Page<ToyCandidate> {
    const [generation, place] = token?.split('|') ?? [`${this.generation}`, ''];
    if (this.forgetsTokens && Number(generation) !== this.generation) throw new StalePageToken('forgotten');
    const start = this.start(place);
    const candidates = this.candidates.slice(start, start + this.pageSize);
    const last = candidates.at(-1);
    if (!last || start + this.pageSize >= this.candidates.length) return { candidates };
    return {
      candidates,
      nextToken: `${this.generation}|${this.tokensBy === 'name' ? last.name : start + this.pageSize}`,
    };
  }

  private start(place: string): number {
    if (place === '') return 0;
    if (this.tokensBy === 'position') return Number(place);
    // candidates are listed in the order of their names.
    const next = this.candidates.findIndex(({ name }) => name > place);
    return next < 0 ? this.candidates.length : next;
  }

  private remove({ name }: ToyCandidate): End {
    if (!this.names().includes(name)) return 'gone';
    this.candidates = this.candidates.filter(candidate => candidate.name !== name);
    this.removed.push(name);
    return 'removed';
  }
}

/** Candidates that are listed and were created in the order of their names. */
export const candidates = (
  count: number,
  more: (index: number) => Partial<ToyCandidate> = () => ({}),
): ToyCandidate[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `item-${String(index).padStart(4, '0')}`,
    createdAt: Date.UTC(2025, 0, 1) + index * 1000,
    ...more(index),
  }));
