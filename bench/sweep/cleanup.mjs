import { load } from './load.mjs';

export const title = 'A cleanup of a job, at quotas and latencies (virtual time, the sweep that ships)';

export async function run() {
  const { paceRows } = await load('pace');
  return paceRows();
}
