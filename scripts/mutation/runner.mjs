// Stryker's runner for Jest, made fast enough for this repository: a mutant is tried on one test file after another, and
// only on those that reach it, until one is red.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { PluginKind, commonTokens, declareFactoryPlugin, tokens } from '@stryker-mutator/api/plugin';
import { strykerPlugins as ofJest } from '@stryker-mutator/jest-runner';

const jest = ofJest.find(({ kind }) => kind === PluginKind.TestRunner);

/** Which files have which tests, from the dry run. It lies in the sandbox, for the processes that try the mutants. */
const known = () => resolve('test-files.json');

const isGreen = ({ results }) => results.numFailedTests === 0 && results.numRuntimeErrorTestSuites === 0;

function byFile(injector) {
  const runner = injector.injectFunction(jest.factory);
  const { jestTestAdapter } = runner;
  const runAll = jestTestAdapter.run.bind(jestTestAdapter);
  let wanted;

  jestTestAdapter.run = async settings => {
    if (!wanted) return runAll(settings);
    let last;
    for (const file of wanted) {
      last = await runAll({ ...settings, fileNamesUnderTest: undefined, testFiles: [file] });
      if (!isGreen(last)) break;
    }
    return last;
  };

  const { dryRun, mutantRun } = runner;
  runner.dryRun = async options => {
    wanted = undefined;
    const result = await dryRun.call(runner, options);
    writeFileSync(known(), JSON.stringify(filesOf(result.tests ?? [])));
    return result;
  };
  runner.mutantRun = async options => {
    const files = JSON.parse(readFileSync(known(), 'utf8'));
    // a mutant of what runs when a module is loaded concerns all tests: Stryker names none, or their files.
    const testFilter = options.testFilter?.filter(test => Object.hasOwn(files, test));
    const some = testFilter?.length > 0;
    const reached = (some ? testFilter : Object.keys(files)).map(test => files[test]);
    wanted = nearestFirst(Object.assign({}, ...reached), options.sandboxFileName);
    return mutantRun.call(runner, { ...options, testFilter: some ? testFilter : undefined });
  };
  return runner;
}
byFile.inject = tokens(commonTokens.injector);

/** For each test its files, and how long they take. */
function filesOf(tests) {
  const took = {};
  for (const { fileName, timeSpentMs } of tests) took[fileName] = (took[fileName] ?? 0) + timeSpentMs;
  const found = {};
  for (const { id, fileName } of tests) (found[id] ??= {})[fileName] = took[fileName];
  return found;
}

/** The tests of the file itself come first, then those of its room; then the fastest. */
function nearestFirst(took, file) {
  const sought = relative('.', file).split(/[\\/]/);
  const shared = test => {
    const parts = relative('.', test).split(/[\\/]/).slice(1);
    const at = sought.findIndex((part, index) => parts[index]?.replace(/\.test\.ts$/, '.ts') !== part);
    return at < 0 ? sought.length : at;
  };
  return Object.keys(took).sort((one, other) => shared(other) - shared(one) || took[one] - took[other]);
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'jest-by-file', byFile)];
