import { type Clock, type Deadline } from './clock';

const FIRST_DELAY = 200;
const LONGEST_DELAY = 5_000;

/** What bounds the waiting. */
export interface Patience {
  readonly clock: Clock;
  readonly deadline: Deadline;
}

/** Reads, with growing delays, until there is something. Fails with `unfinished` when the deadline comes first. */
export async function pollUntilFound<T>(
  read: () => Promise<T | undefined>,
  { clock, deadline }: Patience,
  unfinished: string,
): Promise<T> {
  for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 2, LONGEST_DELAY)) {
    const value = await read();
    if (value !== undefined) return value;
    if (deadline.remaining() <= delay) throw new Error(unfinished);
    await clock.sleep(delay);
  }
}

/** Reads, with growing delays, until there is nothing. Fails with `unfinished` when the deadline comes first. */
export async function pollUntilGone(
  read: () => Promise<unknown>,
  patience: Patience,
  unfinished: string,
): Promise<void> {
  await pollUntilFound(async () => ((await read()) === undefined ? true : undefined), patience, unfinished);
}
