// Builds one handler bundle per service family into build/handlers/<family>/index.js.
import { build } from 'esbuild';

export const FAMILIES = ['iot'];

export const bundleOptions = family => ({
  entryPoints: [`lambda/${family}/index.ts`],
  outfile: `build/handlers/${family}/index.js`,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // the SDK's ESM entry points tree-shake; its CommonJS ones do not.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  charset: 'utf8',
  absWorkingDir: process.cwd(),
});

if (process.argv[1] === (await import('node:url')).fileURLToPath(import.meta.url)) {
  await Promise.all(FAMILIES.map(family => build(bundleOptions(family))));
}
