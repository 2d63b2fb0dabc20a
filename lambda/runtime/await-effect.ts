import { LATEST_EFFECT } from './client';
import { type Scope } from './custom-resource';

/** Waits for something that another event may still do, as long as a call without an answer can take. */
export async function awaitEffect(
  { clock, deadline }: Pick<Scope, 'clock' | 'deadline'>,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const until = clock.now() + Math.min(LATEST_EFFECT, deadline.remaining() / 2);
  for (let delay = 500; clock.now() < until; delay = Math.min(2 * delay, 2_000)) {
    if (await isDone()) return;
    await clock.sleep(delay);
  }
}
