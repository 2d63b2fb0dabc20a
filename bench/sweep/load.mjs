import { createRequire } from 'node:module';
import { join } from 'node:path';
import { URL, fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// Node.js 20.0 has no `import.meta.dirname`.
const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Compiles a TypeScript module of this folder with the handlers' sources that it measures; returns the file. */
export async function compiled(name) {
  const outfile = join(FOLDER, `../../build/bench/sweep/${name}.js`);
  await build({
    entryPoints: [join(FOLDER, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
  return outfile;
}

export const load = async name => createRequire(import.meta.url)(await compiled(name));
