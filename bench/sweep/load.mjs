import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Compiles a TypeScript module of this folder with the handlers' sources that it measures; returns the file. */
export async function compiled(name) {
  const outfile = join(import.meta.dirname, `../../build/bench/sweep/${name}.js`);
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
  return outfile;
}

export const load = async name => createRequire(import.meta.url)(await compiled(name));
