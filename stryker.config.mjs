/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['contract/**/*.ts', 'lambda/**/*.ts', 'cli/src/plan/**/*.ts'],
  // messages and names: the compiler knows most strings that decide something, and tests must not repeat prose.
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'jest-by-file',
  plugins: ['@stryker-mutator/jest-runner', './scripts/mutation/runner.mjs'],
  jest: { configFile: 'scripts/mutation/jest.config.js' },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  reporters: ['clear-text', 'json', 'html', 'progress-append-only'],
  jsonReporter: { fileName: 'coverage/mutation/report.json' },
  htmlReporter: { fileName: 'coverage/mutation/report.html' },
  tempDirName: 'coverage/sandbox',
  ignorePatterns: ['coverage/', '**/build/', 'dist/', 'cdk.out/', 'bench/results/'],
};
