/** Whether a run may still remove: asked before its removals, which go on for minutes, and not before each of them. */
import { type Clock } from '../runtime/clock';

/** Throws where nothing may be removed any more. */
export type Confirm = () => Promise<void>;

/** Milliseconds for which an answer counts. */
const COUNTS_FOR = 5_000;

/** Asks no more often than an answer counts; what is asked at the same time is asked once. */
export function nowAndThen(ask: Confirm, clock: Clock): Confirm {
  let last: { readonly at: number; readonly answer: Promise<void> } | undefined;
  return () => {
    if (!last || clock.now() - last.at >= COUNTS_FOR) {
      last = { at: clock.now(), answer: ask() };
      // whoever asks next hears of it; here it must not count as unhandled.
      last.answer.catch(() => undefined);
    }
    return last.answer;
  };
}
