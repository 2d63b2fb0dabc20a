import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { compiled } from './load.mjs';

export const title = 'Peak memory of a sweep, in a process of its own';

// a small young generation, so that garbage which nobody needs to collect yet does not count as memory.
const FLAGS = ['--expose-gc', '--max-semi-space-size=1'];

export async function run(sizes = [10_000, 1_000_000]) {
  const child = await compiled('memory-child');
  return sizes.map(candidates => {
    const output = execFileSync(process.execPath, [...FLAGS, child, String(candidates)], { encoding: 'utf8' });
    const { heapBytes, rssKilobytes, removed } = JSON.parse(output);
    return {
      candidates,
      removed,
      'live heap, MB': Number((heapBytes / 2 ** 20).toFixed(1)),
      'resident, MB': Number((rssKilobytes / 2 ** 10).toFixed(1)),
    };
  });
}
