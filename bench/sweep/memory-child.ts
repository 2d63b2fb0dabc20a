// Sweeps over as many candidates as the first argument says, and prints the most that the heap held.
import { type Clock, Deadline } from '../../lambda/runtime/clock';
import { Paces } from '../../lambda/sweep/pace';
import { runSlice } from '../../lambda/sweep/slices';
import { type SweepSource } from '../../lambda/sweep/source';
import { silentRecords } from '../../testing/sweep/records';

const candidates = Number(process.argv[2]);
const PAGE = 250;

// a clock that jumps: what counts is memory, not time.
let time = 0;
const clock: Clock = {
  now: () => time,
  sleep: async milliseconds => void (time += milliseconds),
};
const paces = new Paces({ requestsPerSecond: 1000, clock, deadline: new Deadline(clock, Infinity) });

/** One bit for each removed candidate, so that the service itself takes next to no memory. */
const removed = new Uint8Array(Math.ceil(candidates / 8));
const isRemoved = (index: number) => (removed[index >> 3] & (1 << (index & 7))) !== 0;

let peak = 0;
let calls = 0;
const measure = () => {
  globalThis.gc!();
  peak = Math.max(peak, process.memoryUsage().heapUsed);
};

const source: SweepSource<{ name: string; createdAt: number }> = {
  list: token =>
    paces.of('List').run(async () => {
      const page = [];
      let index = Number(token ?? 0);
      for (; index < candidates && page.length < PAGE; index++) {
        if (!isRemoved(index)) page.push({ name: `item-${index}`, createdAt: index });
      }
      return { candidates: page, nextToken: index < candidates ? String(index) : undefined };
    }),
  protection: async ({ createdAt }) => (createdAt % 10 === 0 ? 'OWNED' : undefined),
  removal: {
    each: ({ createdAt }) =>
      paces.of('Remove').run(async () => {
        if (calls++ % Math.ceil(candidates / 100) === 0) measure();
        removed[createdAt >> 3] |= 1 << (createdAt & 7);
        return 'removed' as const;
      }),
  },
};
const config = { name: 'bench', rules: { keepLatest: 100 }, requestsPerSecond: 1000 };
void runSlice({ config, source }, undefined, { paces, now: clock.now, records: silentRecords, again: false }).then(
  result => {
    measure();
    const counts = result.done ? result.outcome.counts : undefined;
    console.log(
      JSON.stringify({ heapBytes: peak, rssKilobytes: process.resourceUsage().maxRSS, removed: counts?.removed }),
    );
  },
);
