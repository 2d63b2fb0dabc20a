/** How far something has come, on the standard error. */
import { Presets, SingleBar } from 'cli-progress';
import { type Progress } from '../terminal';

export const progressOf = (total: number): Progress => (process.stderr.isTTY ? bar(total) : lines(total));

function bar(total: number): Progress {
  const format = '{bar} {value} of {total}, {rate} a second, {eta_formatted} left  {note}';
  const shown = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.rect);
  const startedAt = Date.now();
  shown.start(total, 0, { rate: '0.0', note: '' });
  return {
    update: (done, note) => {
      const rate = (done / Math.max(1, (Date.now() - startedAt) / 1000)).toFixed(1);
      shown.update(Math.min(done, total), { rate, note });
    },
    stop: () => shown.stop(),
  };
}

/** For a log: a line whenever there is something new to say. */
function lines(total: number): Progress {
  let last = '';
  return {
    update: (done, note) => {
      const line = `${done} of ${total}${note ? `, ${note}` : ''}`;
      if (line !== last) process.stderr.write(`${line}\n`);
      last = line;
    },
    stop: () => {},
  };
}
