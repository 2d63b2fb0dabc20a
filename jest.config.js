const swc = [
  '@swc/jest',
  { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
];

/** @type {import('jest').Config} */
const newest = {
  displayName: 'newest',
  testEnvironment: '<rootDir>/test/environment.js',
  runtime: '<rootDir>/test/runtime.js',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/local/test/**/*.test.ts', '<rootDir>/cli/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/build/', 'cdk.out'],
  modulePathIgnorePatterns: [
    '<rootDir>/build/',
    '<rootDir>/local/build/',
    '<rootDir>/cli/build/',
    '<rootDir>/coverage/',
    'cdk.out',
  ],
  transform: { '\\.ts$': swc },
  // constructs are tested as they ship: compiled by jsii, with the prebuilt handlers beside them.
  moduleNameMapper: {
    '^cdk-versioned-artifacts$': '<rootDir>/test/built.js',
    // as Node.js wants its dynamic imports written.
    '^\\./commands/(.*)\\.js$': '<rootDir>/cli/src/commands/$1',
    '^cdk-versioned-artifacts-local$': '<rootDir>/local/src/index.ts',
  },
  setupFiles: ['<rootDir>/test/setup.js'],
};

/** The constructs once more, at the oldest peers that are supported. */
const floor = {
  ...newest,
  displayName: 'floor',
  testMatch: ['<rootDir>/test/lib/**/*.test.ts'],
  // cdk-nag needs a newer aws-cdk-lib; and how often the constructs ask the CDK for something is the same with any.
  testPathIgnorePatterns: [...newest.testPathIgnorePatterns, 'nag\\.test\\.ts$', 'linear\\.test\\.ts$'],
  moduleNameMapper: {
    ...newest.moduleNameMapper,
    '^aws-cdk-lib$': 'aws-cdk-lib-floor',
    '^aws-cdk-lib/(.*)$': 'aws-cdk-lib-floor/$1',
    '^constructs$': 'constructs-floor',
  },
};

/** @type {import('jest').Config} */
module.exports = {
  projects: [newest, floor],
  reporters: ['default', '<rootDir>/scripts/reporter.js'],
  // tests wait for processes, and machines are busy at times.
  testTimeout: 60_000,
  // more than the two cores of most machines: a worker often waits for a process or a timer.
  maxWorkers: 4,
  testSequencer: '<rootDir>/test/sequencer.js',
};
