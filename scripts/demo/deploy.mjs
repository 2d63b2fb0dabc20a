// One run of the CDK CLI on an example, as it is watched.
import { cdk, isolated } from './cdk.mjs';
import { followEvents } from './events.mjs';
import { isFailure, isNews, isOver, nameOf, sayEvent } from './report.mjs';
import { busy, dim, say } from './screen.mjs';

/** Returns how the CLI ended and the stack's failures: `{ code, output, failures }`. `progress` is shown meanwhile. */
export async function runCli({ aws, clients, folder }, { app, stack, command }, progress) {
  say(dim(`    $ cdk ${command.join(' ')} --app 'node ${app}'`));
  const failures = [];
  let doing = 'synthesising and uploading';
  const done = busy(
    () => progress?.line() ?? doing,
    () => progress?.milestone(),
  );
  const see = event => {
    doing = isOver(event) ? 'the CLI looks every few seconds' : `${event.ResourceStatus}  ${nameOf(event)}`;
    if (isFailure(event)) failures.push(event);
    if (isNews(event)) sayEvent(event);
  };
  const settings = ['--output', `${folder}/cdk.out`, '--require-approval', 'never', '--no-version-reporting'];
  const args = [...command, '--app', `node ${app}`, ...settings];
  const run = () => cdk(args, { ...aws.env, ...isolated(folder) });
  const ended = await followEvents(clients.cloudFormation, stack, see, run).finally(done);
  return { ...ended, failures };
}
