/** A jest reporter whose last line counts the tests: `12 passed, 0 failed, 1 skipped`. */
class CountReporter {
  onRunComplete(_contexts, results) {
    // jest appends its own summary after all reporters.
    process.once('exit', () => console.log(`\n${count(results)}`));
  }
}

function count(results) {
  // a file that does not load has no tests to count, but is a failure.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}

module.exports = CountReporter;
module.exports.count = count;
