// Loaded before an app: whoever reaches for a bundler, a process or the network fails.
const childProcess = require('node:child_process');
const Module = require('node:module');
const net = require('node:net');

const refuse = what => () => {
  throw new Error(`synthesis must not need ${what}`);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (request === 'esbuild' || request.startsWith('esbuild/')) refuse('esbuild')();
  return resolve.call(this, request, ...rest);
};
for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']) {
  childProcess[name] = refuse('another process');
}
net.Socket.prototype.connect = refuse('the network');
