// The stage of a story: a local AWS with its own clock, and the real CDK CLI, whose events are watched.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GlueClient } from '@aws-sdk/client-glue';
import { IoTClient } from '@aws-sdk/client-iot';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { isFailure, isNews, isOver, nameOf, sayEvent } from './report.mjs';
import { busy, dim, say } from './screen.mjs';

const CLI = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');
export const COMMAND_LINE = 'cli/build/main.mjs';
const POLL_MS = 250;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A local AWS for one story, whose files go into `folder`. */
export async function startStage(folder) {
  const clock = new StageClock();
  const aws = await LocalAws.start({ clock });
  return { aws, clock, folder, clients: clientsOf(aws) };
}

function clientsOf({ endpoint, region, env }) {
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  const settings = { endpoint, region, credentials };
  return {
    cloudFormation: new CloudFormationClient(settings),
    glue: new GlueClient(settings),
    iot: new IoTClient(settings),
  };
}

/** The clock of the local AWS, because old versions must have been made long ago. */
class StageClock {
  behind = 0;

  now() {
    return Date.now() - this.behind;
  }

  // sleeps at the end must not keep the process alive.
  sleep(milliseconds) {
    return new Promise(resolve => void setTimeout(resolve, milliseconds).unref());
  }

  /** Runs `work` some days in the past. */
  async daysAgo(days, work) {
    this.behind = days * DAY_MS;
    try {
      return await work();
    } finally {
      this.behind = 0;
    }
  }
}

/**
 * Returns the result of the CLI and the stack's failures: `{ code, output, failures }`. `progress` is shown meanwhile.
 */
export async function runCli({ aws, clients, folder }, { app, stack, command }, progress) {
  say(dim(`    $ cdk ${command.join(' ')} --app 'node ${app}'`));
  const failures = [];
  let doing = 'synthesizing and uploading';
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

/** What a release would do, by the plan of the command line. */
export async function planOf(stage, { app, context }) {
  const { aws, folder } = stage;
  const env = { ...aws.env, ...isolated(folder) };
  const output = `${folder}/planned.out`;
  const synthesis = await cdk(['synth', '--quiet', '-c', context, '--app', `node ${app}`, '--output', output], env);
  if (synthesis.code !== 0) return synthesis;
  return ask(stage, ['plan'], { run: ['plan', '--app', output] });
}

/** Runs the command line, and shows what it says. `run` are the arguments where the demo needs others than it shows. */
export async function ask({ aws, folder }, args, { run = args } = {}) {
  say(dim(`    $ npx cdk-versioned-artifacts ${args.join(' ')}`));
  const ended = await runNode([COMMAND_LINE, ...run], { ...aws.env, ...isolated(folder) });
  for (const line of ended.output.trimEnd().split('\n')) say(`    ${line}`);
  return ended;
}

export const cdk = (args, env) => runNode([CLI, ...args, '--no-notices', '--no-color'], env);

/** Returns the exit code and everything that was printed. */
function runNode(args, env) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  child.stdout.on('data', chunk => output.push(chunk));
  child.stderr.on('data', chunk => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve({ code, output: Buffer.concat(output).toString() }));
  });
}

/** Prevents the CLI from calling anything except the local AWS, and from writing outside the demo's own folder. */
export const isolated = folder => ({
  AWS_CONFIG_FILE: `${folder}/aws-config`,
  AWS_SHARED_CREDENTIALS_FILE: `${folder}/aws-credentials`,
  AWS_PROFILE: '',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  // saves a second of every synthesis; the local AWS also validates.
  CDK_VALIDATION: 'false',
  CDK_DISABLE_VERSION_CHECK: 'true',
  CDK_HOME: `${folder}/cdk-home`,
});

/** Passes each new event of a stack to `seen`, oldest first, during `work`. Returns the result of `work`. */
async function followEvents(cloudFormation, stackName, seen, work) {
  const feed = new EventFeed(cloudFormation, stackName);
  await feed.news();
  let done = false;
  const polling = (async () => {
    while (!done) {
      (await feed.news()).forEach(seen);
      await wait(POLL_MS);
    }
    (await feed.news()).forEach(seen);
  })();
  try {
    return await work();
  } finally {
    done = true;
    await polling;
  }
}

class EventFeed {
  known = new Set();

  constructor(cloudFormation, stackName) {
    this.cloudFormation = cloudFormation;
    this.stack = stackName;
  }

  /** The events since the last call, oldest first. */
  async news() {
    const events = (await this.all()).filter(({ EventId }) => !this.known.has(EventId));
    events.forEach(({ EventId }) => this.known.add(EventId));
    return events.reverse();
  }

  async all() {
    try {
      const { StackEvents = [] } = await this.cloudFormation.send(
        new DescribeStackEventsCommand({ StackName: this.stack }),
      );
      // a deleted stack is only found by its id.
      this.stack = StackEvents[0]?.StackId ?? this.stack;
      return StackEvents;
    } catch (error) {
      if (error.name === 'ValidationError') return [];
      throw error;
    }
  }
}

export async function stackStatus(cloudFormation, StackName) {
  const answer = await orUndefined('ValidationError', cloudFormation.send(new DescribeStacksCommand({ StackName })));
  return answer?.Stacks[0].StackStatus ?? 'none';
}

export async function orUndefined(errorName, promise) {
  try {
    return await promise;
  } catch (error) {
    if (error.name === errorName) return undefined;
    throw error;
  }
}

/** What a sweep has logged: the names of removed candidates, the reasons of kept ones, and the counts. */
export function recordsOf(aws, sweep) {
  const messages = [...aws.logs.groups.keys()].flatMap(group => aws.logs.messages(group));
  const records = messages.map(parse).filter(message => message.sweep === sweep);
  const of = kind => records.filter(({ record }) => record === kind);
  return {
    removed: of('removed').map(({ name }) => name),
    kept: Object.fromEntries(of('kept').map(({ name, reason }) => [name, reason])),
    counts: of('ended').at(-1)?.counts ?? {},
  };
}

/** Lambda's own lines are not JSON. */
function parse(message) {
  try {
    return JSON.parse(message);
  } catch {
    return {};
  }
}
