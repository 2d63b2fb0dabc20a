// Words for events, and the comparison of a step's result with the expected one.
import { isDeepStrictEqual } from 'node:util';
import { dim, green, red, say, yellow } from './screen.mjs';

const WIDTH = 100;

export const isFailure = ({ ResourceStatus }) => /_FAILED$/.test(ResourceStatus);

const isTurn = ({ ResourceStatus }) => /ROLLBACK_IN_PROGRESS$/.test(ResourceStatus);

/** A resource has succeeded or failed, or the stack rolls back. */
export const isNews = event => isTurn(event) || /_(COMPLETE|FAILED)$/.test(event.ResourceStatus);

/** The whole deployment has ended. */
export const isOver = ({ ResourceType, ResourceStatus }) =>
  ResourceType === 'AWS::CloudFormation::Stack' && /_(COMPLETE|FAILED)$/.test(ResourceStatus);

/** The construct's id in a logical id, without the hash of its path. */
export const nameOf = ({ LogicalResourceId }) => LogicalResourceId.replace(/(?<=.)[0-9A-F]{8}$/, '');

export function sayEvent(event) {
  const { ResourceStatus, ResourceType, ResourceStatusReason } = event;
  const mark = isFailure(event) ? red('✘') : isTurn(event) ? yellow('↺') : green('✔');
  say(`    ${mark} ${ResourceStatus.padEnd(28)} ${nameOf(event)}  ${dim(ResourceType)}`);
  if (isFailure(event)) wrap(ResourceStatusReason ?? '').forEach(line => say(red(`        ${line}`)));
}

function wrap(text) {
  const lines = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Throws with all differences. */
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

/** Throws if the CLI did not succeed. */
export function requireSuccess({ code, output }) {
  if (code !== 0) throw new Error(`the CLI should have succeeded, but ended with ${code}:\n${output}`);
}

/** Throws if what was run did not succeed, or does not say one of the patterns. */
export function requireSaid(what, { code, output }, patterns) {
  const unsaid = patterns.find(pattern => !pattern.test(output));
  if (code !== 0 || unsaid) throw new Error(`${what} ended with ${code}${unsaid ? ` and does not say ${unsaid}` : ''}`);
}

/** Throws with both values. */
export function requireSame(what, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what} should be\n${JSON.stringify(expected)}\nbut are\n${JSON.stringify(actual)}`);
}

/** Throws with the first names that are missing or too many. Their order is free. */
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
