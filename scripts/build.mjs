// Builds all that ships or is tested: constructs (jsii), handler bundles (esbuild), the local AWS (tsc), the command
// line (esbuild). Names of these
// as arguments build no others; what is built of the sources as they are is not built again. With --watch, goes on
// whenever a source changes.
import './node-version.mjs';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, watch } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { JSII_ENV } from './jsii-env.mjs';
import { SHORT_LIVED } from './short-lived.js';
import { STEPS, isFresh, sources, stamp } from './stamp.js';

const require = createRequire(import.meta.url);
const silenced = [
  // property names such as `status` are keywords somewhere; jsii's generators rename them.
  'reserved-word',
  // the newest aws-cdk-lib is the development dependency; the floor is tested under an alias of its own.
  'metadata/missing-dev-dependency',
];

/** What each step runs, one after the other. */
const commands = {
  constructs: [[require.resolve('jsii/bin/jsii'), '--silence-warnings', ...silenced], ['scripts/one-file.mjs']],
  handlers: [['scripts/bundle.mjs']],
  local: [[require.resolve('typescript/bin/tsc'), '-p', 'local']],
  cli: [['scripts/bundle-cli.mjs']],
};

function run(args) {
  const child = spawn(process.execPath, [...SHORT_LIVED, ...args], {
    env: JSII_ENV,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  child.stdout.on('data', chunk => output.push(chunk));
  child.stderr.on('data', chunk => output.push(chunk));
  return new Promise(resolve =>
    child.on('close', code => resolve({ code, output: Buffer.concat(output).toString().trim() })),
  );
}

/** Runs commands until one fails. */
async function runAll([first, ...others]) {
  const { code, output } = await run(first);
  if (code !== 0 || others.length === 0) return { code, output };
  const rest = await runAll(others);
  return { ...rest, output: [output, rest.output].filter(Boolean).join('\n') };
}

/** Removes what was compiled from a source that has gone: compilers leave it, and the package would ship it. */
function prune(compiled, sourceFolder) {
  if (!existsSync(compiled)) return;
  for (const file of readdirSync(compiled, { recursive: true })) {
    const source = join(sourceFolder, file.replace(/(\.d)?\.[a-z]+$/, '.ts'));
    if (/\.[a-z]+$/.test(file) && !existsSync(source)) rmSync(join(compiled, file));
  }
}

/** Builds what is stale; returns whether all went well. */
async function build(steps) {
  const stale = steps.filter(step => !isFresh(step));
  if (stale.length === 0) {
    console.log(`${steps.join(', ')}: up to date`);
    return true;
  }
  console.log(`building ${stale.join(', ')}`);
  if (stale.includes('constructs')) for (const folder of ['lib', 'contract']) prune(join('build', folder), folder);
  if (stale.includes('local')) prune(join('local', 'build'), join('local', 'src'));
  return (await Promise.all(stale.map(buildStep))).every(Boolean);
}

async function buildStep(step) {
  const started = Date.now();
  // of before: what changes meanwhile may not be in it.
  const hash = sources(step);
  stamp(step, undefined);
  const { code, output } = await runAll(commands[step]);
  if (code === 0) stamp(step, hash);
  if (code !== 0 || /^warning /m.test(output)) console.error(`${step}:\n${output}`);
  else console.log(`built ${step} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return code === 0;
}

/** Builds again and again, a moment after a source has changed. */
async function keepBuilding(steps) {
  let wake = () => {};
  const changed = new Set();
  for (const source of new Set(steps.flatMap(step => STEPS[step].from))) {
    watch(source, { recursive: true }, () => {
      changed.add(source);
      wake();
    });
  }
  for (;;) {
    if (changed.size === 0) await new Promise(resolve => (wake = resolve));
    // an editor writes more than once.
    await wait(200);
    changed.clear();
    if (steps.some(step => !isFresh(step))) await build(steps);
  }
}

const names = process.argv.slice(2).filter(argument => argument !== '--watch');
const unknown = names.filter(name => !(name in commands));
if (unknown.length > 0) throw new Error(`cannot build ${unknown.join(', ')}: name ${Object.keys(commands).join(', ')}`);
const steps = Object.keys(commands).filter(name => names.length === 0 || names.includes(name));
if (!(await build(steps))) process.exitCode = 1;
if (process.argv.includes('--watch')) await keepBuilding(steps);
