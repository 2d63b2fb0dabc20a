// Holds what a step has done against what it should have done.
import { isDeepStrictEqual } from 'node:util';

/** Throws, with everything that is not as it should be. */
export function check({ succeeds, reason = [], state: expected }, { code, output, failures, state }) {
  const problems = [];
  if ((code === 0) !== succeeds) {
    problems.push(`the CLI should have ${succeeds ? 'succeeded' : 'failed'}, but ended with ${code}:\n${output}`);
  }
  if (!isDeepStrictEqual(state, expected)) {
    problems.push(`the state should be\n${JSON.stringify(expected)}\nbut is\n${JSON.stringify(state)}`);
  }
  const said = failures.map(({ ResourceStatusReason }) => ResourceStatusReason).join('\n');
  for (const pattern of reason) {
    if (!pattern.test(said)) problems.push(`the failure should say ${pattern}, but says:\n${said}`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Throws, where the CLI did not succeed. */
export function requireSuccess({ code, output }) {
  if (code !== 0) throw new Error(`the CLI should have succeeded, but ended with ${code}:\n${output}`);
}

/** Throws, with both. */
export function requireSame(what, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what} should be\n${JSON.stringify(expected)}\nbut are\n${JSON.stringify(actual)}`);
}

/** Throws, with the first names that are missing or too many; their order is free. */
export function requireNames(what, actual, expected) {
  const without = (names, others) => names.filter(name => !others.includes(name));
  const problems = [
    ['missing', without(expected, actual)],
    ['too many', without(actual, expected)],
  ]
    .filter(([, names]) => names.length > 0)
    .map(([problem, names]) => `${names.length} ${problem}: ${names.slice(0, 10).join(', ')}`);
  if (problems.length > 0) throw new Error(`${what} are not what they should be, ${problems.join('; ')}`);
}
