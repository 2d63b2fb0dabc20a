const Module = require('node:module');
const { compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/** Libraries keep nothing that a test could leave behind: a worker evaluates them once, and not for each file. */
const LIBRARY = /[\\/]node_modules[\\/]/;

const OF_FLOOR = /[\\/]node_modules[\\/](?:aws-cdk-lib|constructs)-floor[\\/]/;

// what the oldest peers import are the oldest peers, too.
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const isFloor = OF_FLOOR.test(parent?.filename ?? '');
  const wanted = isFloor ? request.replace(/^(aws-cdk-lib|constructs)(?=$|\/)/, '$1-floor') : request;
  return resolve.call(this, wanted, parent, ...rest);
};

/**
 * What Jest asks for the test that runs now. Tests run one after the other, so none has to be found by its promises, each
 * of which Node.js would follow.
 */
class OneAtATime {
  getStore() {
    return this.store;
  }

  async run(store, callback) {
    const outer = this.store;
    this.store = store;
    try {
      return await callback();
    } finally {
      this.store = outer;
    }
  }
}

/** By file: its code, and the function that evaluates it. */
const compiled = new Map();

/** Loads the modules of a test file, but those that all files of a worker share. What it evaluates, it compiles once. */
class SharingRuntime extends Runtime {
  constructor(...options) {
    super(...options);
    const { executor } = this;
    executor.compile = (code, filename) => {
      const known = compiled.get(filename);
      if (known?.code === code) return known.evaluate;
      const evaluate = compileFunction(code, executor.injectedModuleParameters, { filename });
      compiled.set(filename, { code, evaluate });
      return evaluate;
    };
  }

  requireModule(from, moduleName, options, isRequireActual) {
    if (options?.isInternalModule && moduleName === 'node:async_hooks') return { AsyncLocalStorage: OneAtATime };
    const library = options?.isInternalModule ? undefined : this.libraryPath(from, moduleName);
    return library ? require(library) : super.requireModule(from, moduleName, options, isRequireActual);
  }

  libraryPath(from, moduleName) {
    if (moduleName === undefined || this._resolution.isCoreModule(moduleName)) return undefined;
    const path = this._resolution.resolveCjs(from, moduleName);
    return LIBRARY.test(path) ? path : undefined;
  }
}

module.exports = SharingRuntime;
