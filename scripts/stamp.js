// Knows the sources of each step of the build, and whether its output still belongs to them.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { FAMILIES } = require('./families');

const ROOT = join(__dirname, '..');

/** What each step reads, and the part of its output that others need. */
const STEPS = {
  constructs: {
    // jsii writes the README into the assembly.
    from: ['lib', 'contract', 'tsconfig.json', 'package.json', 'README.md', 'scripts/one-file.mjs'],
    made: ['.jsii', 'build/lib/index.js', 'build/lib/library.js'],
  },
  handlers: {
    from: [
      'lambda',
      'contract',
      'scripts/bundle.mjs',
      'scripts/lean-sdk.mjs',
      'scripts/private-names.mjs',
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

/** A hash of everything that a step reads. The lock file represents the installed packages. */
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

/** Whether a step would produce the existing output again. */
function isFresh(step, root = ROOT) {
  const { made } = STEPS[step];
  const whole = [...made.map(file => join(root, file)), at(step, root)].every(file => existsSync(file));
  return whole && readFileSync(at(step, root), 'utf8') === sources(step, root);
}

/** Records the sources of a step's output. Without a hash, the sources are unknown. */
function stamp(step, hash, root = ROOT) {
  const file = at(step, root);
  mkdirSync(dirname(file), { recursive: true });
  if (hash === undefined) rmSync(file, { force: true });
  else writeFileSync(file, hash);
}

/** Throws if the build does not belong to the current sources, because a test would then check an old state. */
function requireFresh(steps, root = ROOT) {
  const stale = steps.filter(step => !isFresh(step, root));
  if (stale.length === 0) return;
  const names = stale.join(' and ');
  throw new Error(
    `the build of ${names} is missing or older than its sources: run \`npm run build -- ${stale.join(' ')}\``,
  );
}

module.exports = { STEPS, isFresh, requireFresh, sources, stamp };
