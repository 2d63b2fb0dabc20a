// Knows what each step of the build is made from, and whether what it made is still of that.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { FAMILIES } = require('./families');

const ROOT = join(__dirname, '..');

/** What each step reads, and a part of what it writes that others need. */
const STEPS = {
  constructs: {
    // jsii puts the README into the assembly.
    from: ['lib', 'contract', 'tsconfig.json', 'package.json', 'README.md'],
    made: ['.jsii', 'build/lib/index.js'],
  },
  handlers: {
    from: [
      'lambda',
      'contract',
      'scripts/bundle.mjs',
      'scripts/lean-sdk.mjs',
      'scripts/families.js',
      'scripts/licenses.js',
    ],
    made: [
      'THIRD-PARTY-LICENSES',
      'build/handlers.meta.json',
      ...FAMILIES.map(family => `build/handlers/${family}/index.js`),
    ],
  },
  local: {
    from: ['local/src', 'local/tsconfig.json', 'local/package.json', 'tsconfig.json'],
    made: ['local/build/index.js'],
  },
  cli: {
    from: ['cli/src', 'cli/package.json', 'lambda', 'contract', 'scripts/bundle-cli.mjs', 'scripts/licenses.js'],
    made: ['cli/build/main.mjs'],
  },
};

const at = (step, root) => join(root, 'build', 'stamps', step);

/** The files of a folder, or the file itself, in an order that is the same everywhere. */
function files(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap(name => files(join(path, name)));
}

/** A hash of all that a step reads; the lock file stands for what is installed. */
function sources(step, root = ROOT) {
  const hash = createHash('sha256');
  for (const source of [...STEPS[step].from, 'scripts/build.mjs', 'package-lock.json']) {
    for (const file of files(join(root, source))) {
      const content = readFileSync(file);
      hash.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** Whether a step would make again what is there. */
function isFresh(step, root = ROOT) {
  const { made } = STEPS[step];
  const whole = [...made.map(file => join(root, file)), at(step, root)].every(file => existsSync(file));
  return whole && readFileSync(at(step, root), 'utf8') === sources(step, root);
}

/** Says of which sources a step has made what is there now; without a hash, that nobody knows. */
function stamp(step, hash, root = ROOT) {
  const file = at(step, root);
  mkdirSync(dirname(file), { recursive: true });
  if (hash === undefined) rmSync(file, { force: true });
  else writeFileSync(file, hash);
}

/** Throws where what was built is not of the sources as they are: a test would judge what was there before. */
function requireFresh(steps, root = ROOT) {
  const stale = steps.filter(step => !isFresh(step, root));
  if (stale.length === 0) return;
  const names = stale.join(' and ');
  throw new Error(
    `the build of ${names} is missing or older than its sources: run \`npm run build -- ${stale.join(' ')}\``,
  );
}

module.exports = { STEPS, isFresh, requireFresh, sources, stamp };
