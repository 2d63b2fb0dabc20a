// The output of the demo: lines that stay, and below them, in a terminal, a line that shows the progress.
import { AsyncLocalStorage } from 'node:async_hooks';
import { clearInterval, setInterval } from 'node:timers';
import Table from 'cli-table3';

const out = process.stdout;
const terminal = Boolean(out.isTTY);
const colored = terminal && !process.env.NO_COLOR;
const BAR_WIDTH = 24;
/** The rate of the last seconds, because a sweep finds its pace during its run. */
const WINDOW_MS = 2000;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

const paint = code => text => (colored ? `\x1b[${code}m${text}\x1b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

/** The lines of steps that are played before their turn. */
const recordings = new AsyncLocalStorage();

/** Plays at once. `show` prints the output when it is over. */
export function playAhead(play) {
  const lines = [];
  const ended = recordings.run(lines, play);
  // the error appears in its turn.
  ended.catch(() => {});
  const show = async () => {
    const done = busy(() => 'played at the same time as the steps above, and not over yet');
    await ended.catch(() => {}).finally(done);
    lines.forEach(line => say(line));
    await ended;
  };
  return { ended, show };
}

/** A line that stays. */
export function say(line = '') {
  const recording = recordings.getStore();
  if (recording) return void recording.push(line);
  clearStatus();
  out.write(`${line}\n`);
  drawStatus();
}

/** A table that stays. */
export function table(head, rows) {
  const style = { head: [], border: [], compact: true };
  const drawn = new Table({ head: head.map(bold), style });
  drawn.push(...rows);
  for (const line of drawn.toString().split('\n')) say(`    ${line}`);
}

let status;

/**
 * Shows the progress with the text of `text`, until the returned function is called. Outside a terminal, it sometimes
 * prints the text of `milestone` instead.
 */
export function busy(text, milestone = () => undefined) {
  if (recordings.getStore()) return () => {};
  const started = Date.now();
  status = { text, frame: 0, seconds: () => ((Date.now() - started) / 1000).toFixed(0) };
  const tick = () => {
    clearStatus();
    status.frame++;
    drawStatus();
    const reached = terminal ? undefined : milestone();
    if (reached) say(`    ${reached}`);
  };
  const timer = setInterval(tick, 80);
  timer.unref();
  return () => {
    clearInterval(timer);
    clearStatus();
    status = undefined;
  };
}

function drawStatus() {
  if (!terminal || !status) return;
  const line = `    ${FRAMES[status.frame % FRAMES.length]} ${status.text()} (${status.seconds()} s)`;
  out.write(dim(line.slice(0, (out.columns || 80) - 1)));
}

function clearStatus() {
  if (terminal && status) out.write('\r\x1b[2K');
}

/** The progress of a known amount of work, from the times at which its parts were done. */
export class Progress {
  quarters = 0;

  /** `times` returns the time of each completed part, in order, by the clock of `now`. */
  constructor(what, total, times, now = Date.now) {
    Object.assign(this, { what, total, times, now });
  }

  /** A bar with count, rate and time left; nothing before the first part and after the last. */
  line() {
    const times = this.times();
    if (times.length === 0 || times.length >= this.total) return undefined;
    const filled = Math.floor((times.length / this.total) * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    return `${this.what} ${bar} ${this.numbers(times)}`;
  }

  /** A line for every quarter, if there is no terminal for a bar. */
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
