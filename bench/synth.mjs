// CPU time of a whole process that declares and synthesises an app, the smallest of several, and the size of its template.
import { execFileSync } from 'node:child_process';
import { URL, fileURLToPath } from 'node:url';
import { BARE, OURS, VARIANTS } from './peers.mjs';

const CHILD = fileURLToPath(new URL('synth-child.mjs', import.meta.url));
const RUNS = 5;
const KINDS = [...Object.keys(VARIANTS), 'packages', 'schemas', 'schema versions', 'CloudBase versions'];

function measure(kind, count) {
  const runs = Array.from({ length: RUNS }, () =>
    JSON.parse(execFileSync(process.execPath, [CHILD, kind, String(count)], { encoding: 'utf8' })),
  );
  return { cpu: Math.min(...runs.map(({ cpu }) => cpu)), bytes: runs[0].bytes };
}

export const title = 'Synthesis of 400 artifacts, beside 100 and beside bare custom resources';

export async function run() {
  const measured = KINDS.map(kind => [kind, ...[100, 400].map(count => measure(kind, count))]);
  const [, , bare] = measured.find(([kind]) => kind === BARE);
  return measured.map(([kind, few, many]) => ({
    kind,
    'ms for 100': few.cpu,
    'ms for 400': many.cpu,
    'of 100': Number((many.cpu / few.cpu).toFixed(2)),
    'of bare': Number((many.cpu / bare.cpu).toFixed(2)),
    bytes: many.bytes,
    'bytes of bare': Number((many.bytes / bare.bytes).toFixed(3)),
  }));
}

export function goals(rows) {
  const [ours, bare] = [OURS, BARE].map(name => rows.find(({ kind }) => kind === name));
  return [
    { what: '400 versions, CPU of bare custom resources', now: ours['of bare'], peer: 1, goal: 1.15 },
    { what: '400 versions, bytes of bare custom resources', now: ours['bytes of bare'], peer: 1, goal: 1.05 },
    ...rows
      .filter(({ kind }) => kind === OURS || !(kind in VARIANTS))
      .map(({ kind, 'of 100': now }) => ({ what: `400 of 100: ${kind}`, now, peer: bare['of 100'], goal: 4.5 })),
  ];
}
