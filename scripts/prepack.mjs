// What npm runs before it packs: builds what ships, refuses where a part of it is missing, and leaves out of package.json
// what only this repository needs. `--restore`, run after packing, brings that back. Named a workspace, it builds that.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireFresh } from './stamp.js';

process.chdir(join(import.meta.dirname, '..'));

const MANIFEST = 'package.json';
const WHOLE = '.package.json.whole';
/** Of no use to a consumer; yarn 1 warns of workspaces. */
const OURS = ['allowScripts', 'devDependencies', 'overrides', 'workspaces'];

const restore = () => existsSync(WHOLE) && renameSync(WHOLE, MANIFEST);

function build(steps) {
  // to stderr: npm pack --json prints to stdout.
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs', ...steps], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build has failed: a package of what is there would be of other sources');
  requireFresh(steps);
}

function prepack() {
  build(['constructs', 'handlers']);
  const whole = readFileSync(MANIFEST, 'utf8');
  const published = Object.fromEntries(Object.entries(JSON.parse(whole)).filter(([key]) => !OURS.includes(key)));
  writeFileSync(WHOLE, whole);
  writeFileSync(MANIFEST, `${JSON.stringify(published, null, 2)}\n`);
}

const [argument] = process.argv.slice(2);
if (argument && argument !== '--restore') build([argument]);
else {
  // also what a pack that was cut short has left.
  restore();
  if (!argument) prepack();
}
