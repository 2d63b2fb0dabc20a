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
import { bold, green, red, say } from './screen.mjs';

// the SDK warns where Node.js is older than it will support one day.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'cdk-versioned-artifacts-demo-'));
const clock = new DemoClock();
const aws = await LocalAws.start({ clock });
const demo = { aws, clock, folder, clients: clientsOf(aws) };
const steps = [...packageSteps(demo), ...fleetSteps(demo), ...schemaSteps(demo), ...cloudBaseSteps(demo)];
try {
  say(`A local AWS answers on ${aws.endpoint}. The real CDK CLI deploys the examples to it.`);
  for (const [index, { title, play }] of steps.entries()) {
    say();
    say(bold(`${index + 1} of ${steps.length}: ${title}`));
    await play();
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

function clientsOf({ endpoint, region, env }) {
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  const settings = { endpoint, region, credentials };
  return {
    cloudFormation: new CloudFormationClient(settings),
    glue: new GlueClient(settings),
    iot: new IoTClient(settings),
  };
}
