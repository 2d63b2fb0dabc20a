// What npm runs before it packs: builds what ships, refuses where a part of it is missing, and leaves out of package.json
// what only this repository needs. `--restore`, run after packing, brings that back.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { requireFresh } from './stamp.js';

const MANIFEST = 'package.json';
const WHOLE = '.package.json.whole';
/** Of no use to a consumer; yarn 1 warns of workspaces. */
const OURS = ['allowScripts', 'devDependencies', 'overrides', 'workspaces'];

const restore = () => existsSync(WHOLE) && renameSync(WHOLE, MANIFEST);

// also what a pack that was cut short has left.
restore();
if (!process.argv.includes('--restore')) {
  // to stderr: npm pack --json prints to stdout.
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs', 'constructs', 'handlers'], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('the build has failed: a package of what is there would be of other sources');
  requireFresh(['constructs', 'handlers']);

  const whole = readFileSync(MANIFEST, 'utf8');
  const published = Object.fromEntries(Object.entries(JSON.parse(whole)).filter(([key]) => !OURS.includes(key)));
  writeFileSync(WHOLE, whole);
  writeFileSync(MANIFEST, `${JSON.stringify(published, null, 2)}\n`);
}
