import { load } from './load.mjs';

export const title = 'Deleting the executions of a job at a quota of 10 a second (virtual time, the SDK itself)';

export async function run() {
  const { paceRows } = await load('pace');
  return paceRows();
}
