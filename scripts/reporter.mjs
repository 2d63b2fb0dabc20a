/** A jest reporter whose last line counts the tests: `12 passed, 0 failed, 1 skipped`. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    console.log(`\n${count(results)}`);
  }
}

export function count(results) {
  // a file that does not even load has no tests to count, and is a failure all the same.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}
