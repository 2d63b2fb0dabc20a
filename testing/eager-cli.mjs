// Runs the CDK CLI in one process as often as it is told to, and makes it quick: it is loaded once, it looks often at
// what goes on, and V8 compiles its code once for all processes.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import vm from 'node:vm';

const [, , CLI] = process.argv;
const require = Module.createRequire(CLI);

process.on('message', args => {
  process.argv = [process.execPath, CLI, ...args];
  // as without who tells it, it is over when nothing is left to do.
  process.channel.unref();
  delete require.cache[CLI];
  require(CLI);
});

/** Ends what is printed, after all that a run has printed. */
process.on('beforeExit', () => {
  for (const stream of [process.stdout, process.stderr]) stream.write(`\x1e${process.exitCode ?? 0}\n`);
  process.exitCode = undefined;
  if (process.connected) process.channel.ref();
});

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
  const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new vm.Script(Module.wrap(code), { filename, cachedData, importModuleDynamically });
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
