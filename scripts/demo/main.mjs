// Deploys the example with the real CDK CLI to a local AWS, and checks the state of the services after each step.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IoTClient } from '@aws-sdk/client-iot';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { cdk, isolated } from './cdk.mjs';
import { check } from './check.mjs';
import { followEvents } from './events.mjs';
import { isFailure, isNews, isOver, nameOf, sayEvent, sayState } from './report.mjs';
import { bold, busy, dim, green, red, say } from './screen.mjs';
import { stateOf } from './state.mjs';
import { PACKAGE, STACK, STEPS } from './steps.mjs';

const EXAMPLE = 'node examples/software-packages/app.mjs';

// the SDK warns where Node.js is older than it will support one day.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'cdk-versioned-artifacts-demo-'));
const aws = await LocalAws.start();
const clients = clientsOf(aws);
try {
  say(`A local AWS answers on ${aws.endpoint}. The real CDK CLI deploys examples/software-packages to it.`);
  for (const [index, step] of STEPS.entries()) {
    say();
    say(bold(`${index + 1} of ${STEPS.length}: ${step.title}`));
    await play(step);
  }
  say();
  say(green(bold(`Every state was as it should be, after ${((Date.now() - started) / 1000).toFixed(0)} s.`)));
} catch (error) {
  say();
  say(`${red(bold('Not as it should be:'))} ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await aws.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function play(step) {
  say(dim(`    $ cdk ${step.command.join(' ')}`));
  const since = Date.now();
  const failures = [];
  const status = busy('synthesising and uploading');
  const see = event => {
    status.update(isOver(event) ? 'the CLI looks every few seconds' : `${event.ResourceStatus}  ${nameOf(event)}`);
    if (isFailure(event)) failures.push(event);
    if (isNews(event)) sayEvent(event);
  };
  const args = [...step.command, '--app', EXAMPLE, '--require-approval', 'never', '--no-version-reporting'];
  const run = () => cdk(args, { ...aws.env, ...isolated(folder) });
  const ended = await followEvents(clients.cloudFormation, STACK, see, run).finally(status.end);
  const state = await stateOf(clients, STACK, PACKAGE);
  sayState(state, since);
  check(step, { ...ended, failures, state });
}

function clientsOf({ endpoint, region, env }) {
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  const settings = { endpoint, region, credentials };
  return { cloudFormation: new CloudFormationClient(settings), iot: new IoTClient(settings) };
}
