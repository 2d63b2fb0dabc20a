import { load } from './load.mjs';

export const title = 'A cleanup of a job, at quotas and latencies (virtual time, the sweep that ships)';

export async function run() {
  const { paceRows } = await load('pace');
  return paceRows();
}

export const goals = rows =>
  rows.map(row => ({
    what: `at ${row['quota, 1/s']}/s, ${row['latency, ms']} ms, below ${row.requestsPerSecond}/s: of the bound`,
    now: row['time / bound'],
    peer: 1,
    goal: 1.05,
  }));
