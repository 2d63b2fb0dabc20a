import { load } from './load.mjs';

export const title = 'A retention that reads what protects right before each removal (virtual time)';

export async function run() {
  const { retentionRows } = await load('pace');
  return retentionRows();
}
