// Builds all that ships or is tested: constructs (jsii), handler bundles (esbuild), the local AWS (tsc). Names of these
// as arguments build no others.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const silenced = [
  // property names such as `status` are keywords somewhere; jsii's generators rename them.
  'reserved-word',
  // the newest aws-cdk-lib is the development dependency; the floor is tested under an alias of its own.
  'metadata/missing-dev-dependency',
];

const steps = [
  ['constructs', [require.resolve('jsii/bin/jsii'), '--silence-warnings', ...silenced]],
  ['handlers', ['scripts/bundle.mjs']],
  ['local', [require.resolve('typescript/bin/tsc'), '-p', 'local']],
];

function run(args) {
  // jsii prints a banner where Node.js is past its end of life; what that breaks, the tests show.
  const env = { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split('.')[0] };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', chunk => output.push(chunk));
  child.stderr.on('data', chunk => output.push(chunk));
  return new Promise(resolve =>
    child.on('close', code => resolve({ code, output: Buffer.concat(output).toString().trim() })),
  );
}

/** Removes what was compiled from a source that has gone: compilers leave it, and the package would ship it. */
function prune(folder) {
  const compiled = join('build', folder);
  if (!existsSync(compiled)) return;
  for (const file of readdirSync(compiled, { recursive: true })) {
    const source = join(folder, file.replace(/(\.d)?\.[a-z]+$/, '.ts'));
    if (/\.[a-z]+$/.test(file) && !existsSync(source)) rmSync(join(compiled, file));
  }
}

const wanted = process.argv.slice(2);
const chosen = steps.filter(([name]) => wanted.length === 0 || wanted.includes(name));
console.log(`building ${chosen.map(([name]) => name).join(', ')}`);
for (const folder of ['lib', 'contract']) prune(folder);
await Promise.all(
  chosen.map(async ([name, args]) => {
    const started = Date.now();
    const { code, output } = await run(args);
    if (code !== 0) process.exitCode = 1;
    if (code !== 0 || /^warning /m.test(output)) console.error(`${name}:\n${output}`);
    else console.log(`built ${name} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }),
);
