import { type VirtualClock } from './clock';

/**
 * Gives virtual time to everything in this process that asks for the time or sets a timer, also to the AWS SDK, while
 * the work lasts.
 */
export async function inVirtualTime<T>(clock: VirtualClock, work: () => Promise<T>): Promise<T> {
  const { setTimeout, clearTimeout } = globalThis;
  const { now } = Date;
  const cancelled = new WeakSet<object>();
  const startTimer = (callback: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]) => {
    const timer = { ref: () => timer, unref: () => timer, hasRef: () => true };
    // as in Node.js: whole milliseconds, at least one.
    void clock.sleep(Math.max(1, Math.trunc(milliseconds))).then(() => {
      if (!cancelled.has(timer)) callback(...args);
    });
    return timer;
  };
  Object.assign(globalThis, {
    setTimeout: startTimer,
    clearTimeout: (timer?: object) => void (timer && cancelled.add(timer)),
  });
  Date.now = () => Math.trunc(clock.now());
  try {
    return await clock.run(work());
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    Date.now = now;
  }
}
