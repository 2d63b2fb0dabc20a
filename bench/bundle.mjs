// Size and load time of the shipped handlers, beside what would be in their place.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { MINIFIED, OURS, eachBundle } from './handlers/bundles.mjs';

const PROCESSES = 15;

/** CPU milliseconds in which a fresh process loads a bundle and everything that it imports at once. */
const LOAD = `
  const before = process.cpuUsage();
  require(process.argv[1]);
  setImmediate(() => {
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(String((user + system) / 1000));
  });
`;

const loadTime = file =>
  Math.min(
    ...Array.from({ length: PROCESSES }, () =>
      Number(execFileSync(process.execPath, ['-e', LOAD, file], { encoding: 'utf8' })),
    ),
  );

function measure({ file }) {
  const content = readFileSync(file);
  return {
    kB: Math.round(content.length / 1000),
    'gzip kB': Math.round(gzipSync(content).length / 1000),
    'load, CPU ms': Number(loadTime(file).toFixed(1)),
  };
}

export const title = `Handler bundle (load: the least of ${PROCESSES} fresh processes)`;

export const run = () => eachBundle(measure);

export function goals(rows) {
  const minified = rows.find(({ bundle }) => bundle === MINIFIED);
  return rows
    .filter(({ bundle }) => bundle.startsWith(OURS))
    .flatMap(row => [
      { what: `${row.bundle}, kB`, now: row.kB, peer: minified.kB, goal: 300 },
      {
        what: `${row.bundle}, load of the minified NodejsFunction's`,
        now: Number((row['load, CPU ms'] / minified['load, CPU ms']).toFixed(2)),
        peer: 1,
        goal: 0.34,
      },
    ]);
}
