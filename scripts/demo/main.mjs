// Deploys the examples with the real CDK CLI to a local AWS, and checks the state of the services after each step.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { GlueClient } from '@aws-sdk/client-glue';
import { IoTClient } from '@aws-sdk/client-iot';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { DemoClock } from './clock.mjs';
import { cloudBaseSteps } from './cloudbase.mjs';
import { fleetSteps } from './fleet.mjs';
import { packageSteps } from './packages.mjs';
import { schemaSteps } from './schemas.mjs';
import { bold, green, playAhead, red, say } from './screen.mjs';

// the SDK warns where Node.js is older than it will support one day.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'cdk-versioned-artifacts-demo-'));
const stages = [];
const underWay = [];
try {
  const packages = packageSteps(await stage());
  const fleet = fleetSteps(await stage());
  const others = [schemaSteps(await stage()), cloudBaseSteps(await stage())];
  const count = [...packages, ...fleet, ...others.flat()].length;
  let shown = 0;
  const show = async steps => {
    for (const { title, play } of steps) {
      say();
      say(bold(`${++shown} of ${count}: ${title}`));
      await play();
    }
  };
  say(`A local AWS answers on ${stages[0].aws.endpoint}. The real CDK CLI deploys the examples to it.`);
  // the CLI mostly waits: the other stories, each with an AWS of its own, are played at the same time.
  const played = others.flatMap(ahead);
  await show([...packages, ...fleet, ...played]);
  say();
  say(green(bold(`Every state was as it should be, after ${((Date.now() - started) / 1000).toFixed(0)} s.`)));
} catch (error) {
  say();
  say(`${red(bold('Not as it should be:'))} ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await Promise.allSettled(underWay);
  await Promise.all(stages.map(({ aws }) => aws.stop()));
  rmSync(folder, { recursive: true, force: true });
}

/** A local AWS for one story. */
async function stage() {
  const clock = new DemoClock();
  const aws = await LocalAws.start({ clock });
  const made = { aws, clock, folder: join(folder, String(stages.length)), clients: clientsOf(aws) };
  stages.push(made);
  return made;
}

/** Begins a story before its turn: one step after the other, whatever is on the screen. */
function ahead(steps) {
  let before = Promise.resolve();
  return steps.map(({ title, play }) => {
    const after = before;
    const { ended, show } = playAhead(async () => {
      await after;
      await play();
    });
    before = ended;
    underWay.push(ended);
    return { title, play: show };
  });
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
