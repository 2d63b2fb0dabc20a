import { OutOfTime } from './pace';
import { type Page } from './source';

/** What a walk does with a listing. */
export interface Walk<C, S> {
  list(pageToken: string | undefined): Promise<Page<C>>;
  /** A page has arrived, in the order of the listing: what to work on, and the state that the page keeps meanwhile. */
  open(candidates: readonly C[]): { readonly work: readonly C[]; readonly state: S };
  /** Works on one candidate while others are worked on, too. */
  each(candidate: C, state: S): Promise<void>;
  /** A page and all before it are finished. */
  close(state: S): void;
}

/** Where a walk ended: at the end of the listing, or before a page that is not finished. */
export type WalkEnd<S> =
  | { readonly finished: true }
  | { readonly finished: false; readonly pageToken: string | undefined; readonly state: S | undefined };

interface OpenPage<S> {
  readonly pageToken: string | undefined;
  readonly state: S;
  /** Candidates not worked on to the end. */
  pending: number;
}

/** How many candidates are worked on at a time: the pace sets the rate, this only has to exceed rate times latency. */
const CONCURRENCY = 32;

/**
 * Walks through a listing with many candidates in flight, reading one page ahead, so that neither latency nor the
 * listing holds up the work. Memory holds what is in flight and no more. Ends early when a call is `OutOfTime`; another
 * error ends it, too, once everything in flight has ended.
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

  let pageToken = from;
  let next: Promise<Page<C>> | undefined = steps.list(from);
  try {
    while (next) {
      const { candidates, nextToken }: Page<C> = await next;
      next = nextToken === undefined ? undefined : ahead(steps.list(nextToken));
      const { work, state } = steps.open(candidates);
      const page: OpenPage<S> = { pageToken, state, pending: work.length };
      open.push(page);
      pageToken = nextToken;
      for (const candidate of work) {
        while (inFlight >= CONCURRENCY) await oneEnds();
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
  // a read ahead may still run; nothing may come of it after the end.
  await next?.catch(() => undefined);

  const fatal = failures.find(error => !(error instanceof OutOfTime));
  if (fatal) throw fatal;
  if (failures.length === 0) return { finished: true };
  return { finished: false, pageToken: open.length > 0 ? open[0].pageToken : pageToken, state: open.at(0)?.state };
}

/** Keeps a rejection from counting as unhandled until somebody waits for it. */
function ahead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
