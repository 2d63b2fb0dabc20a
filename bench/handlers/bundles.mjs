// The handlers that are measured: those that ship, and what would be in their place.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { FAMILIES } from '../../scripts/families.js';

const SAME = 'lambda/iot/index.ts';
const OWN = 'bench/handlers/own.ts';

/** How the bundles are called that goals compare. */
export const OURS = 'this library: ';
export const MINIFIED = 'NodejsFunction: iot, minified';

/** Bundles as NodejsFunction does at a user's synth; returns the file. */
function nodejsFunction(folder, entry, { runtime = Runtime.NODEJS_LATEST, ...bundling } = {}) {
  const outdir = mkdtempSync(join(folder, 'app-'));
  const stack = new Stack(new App({ outdir, analyticsReporting: false }), 'Bench');
  new NodejsFunction(stack, 'Function', {
    entry: resolve(entry),
    runtime,
    bundling: { logLevel: LogLevel.ERROR, ...bundling },
  });
  const asset = readdirSync(outdir).find(name => name.startsWith('asset.'));
  return join(outdir, asset, 'index.js');
}

/** Calls `measure` with what each bundle is, the family whose events it bears, and its file. */
export async function eachBundle(measure) {
  // inside the project, so that a bundle without the SDK finds it, as in Lambda.
  mkdirSync('build', { recursive: true });
  const folder = resolve(mkdtempSync(join('build', 'bench-')));
  const bundles = [
    ...FAMILIES.map(family => [`${OURS}${family}`, family, () => resolve(`build/handlers/${family}/index.js`)]),
    ['NodejsFunction: iot, defaults', 'iot', () => nodejsFunction(folder, SAME)],
    [MINIFIED, 'iot', () => nodejsFunction(folder, SAME, { minify: true })],
    [
      "NodejsFunction: iot, nodejs24.x, the runtime's SDK",
      'iot',
      () => nodejsFunction(folder, SAME, { runtime: Runtime.NODEJS_24_X }),
    ],
    ["a user's own small handler, minified", 'iot', () => nodejsFunction(folder, OWN, { minify: true })],
    ['node:http alone, which calls no service', 'iot', () => nodejsFunction(folder, 'bench/handlers/bare.ts')],
  ];
  try {
    const rows = [];
    for (const [bundle, family, file] of bundles) rows.push({ bundle, ...(await measure({ family, file: file() })) });
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
