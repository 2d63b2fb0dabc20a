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
