// Size and load time of the shipped handler, beside NodejsFunction's bundling of the same source.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { App, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';

const PROCESSES = 9;
const ENTRY = resolve('lambda/iot/index.ts');

/** Milliseconds until a fresh process has loaded a bundle and everything that it imports at once. */
const LOAD = `
  const from = process.hrtime.bigint();
  require(process.argv[1]);
  setImmediate(() => process.stdout.write(String(Number(process.hrtime.bigint() - from) / 1e6)));
`;

function loadTime(file) {
  const times = Array.from({ length: PROCESSES }, () =>
    Number(execFileSync(process.execPath, ['-e', LOAD, file], { encoding: 'utf8' })),
  );
  return times.sort((a, b) => a - b)[Math.floor(PROCESSES / 2)];
}

function measure(bundle, file) {
  const content = readFileSync(file);
  return {
    bundle,
    kB: Math.round(content.length / 1000),
    'gzip kB': Math.round(gzipSync(content).length / 1000),
    'load ms': Math.round(loadTime(file)),
  };
}

/** Bundles as NodejsFunction does at a user's synth; returns the file. */
function nodejsFunction(folder, runtime, bundling) {
  const outdir = mkdtempSync(join(folder, 'app-'));
  const stack = new Stack(new App({ outdir, analyticsReporting: false }), 'Bench');
  new NodejsFunction(stack, 'Function', { entry: ENTRY, runtime, bundling: { logLevel: LogLevel.ERROR, ...bundling } });
  const asset = readdirSync(outdir).find(name => name.startsWith('asset.'));
  return join(outdir, asset, 'index.js');
}

export const title = `Handler bundle (load: median of ${PROCESSES} fresh processes)`;

export async function run() {
  // inside the project, so that a bundle without the SDK finds it, as in Lambda.
  mkdirSync('build', { recursive: true });
  const folder = mkdtempSync(join('build', 'bench-'));
  try {
    const bundled = (runtime, bundling) => nodejsFunction(resolve(folder), runtime, bundling);
    return [
      measure('this library: prebuilt, SDK inside', resolve('build/handlers/iot/index.js')),
      measure('NodejsFunction: defaults, SDK inside', bundled(Runtime.NODEJS_LATEST)),
      measure('NodejsFunction: minified, SDK inside', bundled(Runtime.NODEJS_LATEST, { minify: true })),
      measure('NodejsFunction: nodejs24.x, SDK of the runtime', bundled(Runtime.NODEJS_24_X)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
