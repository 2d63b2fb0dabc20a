import { load } from './load.mjs';

export const title = 'Deleting the executions of a job at a quota of 10 a second (virtual time)';

export async function run() {
  const { wayRows } = await load('pace');
  return wayRows();
}
