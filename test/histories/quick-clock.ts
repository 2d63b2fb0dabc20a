import { type Clock } from '../../lambda/runtime/clock';

/** How many seconds pass in one. */
const PACE = 50;

/** Time that passes fast, for what runs at once and waits for each other: a minute takes a little over a second. */
export function quickClock(): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * PACE,
    sleep: (milliseconds, signal) =>
      new Promise(resolve => {
        const timer = setTimeout(resolve, milliseconds / PACE);
        timer.unref();
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
