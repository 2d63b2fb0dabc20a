import { LEAST_IN_FLIGHT, OutOfTime } from './pace';
import { type Page } from './source';

/** The callbacks of a walk through a listing. */
export interface Walk<C, S> {
  list(pageToken: string | undefined): Promise<Page<C>>;
  /**
   * Called for each page, in the order of the listing. Returns the candidates to work on, and the state of the page.
   */
  open(candidates: readonly C[]): { readonly work: readonly C[]; readonly state: S };
  /** Works on one candidate, concurrently with others. */
  each(candidate: C, state: S): Promise<void>;
  /** Called when a page and all pages before it are finished. */
  close(state: S): void;
  /** How many candidates to work on at a time. The number can change meanwhile. */
  inFlight(): number;
}

/** Where a walk ended: at the end of the listing, or before a page that is not finished. */
export type WalkEnd<S> =
  | { readonly finished: true }
  | { readonly finished: false; readonly pageToken: string | undefined; readonly state: S | undefined };

interface OpenPage<S> {
  readonly pageToken: string | undefined;
  readonly state: S;
  /** How many candidates are not finished. */
  pending: number;
}

/**
 * Walks through a listing with many candidates in flight, reading ahead, so that neither latency nor the listing holds
 * up the work. Memory only holds the candidates in flight, and about as many listed ones. Ends early when a call is
 * `OutOfTime`; another error ends it, too, once everything in flight has ended.
 */
export async function walk<C, S>(from: string | undefined, steps: Walk<C, S>): Promise<WalkEnd<S>> {
  const open: OpenPage<S>[] = [];
  const failures: unknown[] = [];
  let inFlight = 0;
  let wake = () => {};
  const oneEnds = () => new Promise<void>(resolve => (wake = resolve));

  const closeFinished = () => {
    while (open.length > 0 && open[0].pending === 0) steps.close(open.shift()!.state);
  };
  const start = (candidate: C, page: OpenPage<S>) => {
    inFlight++;
    void steps
      .each(candidate, page.state)
      .then(
        () => void page.pending--,
        (error: unknown) => void failures.push(error),
      )
      .then(() => {
        inFlight--;
        closeFinished();
        wake();
      });
  };

  // the more candidates are worked on at a time, the further ahead a slow listing with small pages must be read.
  const pages = new Listing(from, steps, () => steps.inFlight() - LEAST_IN_FLIGHT);
  let pageToken = from;
  try {
    for (let listed = await pages.next(); listed; listed = await pages.next()) {
      pageToken = listed.pageToken;
      const { work, state } = steps.open(listed.candidates);
      const page: OpenPage<S> = { pageToken, state, pending: work.length };
      open.push(page);
      pageToken = listed.nextToken;
      for (const candidate of work) {
        while (inFlight >= steps.inFlight()) await oneEnds();
        if (failures.length > 0) break;
        start(candidate, page);
      }
      if (failures.length > 0) break;
      closeFinished();
    }
  } catch (error) {
    failures.push(error);
  }
  while (inFlight > 0) await oneEnds();
  await pages.end();

  const fatal = failures.find(error => !(error instanceof OutOfTime));
  if (fatal) throw fatal;
  if (failures.length === 0) return { finished: true };
  return { finished: false, pageToken: open.length > 0 ? open[0].pageToken : pageToken, state: open.at(0)?.state };
}

interface ListedPage<C> extends Page<C> {
  readonly pageToken: string | undefined;
}

/**
 * The pages of a listing, read ahead: at least one page, and more as long as fewer candidates than wanted are waiting.
 */
class Listing<C> {
  private readonly waiting: ListedPage<C>[] = [];
  private reading: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;
  private isRead = false;

  constructor(
    private pageToken: string | undefined,
    private readonly steps: Pick<Walk<C, unknown>, 'list'>,
    private readonly wanted: () => number,
  ) {
    this.readOn();
  }

  /** The next page; `undefined` at the end. Throws if it could not be read. */
  async next(): Promise<ListedPage<C> | undefined> {
    while (this.waiting.length === 0 && this.reading) await this.reading;
    const page = this.waiting.shift();
    if (!page && this.failure) throw this.failure.error;
    this.readOn();
    return page;
  }

  /** A read ahead may still run; its result must have no effect after the end. */
  async end(): Promise<void> {
    this.isRead = true;
    await this.reading;
  }

  private readOn(): void {
    if (this.isRead || this.reading || (this.waiting.length > 0 && this.isAhead())) return;
    this.reading = this.read(this.pageToken).then(() => {
      this.reading = undefined;
      this.readOn();
    });
  }

  private isAhead(): boolean {
    return this.waiting.reduce((sum, { candidates }) => sum + candidates.length, 0) >= this.wanted();
  }

  private async read(pageToken: string | undefined): Promise<void> {
    try {
      const page = await this.steps.list(pageToken);
      this.waiting.push({ ...page, pageToken });
      this.pageToken = page.nextToken;
      this.isRead ||= page.nextToken === undefined;
    } catch (error) {
      this.failure = { error };
      this.isRead = true;
    }
  }
}
