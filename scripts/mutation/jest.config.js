const { resolve } = require('node:path');
const {
  projects: [newest],
  testTimeout,
} = require('../../jest.config.js');

const rootDir = resolve(__dirname, '../..');

/** The tests that run on sources, and need no build. */
module.exports = {
  ...newest,
  rootDir,
  // Stryker loads it from elsewhere.
  testEnvironment: resolve(rootDir, 'test/environment.js'),
  testMatch: ['contract', 'lambda'].map(room => `<rootDir>/test/${room}/**/*.test.ts`),
  testTimeout,
};
