const { AsyncLocalStorage } = require('node:async_hooks');
const fs = require('node:fs');
const { dirname, join } = require('node:path');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

// Jest makes storages for each test file and leaves them on. While one is on, Node.js carries it along with every
// promise of the process: a worker's twentieth file runs at half the speed of its first.
const { run } = AsyncLocalStorage.prototype;
const on = new Set();
AsyncLocalStorage.prototype.run = function (...args) {
  on.add(this);
  return run.apply(this, args);
};

// what checks a state machine makes a validator each time, and compiles its schemas for a fifth of a second.
const ajv = require(require.resolve('ajv', { paths: [require.resolve('asl-validator/package.json')] }));
const { Ajv } = ajv;
let validator;
ajv.default = function (options) {
  // what is added once more is the same.
  if (validator) validator.addKeyword = () => validator;
  return (validator ??= new Ajv(options));
};

// no test looks where an acknowledgement was made. Each finds it out, and Jest finds the source of each frame.
const cdk = dirname(require.resolve('aws-cdk-lib/package.json'));
require(join(cdk, 'core', 'lib', 'private', 'stack-trace.js')).enhancedStackTrace = () => [];

// what Jest needs even while a test fakes it.
const natives = {
  promise: Promise,
  now: Date.now.bind(Date),
  'read-file': fs.readFileSync.bind(fs),
  'write-file': fs.writeFileSync.bind(fs),
  'exists-file': fs.existsSync.bind(fs),
};
for (const [name, value] of Object.entries(natives)) globalThis[Symbol.for(`jest-native-${name}`)] ??= value;

/** Everything is in the worker's own realm, so no file needs libraries of its own. */
const context = {};

/**
 * A test file has the globals of its worker: those are what the libraries see that files share. It leaves nothing that
 * slows down the files after it, or changes what they see.
 */
class Environment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  variables = { ...process.env };
  globals = descriptorsOf(globalThis);
  processes = descriptorsOf(process, ['exit', 'getBuiltinModule']);

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    // each file adds its own to those that are there.
    delete globalThis[Symbol.for('EVENT_HANDLERS')];
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    restore(globalThis, this.globals);
    restore(process, this.processes);
    for (const storage of on) storage.disable();
    on.clear();
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return context;
  }
}

function descriptorsOf(object, keys = Reflect.ownKeys(object)) {
  return new Map(keys.map(key => [key, Object.getOwnPropertyDescriptor(object, key)]));
}

/** Gives an object the properties back that it had. */
function restore(object, properties) {
  for (const [key, before] of properties) {
    const now = Object.getOwnPropertyDescriptor(object, key);
    if (before && now?.configurable !== false && !isSame(now, before)) Object.defineProperty(object, key, before);
  }
}

const isSame = (a, b) => a?.value === b.value && a?.get === b.get && a?.set === b.set;

module.exports = Environment;
