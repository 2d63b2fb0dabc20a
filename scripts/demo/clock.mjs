// The local AWS's clock: what is old must have been made long ago.
import { setTimeout } from 'node:timers';

const DAY_MS = 24 * 60 * 60 * 1000;

export class DemoClock {
  behind = 0;

  now() {
    return Date.now() - this.behind;
  }

  // what still sleeps at the end must not keep the process alive.
  sleep(milliseconds) {
    return new Promise(resolve => void setTimeout(resolve, milliseconds).unref());
  }

  /** Has `work` happen some days ago. */
  async daysAgo(days, work) {
    this.behind = days * DAY_MS;
    try {
      return await work();
    } finally {
      this.behind = 0;
    }
  }
}
