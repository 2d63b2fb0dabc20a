import { load } from './load.mjs';

export const title = 'Planning a retention of 100,000 versions';

export async function run() {
  const { planningRows } = await load('planning');
  return planningRows();
}
