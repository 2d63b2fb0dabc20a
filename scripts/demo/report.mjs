// Words and tables for events and states.
import { bold, dim, green, red, say, table } from './screen.mjs';

const WIDTH = 100;

export const isFailure = ({ ResourceStatus }) => /_FAILED$/.test(ResourceStatus);

/** Something has ended, well or badly. */
export const isEnd = ({ ResourceStatus }) => /_(COMPLETE|FAILED)$/.test(ResourceStatus);

export function sayEvent(event) {
  const { ResourceStatus, LogicalResourceId, ResourceType, ResourceStatusReason } = event;
  const mark = isFailure(event) ? red('✘') : green('✔');
  say(`    ${mark} ${ResourceStatus.padEnd(28)} ${LogicalResourceId}  ${dim(ResourceType)}`);
  if (isFailure(event)) wrap(ResourceStatusReason ?? '').forEach(line => say(red(`        ${line}`)));
}

export function sayState({ stack, package: name, versions }) {
  say(`    stack: ${bold(stack)}, package: ${bold(name)}`);
  if (versions.length === 0) return;
  table(
    ['version', 'status', 'default', 'attributes'],
    versions.map(({ version, status, isDefault, attributes }) => [
      version,
      status,
      isDefault ? 'yes' : '',
      Object.entries(attributes)
        .map(pair => pair.join('='))
        .join(', '),
    ]),
  );
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
