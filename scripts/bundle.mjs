// Builds one handler bundle per service family into build/handlers/<family>/index.js, and the licenses of what they hold.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { FAMILIES } from './families.js';
import { leanSdk } from './lean-sdk.mjs';
import { packagesOf, thirdPartyLicenses } from './licenses.js';

const common = {
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
  metafile: true,
};

// the handlers, which are imported dynamically, become a bundle of their own inside the bundle: esbuild does not
// tree-shake modules that it has to start lazily.
const handlersWithin = holds => ({
  name: 'handlers-within',
  async setup({ initialOptions, onResolve, onLoad }) {
    const [entry] = initialOptions.entryPoints;
    const { outputFiles, metafile } = await build({
      ...common,
      entryPoints: [join(dirname(entry), 'handlers.ts')],
      plugins: leanSdk,
      write: false,
    });
    holds(metafile);
    // in parentheses, at the top: V8 compiles such a function at once, and would otherwise parse it twice.
    initialOptions.banner = { js: `"use strict";const $handlers=(function(module,exports){${outputFiles[0].text}});` };
    onResolve({ filter: /^\.\/handlers\.js$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: 'handlers', namespace: 'within' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'within' }, () => ({ contents: '$handlers(module,exports)' }));
  },
});

/** @param holds is told what of other packages comes into the bundle by way of its handlers */
export const bundleOptions = (family, holds = () => {}) => ({
  ...common,
  entryPoints: [`lambda/${family}/index.ts`],
  outfile: `build/handlers/${family}/index.js`,
  plugins: [handlersWithin(holds)],
});

if (process.argv[1] === (await import('node:url')).fileURLToPath(import.meta.url)) {
  const metafiles = [];
  const holds = metafile => metafiles.push(metafile);
  await Promise.all(FAMILIES.map(async family => holds((await build(bundleOptions(family, holds))).metafile)));
  writeFileSync('build/handlers.meta.json', JSON.stringify(metafiles));
  writeFileSync('THIRD-PARTY-LICENSES', thirdPartyLicenses(metafiles.flatMap(packagesOf)));
}
