const Module = require('node:module');
const { default: Runtime } = require('jest-runtime');

/** Large, and without a state that a test could leave behind: a worker evaluates them once, and not for each file. */
const SHARED = /[\\/]node_modules[\\/](?:aws-cdk-lib|constructs)(?:-floor)?[\\/]/;

const OF_FLOOR = /[\\/]node_modules[\\/](?:aws-cdk-lib|constructs)-floor[\\/]/;

// what the oldest peers import are the oldest peers, too.
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const isFloor = OF_FLOOR.test(parent?.filename ?? '');
  const wanted = isFloor ? request.replace(/^(aws-cdk-lib|constructs)(?=$|\/)/, '$1-floor') : request;
  return resolve.call(this, wanted, parent, ...rest);
};

/** Loads the modules of a test file, but those that all files of a worker share. */
class SharingRuntime extends Runtime {
  requireModuleOrMock(from, moduleName) {
    const shared = this.sharedPath(from, moduleName);
    return shared ? require(shared) : super.requireModuleOrMock(from, moduleName);
  }

  sharedPath(from, moduleName) {
    if (!/^(aws-cdk-lib|constructs)($|\/)/.test(moduleName)) return undefined;
    const path = this._resolution.resolveCjs(from, moduleName);
    return SHARED.test(path) ? path : undefined;
  }
}

module.exports = SharingRuntime;
