// Words and tables for events and states.
import { bold, dim, green, red, say, table, yellow } from './screen.mjs';

const WIDTH = 100;

export const isFailure = ({ ResourceStatus }) => /_FAILED$/.test(ResourceStatus);

const isTurn = ({ ResourceStatus }) => /ROLLBACK_IN_PROGRESS$/.test(ResourceStatus);

/** Something has ended, well or badly, or the stack turns back. */
export const isNews = event => isTurn(event) || /_(COMPLETE|FAILED)$/.test(event.ResourceStatus);

/** The whole deployment has ended. */
export const isOver = ({ ResourceType, ResourceStatus }) =>
  ResourceType === 'AWS::CloudFormation::Stack' && /_(COMPLETE|FAILED)$/.test(ResourceStatus);

/** The construct's id within a logical id: without the hash of its path. */
export const nameOf = ({ LogicalResourceId }) => LogicalResourceId.replace(/(?<=.)[0-9A-F]{8}$/, '');

export function sayEvent(event) {
  const { ResourceStatus, ResourceType, ResourceStatusReason } = event;
  const mark = isFailure(event) ? red('✘') : isTurn(event) ? yellow('↺') : green('✔');
  say(`    ${mark} ${ResourceStatus.padEnd(28)} ${nameOf(event)}  ${dim(ResourceType)}`);
  if (isFailure(event)) wrap(ResourceStatusReason ?? '').forEach(line => say(red(`        ${line}`)));
}

export function sayState({ stack, package: name, versions }, since) {
  const seconds = Math.round((Date.now() - since) / 1000);
  say(`    after ${seconds} s: stack ${bold(stack)}, package ${bold(name)}`);
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
