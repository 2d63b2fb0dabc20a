const { realpathSync } = require('node:fs');
const { dirname, resolve } = require('node:path');
const {
  projects: [newest],
  testTimeout,
} = require('../../jest.config.js');

const rootDir = resolve(__dirname, '../..');

/** Where the sandbox is a copy of: it has the installed packages, and what is built. */
const original = dirname(realpathSync(resolve(rootDir, 'node_modules')));

/** The tests that run on sources, and those of the plan, which needs the constructs: no mutant is in these. */
module.exports = {
  ...newest,
  rootDir,
  // Stryker loads it from elsewhere.
  testEnvironment: resolve(rootDir, 'test/environment.js'),
  testMatch: [
    ...['contract', 'lambda'].map(room => `<rootDir>/test/${room}/**/*.test.ts`),
    '<rootDir>/cli/test/plan/**/*.test.ts',
    '<rootDir>/cli/test/{plan*,services,truth}.test.ts',
  ],
  moduleNameMapper: {
    ...newest.moduleNameMapper,
    '^cdk-versioned-artifacts$': resolve(original, 'test/built.js'),
  },
  testTimeout,
};
