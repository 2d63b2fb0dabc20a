// Deploys the examples with the real CDK CLI to a local AWS, and checks the state of the services after each step.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byFamily } from '../families.js';
import { bold, green, playAhead, red, say } from './screen.mjs';
import { startStage } from './stage.mjs';
import { accountSteps } from './stories/account.mjs';
import { cloudBaseSteps } from './stories/cloudbase.mjs';
import { fleetSteps } from './stories/fleet.mjs';
import { packageSteps } from './stories/packages.mjs';
import { releaseSteps } from './stories/releases.mjs';
import { schemaSteps } from './stories/schemas.mjs';

/** The stories of each family. Each has its own stage. */
const STORIES = byFamily({
  iot: [packageSteps, fleetSteps, releaseSteps],
  glue: [schemaSteps],
  wechat: [cloudBaseSteps],
});

// the SDK warns if it will stop supporting this version of Node.js.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'cdk-versioned-artifacts-demo-'));
const stages = [];
const underWay = [];
try {
  const stories = [...STORIES.map(([, each]) => each), [accountSteps]];
  const [live, ...others] = await Promise.all(stories.map(each => Promise.all(each.map(stepsOf))));
  const count = [live, ...others].flat(2).length;
  let shown = 0;
  const show = async steps => {
    for (const { title, play } of steps) {
      say();
      say(bold(`${++shown} of ${count}: ${title}`));
      await play();
    }
  };
  say(`A local AWS answers on ${stages[0].aws.endpoint}. The real CDK CLI deploys the examples to it.`);
  // the CLI mostly waits, so the other stories, each with its own AWS, are played at the same time.
  const played = others.flat().flatMap(ahead);
  await show([...live.flat(), ...played]);
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

/** The steps of a story, on its own stage. */
async function stepsOf(story) {
  const stage = await startStage(mkdtempSync(join(folder, 'stage-')));
  stages.push(stage);
  return story(stage);
}

/** Begins a story before its turn: one step after the other, while others are on the screen. */
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
