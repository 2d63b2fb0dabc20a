// Builds one handler bundle per service family into build/handlers/<family>/index.js.
import { resolve } from 'node:path';
import { build } from 'esbuild';

export const FAMILIES = ['iot', 'glue', 'wechat'];

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
};

// what is imported dynamically becomes a bundle of its own inside the bundle: esbuild does not tree-shake modules that
// it has to start lazily.
const lazily = {
  name: 'lazily',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import'
        ? { path: resolve(resolveDir, path.replace(/\.js$/, '.ts')), namespace: 'lazily' }
        : undefined,
    );
    onLoad({ filter: /./, namespace: 'lazily' }, async ({ path }) => {
      const { outputFiles } = await build({ ...common, entryPoints: [path], write: false });
      return { contents: outputFiles[0].text };
    });
  },
};

export const bundleOptions = family => ({
  ...common,
  entryPoints: [`lambda/${family}/index.ts`],
  outfile: `build/handlers/${family}/index.js`,
  plugins: [lazily],
});

if (process.argv[1] === (await import('node:url')).fileURLToPath(import.meta.url)) {
  await Promise.all(FAMILIES.map(family => build(bundleOptions(family))));
}
