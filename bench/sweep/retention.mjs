import { load } from './load.mjs';

export const title = 'A retention that reads what protects right before each removal (virtual time)';

export async function run() {
  const { retentionRows } = await load('pace');
  return retentionRows();
}

export const goals = rows =>
  rows.flatMap(row => {
    const of = `of ${row.removals} removals at ${row['quota, 1/s']}/s, ${row['latency, ms']} ms`;
    return [
      { what: `calls for each ${of}`, now: row['calls a removal'], peer: 1, goal: 3.2 },
      { what: `${of}: of the bound`, now: row['time / bound'], peer: row.floor, goal: 1.05 },
    ];
  });
