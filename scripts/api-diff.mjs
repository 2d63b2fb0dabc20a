// Compares the API with that of the last release, with jsii-diff. A breaking change is a failure, unless the version in
// package.json allows it: a new minor version before 1.0.0, a new major version after it.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { lt } from 'semver';
import { JSII_ENV } from './jsii-env.mjs';
import { mayBreak } from './versions.js';

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The newest tagged version, except that of package.json. */
function lastRelease() {
  const tags = execFileSync('git', ['tag', '--list', 'v*', '--sort=-version:refname'], { encoding: 'utf8' });
  return tags
    .split('\n')
    .map(tag => tag.slice(1))
    .find(tagged => tagged !== '' && lt(tagged, version));
}

const last = lastRelease();
if (last === undefined) {
  console.log(`no release before ${version}: there is no API to compare with`);
} else {
  const errors = ['--error-on', mayBreak(last, version) ? 'prod' : 'all'];
  const compared = [`npm:${name}@${last}`, '.'];
  const { status } = spawnSync('npx', ['--yes', 'jsii-diff@1.134.0', ...errors, ...compared], {
    env: JSII_ENV,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
