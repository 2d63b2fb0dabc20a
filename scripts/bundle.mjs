// Builds one handler bundle per service family into build/handlers/<family>/index.js, and the licenses of what they hold.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { minify } from '@swc/core';
import { build, transform } from 'esbuild';
import { FAMILIES } from './families.js';
import { leanSdk } from './lean-sdk.mjs';
import { packagesOf, thirdPartyLicenses } from './licenses.js';
import { privateNames } from './private-names.mjs';

const common = { minify: true, platform: 'node', target: 'node20', legalComments: 'none', charset: 'utf8' };

/**
 * Bundles an entry into one file, and returns esbuild's metafile. What it imports dynamically is a part of the file that
 * is only run when it is asked for; what several parts need is one that they share.
 */
export async function bundle(entry, outfile) {
  // esbuild tree-shakes what is imported dynamically only where it splits, and it splits ES modules only.
  const options = {
    ...common,
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    splitting: true,
    // the SDK's ESM entry points tree-shake; its CommonJS ones do not.
    mainFields: ['module', 'main'],
    absWorkingDir: process.cwd(),
    outdir: dirname(outfile),
    metafile: true,
    plugins: leanSdk,
    write: false,
  };
  const { inputs } = (await build(options)).metafile;
  const { outputFiles, metafile } = await build({ ...options, mangleProps: shortened(Object.keys(inputs)) });
  const main = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry)[0];
  const needed = reachable(metafile.outputs, main);
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const names = plainNames([...needed].map(name => basename(name)));
  const parts = [...names].map(async ([hashed, name]) => [
    name,
    await compressed(await commonJs(renamed(texts.get(hashed), names))),
  ]);
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, oneFile(await Promise.all(parts), names.get(basename(main))));
  return { ...metafile, outputs: Object.fromEntries([...needed].map(name => [name, metafile.outputs[name]])) };
}

/** The properties that esbuild shortens. What is bundled instead of a file is in the text of the plugins. */
function shortened(inputs) {
  const files = [...inputs.filter(existsSync), 'scripts/lean-sdk.mjs'];
  return new RegExp(`^(?:${privateNames(files).join('|')})$`);
}

/** What is imported dynamically by code that has been shaken off becomes a part nevertheless, which nobody asks for. */
function reachable(outputs, main, found = new Set([main])) {
  for (const { path, external } of outputs[main].imports) {
    if (external || found.has(path)) continue;
    found.add(path);
    reachable(outputs, path, found);
  }
  return found;
}

/** esbuild's names hold hashes that depend on where the project stands: the order of imports tells parts apart as well. */
const plainNames = hashed => new Map(hashed.map((name, at) => [name, name.replace(/-\w{8}\.js$/, `${at}.js`)]));

const renamed = (text, names) => text.replace(/(?<=["']\.\/)[\w-]+\.js(?=["'])/g, name => names.get(name) ?? name);

const commonJs = async text =>
  withoutHelpers(
    (await transform(text, { ...common, format: 'cjs', supported: { 'dynamic-import': false } })).code.trim(),
  );

/** A part as a function, without what esbuild leaves: it inlines no function that is used once, and joins no conditions. */
async function compressed(code) {
  const { code: assigned } = await minify(`part=function(module,exports,require){${code}}`, {
    ecma: 2022,
    compress: { passes: 3 },
    mangle: true,
  });
  return assigned.replace(/^part=|;$/g, '');
}

/** esbuild's own functions that export, which each part would have anew: the file has one for all. */
const HELPERS = new RegExp(
  String.raw`^var (\w+|\$\w*)=Object\.defineProperty;var \S+?=Object\.getOwnPropertyDescriptor;` +
    String.raw`var \S+?=Object\.getOwnPropertyNames;var \S+?=Object\.prototype\.hasOwnProperty;` +
    String.raw`var ([\w$]+)=\([^]*?enumerable:!0\}\)\},[^]*?;var ([\w$]+)=[\w$]+=>[\w$]+\([\w$]+\(\{\},"__esModule",\{value:!0\}\),[\w$]+\);`,
);

const withoutHelpers = code =>
  code.replace(
    HELPERS,
    (_, define, exporting, made) => `var ${define}=Object.defineProperty,${exporting}=$export,${made}=$made;`,
  );

/** Requires parts of the file, each once, and all else from Node.js. One that fails is tried again, as modules are. */
const LOADER = `"use strict";const $parts={},
$export=(to,all)=>{for(const name in all)Object.defineProperty(to,name,{get:all[name],enumerable:true})},
$made=exported=>Object.defineProperty(exported,"__esModule",{value:true}),
$load=name=>{
const part=$parts[name];if(!part)return require(name);
if(!part.module){part.module={exports:{}};try{part.run(part.module,part.module.exports,$load)}catch(error){part.module=void 0;throw error}}
return part.module.exports};
`;

function oneFile(parts, main) {
  const functions = parts.map(([name, run]) => {
    // in parentheses V8 compiles a function at once, and would otherwise parse it twice: right for all but the sweeps,
    // which most invocations do without.
    return `$parts["./${name}"]={run:${name.startsWith('sweep-handlers') ? run : `(${run})`}};\n`;
  });
  return `${LOADER}${functions.join('')}module.exports=$load("./${main}");\n`;
}

if (process.argv[1] === (await import('node:url')).fileURLToPath(import.meta.url)) {
  const metafiles = await Promise.all(
    FAMILIES.map(family => bundle(`lambda/${family}/index.ts`, `build/handlers/${family}/index.js`)),
  );
  writeFileSync('build/handlers.meta.json', JSON.stringify(metafiles));
  writeFileSync('THIRD-PARTY-LICENSES', thirdPartyLicenses(metafiles.flatMap(packagesOf)));
}
