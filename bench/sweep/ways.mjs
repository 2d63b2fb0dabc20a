import { load } from './load.mjs';

export const title = 'Deleting the executions of a job at a quota of 10 a second (virtual time)';

export async function run() {
  const { wayRows } = await load('pace');
  return wayRows();
}

export const goals = ([sweep, , adaptive]) => [
  { what: `${sweep.way}: of the bound`, now: sweep['time / bound'], peer: adaptive['time / bound'], goal: 1.05 },
  { what: `${sweep.way}: throttled %`, now: sweep['throttled %'], peer: adaptive['throttled %'], goal: 1 },
];
