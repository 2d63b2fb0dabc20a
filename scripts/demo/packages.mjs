// The story of a package whose versions live and die with a stack.
import { check } from './check.mjs';
import { runCli } from './deploy.mjs';
import { sayState } from './report.mjs';
import { stateOf } from './state.mjs';
import { PACKAGE, STACK, STEPS } from './steps.mjs';

const APP = 'examples/software-packages/app.mjs';

export const packageSteps = demo => STEPS.map(step => ({ title: step.title, play: () => play(demo, step) }));

async function play(demo, step) {
  const since = Date.now();
  const ended = await runCli(demo, { app: APP, stack: STACK, command: step.command });
  const state = await stateOf(demo.clients, STACK, PACKAGE);
  sayState(state, since);
  check(step, { ...ended, state });
}
