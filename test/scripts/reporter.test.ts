import { count } from '../../scripts/reporter';

const results = (numbers: object) => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  ...numbers,
});

describe('the line that counts the tests', () => {
  test.each([
    [{ numPassedTests: 12 }, '12 passed, 0 failed'],
    [{ numPassedTests: 12, numFailedTests: 1 }, '12 passed, 1 failed'],
    [{ numPassedTests: 12, numPendingTests: 1, numTodoTests: 2 }, '12 passed, 0 failed, 3 skipped'],
  ])('%j reads %s', (numbers, line) => {
    expect(count(results(numbers))).toBe(line);
  });

  test('a file that does not load counts as a failure', () => {
    expect(count(results({ numPassedTests: 3, numRuntimeErrorTestSuites: 1 }))).toBe('3 passed, 1 failed');
  });
});
