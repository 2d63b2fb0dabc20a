// Builds the packages of the other languages from the npm package as it is published: translates each example of README
// and documentation, which must compile, and generates Python, Java, .NET and Go. Without arguments, this is only a
// check that leaves no files. `--out FOLDER` keeps the sources, and `--build` builds them with the tools of the
// languages.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { JSII_ENV } from './jsii-env.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MODULES = join(ROOT, 'node_modules');
const PEERS = ['aws-cdk-lib', 'constructs'];
const TARGETS = ['python', 'java', 'dotnet', 'go'];

const rosetta = join(MODULES, 'jsii-rosetta', 'bin', 'jsii-rosetta');
const pacmak = join(MODULES, 'jsii-pacmak', 'bin', 'jsii-pacmak');
const manifestOf = folder => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Packs, and unpacks into a folder, without scripts: pacmak packs again. */
function unpack(folder) {
  const printed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(printed.slice(printed.search(/^\[/m)));
  execFileSync('tar', ['-xzf', filename], { cwd: folder });
  const unpacked = join(folder, 'package');
  writeFileSync(join(unpacked, 'package.json'), JSON.stringify({ ...manifestOf(unpacked), scripts: undefined }));
  return unpacked;
}

/** Lets a folder find the packages that are installed here. */
function link(folder) {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(MODULES)) symlinkSync(join(MODULES, name), join(modules, name), 'junction');
}

/**
 * Lets a folder find the oldest peers. Go has no ranges: its module asks for the peers that it was generated beside, and
 * with the newest ones it would refuse all others.
 */
function linkOldestPeers(folder) {
  for (const name of PEERS) {
    const peer = join(folder, 'node_modules', name);
    const oldest = join(MODULES, `${name}-floor`);
    rmSync(peer);
    // a copy of what pacmak reads: by a link to the whole, the one would find the newest of the other.
    mkdirSync(join(peer, dirname(manifestOf(oldest).main)), { recursive: true });
    writeFileSync(join(peer, manifestOf(oldest).main), '');
    const read = readdirSync(oldest).filter(file => file === 'package.json' || /^\.jsii(\.gz)?$/.test(file));
    for (const file of read) cpSync(join(oldest, file), join(peer, file));
    const bundled = join(oldest, 'node_modules');
    symlinkSync(bundled, join(peer, 'node_modules'), 'junction');
  }
}

function step(name, script, args, cwd) {
  const started = Date.now();
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd, env: JSII_ENV, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`what should have ${name} has failed, see above`);
  console.log(`${name} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** Throws if the Python code in the README is not the translation of its TypeScript. */
function requireTranslatedReadme(unpacked) {
  const { snippets } = JSON.parse(readFileSync(join(unpacked, '.jsii.tabl.json'), 'utf8'));
  const lines = code =>
    code
      .split('\n')
      .filter(line => line.trim() !== '')
      .join('\n');
  const translated = Object.values(snippets).map(({ translations }) => lines(translations.python.source));
  const readme = readFileSync(join(unpacked, 'README.md'), 'utf8');
  for (const [, code] of readme.matchAll(/```python\n(.*?)```/gs)) {
    if (!translated.includes(lines(code)))
      throw new Error(`README shows Python that no TypeScript of it says:\n${code}`);
  }
}

/** Throws if the Go module requires other peers than the oldest. */
function requireOldestPeersOfGo(out, { peerDependencies }) {
  const [name] = readdirSync(join(out, 'go'));
  const required = readFileSync(join(out, 'go', name, 'go.mod'), 'utf8');
  for (const [module, peer] of [
    ['awscdk/v2', 'aws-cdk-lib'],
    ['constructs/v10', 'constructs'],
  ]) {
    const version = peerDependencies[peer].replace('^', 'v');
    if (required.includes(`/${module} ${version}\n`)) continue;
    throw new Error(`Go must ask for ${module} ${version}, the oldest ${peer} that is supported, got:\n${required}`);
  }
}

// as one line: the stack trace of this script does not help.
process.on('uncaughtException', ({ message }) => {
  console.error(message);
  process.exitCode = 1;
});

const { values: options } = parseArgs({ options: { out: { type: 'string' }, build: { type: 'boolean' } } });
const folder = mkdtempSync(join(tmpdir(), 'languages-'));
try {
  const unpacked = unpack(folder);
  const out = resolve(options.out ?? join(folder, 'out'));
  link(unpacked);
  step('translated the examples', rosetta, ['extract', '--strict', '.'], unpacked);
  requireTranslatedReadme(unpacked);
  linkOldestPeers(unpacked);
  const how = ['--outdir', out, '--no-npmignore', '--rosetta-unknown-snippets', 'fail'];
  const only = options.build ? [] : ['--code-only'];
  step(`generated ${TARGETS.join(', ')}`, pacmak, [...only, ...how, '--targets', ...TARGETS], unpacked);
  requireOldestPeersOfGo(out, manifestOf(ROOT));
} finally {
  rmSync(folder, { recursive: true });
}
