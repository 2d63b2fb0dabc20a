// npm runs this before it packs: it builds what ships, fails if a part is missing, and removes from package.json what
// only this repository needs. `--restore`, which runs after packing, restores package.json.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { requireFresh } from './stamp.js';

const MANIFEST = 'package.json';
const WHOLE = '.package.json.whole';
/** Consumers do not need them, and yarn 1 warns about workspaces. */
const OURS = ['allowScripts', 'devDependencies', 'overrides', 'workspaces'];

const restore = () => existsSync(WHOLE) && renameSync(WHOLE, MANIFEST);

// also what an interrupted pack has left.
restore();
if (!process.argv.includes('--restore')) {
  // to stderr, because npm pack --json prints to stdout.
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
