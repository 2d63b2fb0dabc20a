// The story of a fleet: what no stack owns is swept during and after a deployment.
import { requireNames, requireSaid, requireSame, requireSuccess } from '../report.mjs';
import { Progress, busy, say, table } from '../screen.mjs';
import { ask, recordsOf, runCli } from '../stage.mjs';

const APP = 'examples/fleet/app.mjs';
const STACK = 'Fleet';
const PER_SECOND = 100;
const PACKAGE = 'telematics';

const THINGS = Array.from({ length: 500 }, (_, index) => `car-${String(index).padStart(3, '0')}`);
const lastDigit = thing => Number(thing.at(-1));

/** The states by the last digit of the car's number. Without a state, there is no execution. */
const byDigit = states => thing => states[lastDigit(thing)];

const S = 'SUCCEEDED';
const F = 'FAILED';
const R = 'IN_PROGRESS';
const Q = 'QUEUED';

/**
 * Cars that end in 0 are installing the newer update, and cars that end in 5 never got it, so the older one is the
 * latest that has ended.
 */
const ROLLOUTS = [
  {
    jobId: 'ota-1-2-0',
    daysAgo: 90,
    deploys: '1.2.0',
    state: byDigit([S, S, S, F, S, S, S, Q, S, S]),
    stays: thing => lastDigit(thing) % 5 === 0,
    because: 'latest of their thing',
  },
  {
    jobId: 'ota-2-0-0',
    daysAgo: 2,
    deploys: '2.0.0',
    state: byDigit([R, S, S, S, Q, undefined, S, Q, S, S]),
    stays: () => true,
    because: 'younger than 30 days',
  },
  {
    jobId: 'ota-2-0-1',
    daysAgo: 1,
    state: byDigit([undefined, S]),
    stays: () => true,
    because: 'younger than 30 days',
  },
  {
    jobId: 'config-7',
    daysAgo: 90,
    state: byDigit([undefined, S]),
    stays: () => true,
    because: 'not selected',
  },
];

/** The counts that the cleanup must have. */
const CLEANUP = { removed: 400, failed: 0, keptBy: { AMONG_LATEST: 100, STATUS: 50, TOO_YOUNG: 450 } };

/** Versions that scripts have created. */
const BY_HAND = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0-lts', '2.0.0', '2.1.0', '2.2.0'];
const DEFAULT = '1.3.0';

/** What the retention must do, version by version. */
const RETENTION = {
  removed: ['1.0.0', '1.1.0', '1.2.0', '1.4.0', '1.5.0', '2.1.0', '2.2.0'],
  kept: {
    '1.3.0': 'DEFAULT_VERSION',
    '1.6.0-lts': 'EXCLUDED',
    '2.0.0': 'IN_ACTIVE_JOB',
    '2.9.0': 'OWNED',
    '3.0.0': 'AMONG_LATEST',
  },
};

/** The reasons in the retention's records, in words. */
const REASONS = {
  AMONG_LATEST: 'it is the latest',
  DEFAULT_VERSION: "it is the package's default",
  EXCLUDED: 'a rule excludes it',
  IN_ACTIVE_JOB: 'a job in progress deploys it',
  OWNED: 'a stack owns it',
};

export const fleetSteps = stage => [
  {
    title: 'A fleet of 500 cars: the deployment removes what finished and stuck updates have left behind',
    play: () => cleanUp(stage),
  },
  {
    title: 'After that deployment: old versions go, and each one that stays has its reason',
    play: () => retain(stage),
  },
  {
    title: 'By hand: the command line says whose a version is, and sweeps what a script has made since',
    play: () => sweepByHand(stage),
  },
];

async function cleanUp(stage) {
  const { aws, clock } = stage;
  await seed(aws, clock);
  aws.throttle({ service: 'iot', perSecond: PER_SECOND });
  say(
    `    AWS IoT allows 10 requests a second for each operation; for the demo that quota is raised to ${PER_SECOND}.`,
  );
  const before = executionsOf(aws);
  const progress = new Progress('executions removed', CLEANUP.removed, () => deletionTimes(aws));
  const command = ['deploy', '-c', `requestsPerSecond=${PER_SECOND}`];
  const ended = await runCli(stage, { app: APP, stack: STACK, command }, progress);
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

/** A version that a script makes after the sweep. */
const LATE = '0.9.0';

async function sweepByHand(stage) {
  const { aws } = stage;
  await aws.iot.createVersion(PACKAGE, LATE, { status: 'PUBLISHED' });
  requireSaid('the answer', await ask(stage, ['why', `${PACKAGE}/2.0.0`]), [/IN_ACTIVE_JOB/]);
  requireSaid('the answer', await ask(stage, ['why', `${PACKAGE}/${LATE}`]), [/owner: nobody/, /would delete it/]);
  requireSaid('the sweep', await ask(stage, ['sweep', 'Retention', '--yes']), [/SUCCEEDED: 1 removed/]);
  requireNames(
    'the versions that are left',
    Object.keys(aws.iot.describe(PACKAGE).versions),
    Object.keys(RETENTION.kept),
  );
}

/** The fleet after years of updates. */
async function seed(aws, clock) {
  await clock.daysAgo(200, async () => {
    await aws.iot.createPackage(PACKAGE);
    for (const name of BY_HAND) {
      await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED', isDefault: name === DEFAULT });
    }
    aws.iot.devices.add(THINGS);
  });
  for (const rollout of ROLLOUTS) await clock.daysAgo(rollout.daysAgo, () => rollOut(aws, rollout));
}

async function rollOut(aws, { jobId, deploys, state }) {
  for (const thing of THINGS.filter(state)) aws.iot.devices.join(thing, jobId);
  const arn = resource => `arn:aws:iot:${aws.region}:${aws.account}:${resource}`;
  await aws.iot.byHand('CreateJob', {
    jobId,
    targets: [arn(`thinggroup/${jobId}`)],
    document: JSON.stringify({ operation: 'update' }),
    ...(deploys && { destinationPackageVersions: [arn(`package/${PACKAGE}/version/${deploys}`)] }),
  });
  aws.iot.devices.advanceAll(jobId, thing => (state(thing) === Q ? undefined : state(thing)));
}

/** All executions by their jobs. */
const executionsOf = aws =>
  Object.fromEntries(ROLLOUTS.map(({ jobId }) => [jobId, aws.iot.describeJob(jobId)?.executions ?? []]));

/** The executions that must be left. */
const expectedOf = before =>
  Object.fromEntries(ROLLOUTS.map(({ jobId, stays }) => [jobId, before[jobId].filter(each => stays(each.thingName))]));

function sayExecutions(before, after) {
  const rows = ROLLOUTS.flatMap(({ jobId, daysAgo, because }) => {
    const [had, has] = [countByStatus(before[jobId]), countByStatus(after[jobId])];
    return Object.keys(had).map(status => [
      `${jobId}, ${daysAgo} days old`,
      status,
      had[status],
      has[status] ?? 0,
      has[status] ? (status === 'IN_PROGRESS' ? 'at work' : because) : '',
    ]);
  });
  table(['job', 'executions', 'before', 'after', 'why they stay'], rows);
}

function countByStatus(executions) {
  const counts = {};
  for (const { status } of executions) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function saySurvivors(versions, kept) {
  table(
    ['version', 'stays because', 'record'],
    versions.map(version => [version, REASONS[kept[version]] ?? 'nobody knows', kept[version] ?? 'none']),
  );
}
