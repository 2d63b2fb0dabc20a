// Builds the command line into cli/build/. The bundle contains the code that the command line shares with the handlers,
// but not its packages.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { packagesOf, thirdPartyLicenses } from './licenses.js';

const { dependencies, optionalDependencies } = JSON.parse(readFileSync('cli/package.json', 'utf8'));

rmSync('cli/build', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['cli/src/main.ts'],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // each command has its own file, which is loaded on demand.
  splitting: true,
  outdir: 'cli/build',
  outExtension: { '.js': '.mjs' },
  mainFields: ['module', 'main'],
  legalComments: 'none',
  metafile: true,
  charset: 'utf8',
  external: Object.keys({ ...dependencies, ...optionalDependencies }),
  banner: {
    // for packages that are bundled as CommonJS.
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
  },
});

writeFileSync('cli/build/THIRD-PARTY-LICENSES', thirdPartyLicenses(packagesOf(metafile), 'The command line holds'));
