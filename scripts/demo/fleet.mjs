// The story of a fleet: what no stack owns is swept, while a stack is deployed and after that.
import { requireNames, requireSame, requireSuccess } from './check.mjs';
import { runCli } from './deploy.mjs';
import { sayExecutions, saySurvivors } from './fleet-report.mjs';
import { CLEANUP, PACKAGE, RETENTION, executionsOf, expectedOf, seed } from './fleet-seed.mjs';
import { Progress } from './progress.mjs';
import { busy, say } from './screen.mjs';
import { recordsOf } from './sweep-records.mjs';

const APP = 'examples/fleet/app.mjs';
const STACK = 'Fleet';
const PER_SECOND = 100;

export const fleetSteps = demo => [
  {
    title: 'A fleet of 500 cars: the deployment removes what finished and stuck updates have left behind',
    play: () => cleanUp(demo),
  },
  {
    title: 'After that deployment: old versions go, and each one that stays has its reason',
    play: () => retain(demo),
  },
];

async function cleanUp(demo) {
  const { aws, clock } = demo;
  await seed(aws, clock);
  aws.throttle({ service: 'iot', perSecond: PER_SECOND });
  say(
    `    AWS IoT allows 10 requests a second for each operation; for the demo that quota is raised to ${PER_SECOND}.`,
  );
  const before = executionsOf(aws);
  const progress = new Progress('executions removed', CLEANUP.removed, () => deletionTimes(aws));
  const command = ['deploy', '-c', `requestsPerSecond=${PER_SECOND}`];
  const ended = await runCli(demo, { app: APP, stack: STACK, command }, progress);
  requireSuccess(ended);

  const after = executionsOf(aws);
  const { counts } = recordsOf(aws, `${STACK}/Cleanup`);
  sayExecutions(before, after);
  sayPace(deletionTimes(aws), counts.throttled);
  requireNames('the executions that are left', namesOf(after), namesOf(expectedOf(before)));
  const { removed, failed, keptBy } = counts;
  requireSame('the counts of the cleanup', { removed, failed, keptBy }, CLEANUP);
}

const namesOf = executions =>
  Object.entries(executions).flatMap(([jobId, those]) =>
    those.map(({ thingName, executionNumber, status }) => `${jobId}/${thingName}/${executionNumber} ${status}`),
  );

const deletionTimes = aws =>
  aws.calls
    .filter({ service: 'iot', operation: 'DeleteJobExecution' })
    .filter(({ status }) => status === 200)
    .map(({ at }) => at);

function sayPace(times, throttled) {
  const seconds = ((times.at(-1) - times[0]) / 1000).toFixed(0);
  say(`    ${times.length} executions removed in ${seconds} s; calls throttled meanwhile: ${throttled}`);
}

async function retain({ aws }) {
  const done = busy(() => 'an EventBridge rule starts the state machine of the retention');
  await aws.settled().finally(done);

  const executions = aws.stepFunctions.executions();
  const { removed, kept, counts } = recordsOf(aws, `${STACK}/Retention`);
  const versions = Object.keys(aws.iot.describe(PACKAGE)?.versions ?? {});
  for (const { name, status } of executions) say(`    EventBridge has started execution ${name}: ${status}`);
  say(`    removed: ${removed.join(', ')}`);
  saySurvivors(versions, kept);
  requireSame(
    'the executions of state machines',
    executions.map(({ status }) => status),
    ['SUCCEEDED'],
  );
  requireNames('the versions that were removed', removed, RETENTION.removed);
  requireNames('the versions that are left', versions, Object.keys(RETENTION.kept));
  requireSame('the reasons of the retention', kept, RETENTION.kept);
  requireSame('its removals that failed', counts.failed, 0);
}
