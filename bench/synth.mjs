// CPU time of a whole process that declares and synthesises an app, the smallest of several, and the size of its template.
import { execFileSync } from 'node:child_process';
import { URL, fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('synth-child.mjs', import.meta.url));
const RUNS = 5;
const KINDS = ['versions', 'packages', 'schemas', 'schema versions', 'CloudBase versions'];

function measure(kind, count) {
  const runs = Array.from({ length: RUNS }, () =>
    JSON.parse(execFileSync(process.execPath, [CHILD, kind, String(count)], { encoding: 'utf8' })),
  );
  return { cpu: Math.min(...runs.map(({ cpu }) => cpu)), bytes: runs[0].bytes };
}

export const title = 'Synthesis of 400 artifacts, beside 100 and beside bare custom resources';

export async function run() {
  const bare = [100, 400].map(count => measure('bare', count));
  const row = (kind, [few, many]) => ({
    kind,
    'ms for 100': few.cpu,
    'ms for 400': many.cpu,
    'of 100': Number((many.cpu / few.cpu).toFixed(2)),
    'of bare': Number((many.cpu / bare[1].cpu).toFixed(2)),
    bytes: many.bytes,
    'bytes of bare': Number((many.bytes / bare[1].bytes).toFixed(3)),
  });
  return [
    row('bare', bare),
    ...KINDS.map(kind =>
      row(
        kind,
        [100, 400].map(count => measure(kind, count)),
      ),
    ),
  ];
}

export function goals(rows) {
  const versions = rows.find(({ kind }) => kind === 'versions');
  return [
    { what: '400 versions, CPU of bare custom resources', now: versions['of bare'], peer: 1, goal: 1.15 },
    { what: '400 versions, bytes of bare custom resources', now: versions['bytes of bare'], peer: 1, goal: 1.05 },
    ...rows.map(({ kind, 'of 100': now }) => ({
      what: `400 of 100: ${kind}`,
      now,
      peer: rows[0]['of 100'],
      goal: 4.5,
    })),
  ];
}
