const swc = [
  '@swc/jest',
  { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/local/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/build/', 'cdk.out'],
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/local/build/', 'cdk.out'],
  transform: { '\\.ts$': swc },
  // constructs are tested as they ship: compiled by jsii, with the prebuilt handlers beside them.
  moduleNameMapper: {
    '^cdk-versioned-artifacts$': '<rootDir>/build/lib/index.js',
    '^cdk-versioned-artifacts-local$': '<rootDir>/local/src/index.ts',
  },
  setupFiles: ['<rootDir>/test/setup.js'],
  reporters: ['default', '<rootDir>/scripts/reporter.js'],
  maxWorkers: 2,
};
