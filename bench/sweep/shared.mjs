import { load } from './load.mjs';

export const title = 'A cleanup at a quota of 10 a second that changes, or that others use, too (virtual time)';

export async function run() {
  const { sharedRows } = await load('pace');
  return sharedRows();
}
