const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment } = require('jest-environment-node');

// Jest makes storages for each test file and leaves them on. While one is on, Node.js carries it along with every
// promise of the process: a worker's twentieth file runs at half the speed of its first.
const { run } = AsyncLocalStorage.prototype;
const on = new Set();
AsyncLocalStorage.prototype.run = function (...args) {
  on.add(this);
  return run.apply(this, args);
};

/** A test file's globals. It leaves nothing on that slows down the files after it, or changes what they see. */
class Environment extends TestEnvironment {
  constructor(...options) {
    super(...options);
    this.variables = { ...process.env };
    // what a test sets, shared modules see.
    this.global.process.env = process.env;
  }

  async teardown() {
    await super.teardown();
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    for (const storage of on) storage.disable();
    on.clear();
  }
}

module.exports = Environment;
