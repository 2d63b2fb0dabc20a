// How far a known amount of work has come, from the times at which its parts were done.
const WIDTH = 24;
/** The rate is that of the last seconds: a sweep finds its pace as it goes. */
const WINDOW_MS = 2000;

export class Progress {
  quarters = 0;

  /** `times` gives the time of each part that is done, in order, by the clock of `now`. */
  constructor(what, total, times, now = Date.now) {
    Object.assign(this, { what, total, times, now });
  }

  /** A bar with count, rate and time left; nothing before the first part and after the last. */
  line() {
    const times = this.times();
    if (times.length === 0 || times.length >= this.total) return undefined;
    const filled = Math.floor((times.length / this.total) * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    return `${this.what} ${bar} ${this.numbers(times)}`;
  }

  /** A line for every quarter, where there is no terminal to draw a bar on. */
  milestone() {
    const times = this.times();
    const quarters = Math.floor((times.length / this.total) * 4);
    if (quarters <= this.quarters) return undefined;
    this.quarters = quarters;
    return `${this.what} ${this.numbers(times)}`;
  }

  numbers(times) {
    const rate = this.rate(times);
    const left = (this.total - times.length) / rate;
    return `${times.length} of ${this.total}, ${rate.toFixed(0)}/s, ${Math.ceil(left)} s left`;
  }

  /** Parts a second. */
  rate(times) {
    const now = this.now();
    const from = Math.max(times[0], now - WINDOW_MS);
    const recent = times.filter(time => time >= from).length;
    return (Math.max(recent, 1) / Math.max(now - from, 100)) * 1000;
  }
}
