import { load } from './load.mjs';

export const title = 'A cleanup at a quota of 10 a second that changes, or that others use, too (virtual time)';

export async function run() {
  const { sharedRows } = await load('pace');
  return sharedRows();
}

// where others take nearly the whole quota, or more, there is no bound: those rows only show that a sweep makes progress.
export const goals = rows => [
  ...rows
    .filter(row => row['found after, s'] !== '')
    .map(row => ({ what: `${row.quota}: found after, s`, now: row['found after, s'], peer: 0, goal: 30 })),
  ...rows
    .filter(({ quota }) => quota === 'others take 30 %')
    .map(row => ({ what: `${row.quota}: of the bound`, now: row['time / bound'], peer: 1, goal: 1.05 })),
];
