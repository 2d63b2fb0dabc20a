// Prepares a release: `npm run release -- 0.2.0` writes the version and its part of the changelog, compares the API with
// that of the last release, commits and tags. Nothing is published before the tag is pushed.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gt, valid } from 'semver';
import { released } from './changelog.js';
import { withVersion } from './versions.js';

const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit' });
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();

const [version] = process.argv.slice(2);
const { version: current } = JSON.parse(readFileSync('package.json', 'utf8'));
const isFirst = git('tag', '--list', 'v*') === '';
if (!valid(version)) throw new Error(`a release has a version such as 0.2.0, got ${version ?? 'none'}`);
if (!isFirst && !gt(version, current)) throw new Error(`a release comes after ${current}, got ${version}`);
if (git('status', '--porcelain') !== '')
  throw new Error('a release is made of what is committed: commit or stash the rest');

const today = new Date().toISOString().slice(0, 10);
writeFileSync('CHANGELOG.md', released(readFileSync('CHANGELOG.md', 'utf8'), version, today));
// the command line and the local AWS have the library's version: they decide by its handlers.
for (const manifest of ['package.json', 'local/package.json', 'cli/package.json']) {
  writeFileSync(manifest, withVersion(readFileSync(manifest, 'utf8'), version));
}
run('npm', 'install', '--package-lock-only', '--ignore-scripts');
run('npm', 'run', 'build', '--', 'constructs');
run('npm', 'run', 'api:diff');
run('git', 'commit', '--all', '--message', `Release ${version}`);
run('git', 'tag', `v${version}`);
console.log(`publish it by \`git push origin HEAD v${version}\``);
