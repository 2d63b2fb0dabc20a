import { type Clock, Deadline } from '../../lambda/runtime/clock';
import { type LearnedRates, Paces } from '../../lambda/sweep/pace';
import { type Candidate, type Page, type Removal, StalePageToken, type SweepSource } from '../../lambda/sweep/source';

export interface Thing extends Candidate {
  readonly protectedBy?: string;
}

/** A service that holds things and lists them in pages, newest or oldest first as they were put in. */
export class Service {
  readonly removed: string[] = [];
  readonly calls: string[] = [];
  things: Thing[];
  pageSize = 3;
  /** Tokens that the service handed out in an earlier slice are forgotten. */
  forgetsTokens = false;
  /** How a page token finds its place again; by position, removals move things past it. */
  tokensBy: 'name' | 'position' = 'name';
  /** Called before every call takes effect. */
  before: (operation: string, name: string) => void = () => {};
  latency = 100;
  private generation = 0;

  constructor(things: readonly Thing[]) {
    this.things = [...things];
  }

  /** The source of a slice that may work for so many milliseconds. */
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
    const source: SweepSource<Thing> = {
      list: token => call('List', token ?? '', () => this.page(token)),
      protection: thing => call('Protection', thing.name, () => thing.protectedBy),
      remove: thing => call('Remove', thing.name, () => this.remove(thing)),
    };
    return { source, paces };
  }

  names(): string[] {
    return this.things.map(({ name }) => name);
  }

  private page(token: string | undefined): Page<Thing> {
    const [generation, place] = token?.split('|') ?? [`${this.generation}`, ''];
    if (this.forgetsTokens && Number(generation) !== this.generation) throw new StalePageToken('forgotten');
    const start = this.start(place);
    const candidates = this.things.slice(start, start + this.pageSize);
    const last = candidates.at(-1);
    if (!last || start + this.pageSize >= this.things.length) return { candidates };
    return {
      candidates,
      nextToken: `${this.generation}|${this.tokensBy === 'name' ? last.name : start + this.pageSize}`,
    };
  }

  private start(place: string): number {
    if (place === '') return 0;
    if (this.tokensBy === 'position') return Number(place);
    // things are listed in the order of their names.
    const next = this.things.findIndex(({ name }) => name > place);
    return next < 0 ? this.things.length : next;
  }

  private remove({ name }: Thing): Removal {
    if (!this.names().includes(name)) return 'gone';
    this.things = this.things.filter(thing => thing.name !== name);
    this.removed.push(name);
    return 'removed';
  }
}

/** Things that are listed in the order of their names and created in that order. */
export const things = (count: number, more: (index: number) => Partial<Thing> = () => ({})): Thing[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `thing-${String(index).padStart(4, '0')}`,
    createdAt: Date.UTC(2025, 0, 1) + index * 1000,
    ...more(index),
  }));
