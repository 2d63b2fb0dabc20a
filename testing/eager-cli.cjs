// What makes the CDK CLI quick: it looks often at what goes on, and V8 compiles its code once for all runs.
const { createHash } = require('node:crypto');
const { readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { Script, constants } = require('node:vm');

// every two or five seconds is too seldom for an AWS that needs but a few milliseconds.
const POLLS_MS = [2000, 5000];
const EAGER_MS = 50;

const { setTimeout } = globalThis;
const eager = (callback, milliseconds, ...args) =>
  setTimeout(callback, POLLS_MS.includes(milliseconds) ? EAGER_MS : milliseconds, ...args);
globalThis.setTimeout = Object.defineProperties(eager, Object.getOwnPropertyDescriptors(setTimeout));

/** V8 needs half a second to compile the CLI, which is a single file. What is smaller takes no time. */
const LARGE = 1_000_000;

const compile = Module.prototype._compile;
Module.prototype._compile = function (code, filename, ...rest) {
  if (code.length < LARGE) return compile.call(this, code, filename, ...rest);
  const cache = cacheOf(filename);
  const cachedData = contentOf(cache);
  const importModuleDynamically = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new Script(Module.wrap(code), { filename, cachedData, importModuleDynamically });
  // at the end, since it then has the functions that have run.
  if (!cachedData || script.cachedDataRejected) process.once('exit', () => keep(cache, script.createCachedData()));
  const evaluate = script.runInThisContext();
  return evaluate.call(this.exports, this.exports, Module.createRequire(filename), this, filename, dirname(filename));
};

/** Another version of the file, or of Node.js, has another one. */
function cacheOf(filename) {
  const { size, mtimeMs } = statSync(filename);
  const key = JSON.stringify([filename, size, mtimeMs, process.version, process.arch]);
  return join(tmpdir(), `compiled-${createHash('sha256').update(key).digest('hex')}.v8`);
}

function contentOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Never writes a part of it where another run reads it. */
function keep(file, data) {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, data);
  renameSync(unfinished, file);
}
