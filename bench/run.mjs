// Measures everything anew, prints tables and writes bench/results/latest.json: at the end what has a goal, beside its peer.
// Names of measurements as arguments run no others.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { URL, fileURLToPath } from 'node:url';
import Table from 'cli-table3';

// the CDK's validation of templates is none of what is measured.
process.env.CDK_VALIDATION = 'false';

const MEASUREMENTS = [
  'template',
  'synth',
  'deployment',
  'bundle',
  'first-answer',
  'calls',
  'schemas',
  'wechat',
  'sweep/plan',
  'sweep/memory',
  'sweep/cleanup',
  'sweep/ways',
  'sweep/shared',
  'sweep/retention',
];
const wanted = process.argv.slice(2);
const results = {};

for (const name of MEASUREMENTS.filter(name => wanted.length === 0 || wanted.includes(name))) {
  const { title, run, goals: goalsOf } = await import(`./${name}.mjs`);
  const started = Date.now();
  const rows = await run();
  const goals = goalsOf?.(rows) ?? [];
  results[name] = { title, rows, goals, seconds: Math.round((Date.now() - started) / 1000) };
  print(title, rows);
}

const all = Object.entries(results).flatMap(([measurement, { goals }]) =>
  goals.map(({ what, now, peer, goal }) => ({
    measurement,
    what,
    now,
    peer,
    goal,
    reached: now <= goal ? 'yes' : 'no',
  })),
);
if (all.length > 0) print('What has a goal, beside a peer or the least that is possible', all);

const folder = fileURLToPath(new URL('results', import.meta.url));
mkdirSync(folder, { recursive: true });
const file = join(folder, 'latest.json');
writeFileSync(file, JSON.stringify({ node: process.version, measured: new Date().toISOString(), results }, null, 2));
console.log(`\nwritten to ${file}`);

function print(title, rows) {
  const columns = Object.keys(rows[0]);
  const table = new Table({
    head: columns,
    style: { head: [], border: [], compact: true },
    colAligns: alignment(rows),
  });
  table.push(...rows.map(row => columns.map(column => row[column].toLocaleString('en-US'))));
  console.log(`\n${title}\n${table}`);
}

function alignment(rows) {
  return Object.values(rows[0]).map(value => (typeof value === 'number' ? 'right' : 'left'));
}
