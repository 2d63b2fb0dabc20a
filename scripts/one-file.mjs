// Puts the compiled constructs into one file, which loads in half the time of seventy: build/lib/library.js. Each module
// in it is as it was compiled. build/lib/index.js names what the library exports, since Node.js reads the names of a file
// that an ES module imports from its text, and takes as long for a large file as for running it.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, posix } from 'node:path';

const BUILD = 'build';
const MAIN = 'lib/index.js';
const LIBRARY = 'lib/library.js';

/** The compiled modules by their paths. */
function compiled() {
  const files = ['lib', 'contract'].flatMap(room =>
    readdirSync(join(BUILD, room), { recursive: true }).map(file => posix.join(room, file.replaceAll('\\', '/'))),
  );
  const names = files.filter(file => file.endsWith('.js') && file !== LIBRARY).sort();
  return new Map(names.map(name => [name, readFileSync(join(BUILD, name), 'utf8')]));
}

/** One module as a member of the file's table. In parentheses, because V8 then parses it once. */
function member(name, modules) {
  const text = modules.get(name).replace(/require\("(\.[^"]+)"\)/g, (_, path) => {
    const wanted = `${posix.join(posix.dirname(name), path)}.js`;
    if (!modules.has(wanted)) throw new Error(`${name} loads ${wanted}, which was not compiled`);
    return `load(${JSON.stringify(wanted)})`;
  });
  return `${JSON.stringify(name)}: (function (exports, __dirname) {\n${text}\n}),\n`;
}

const library = modules => `"use strict";
const path = require("node:path");
const loaded = {};
function load(name) {
    if (!(name in loaded)) modules[name].call(loaded[name] = {}, loaded[name], path.join(__dirname, "..", path.dirname(name)));
    return loaded[name];
}
const modules = {
${[...modules.keys()].map(name => member(name, modules)).join('')}};
module.exports = load(${JSON.stringify(MAIN)});
`;

const index = names => `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const library = require("./library");
${names.map(name => `exports.${name} = library.${name};\n`).join('')}`;

const modules = compiled();
const names = Object.keys(createRequire(import.meta.url)(join(process.cwd(), BUILD, MAIN)));
writeFileSync(join(BUILD, LIBRARY), library(modules));
writeFileSync(join(BUILD, MAIN), index(names));
for (const name of modules.keys()) if (name !== MAIN) rmSync(join(BUILD, name));
