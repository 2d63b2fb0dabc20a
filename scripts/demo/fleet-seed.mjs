// A fleet as years of updates have left it, and what the sweeps of examples/fleet must leave of it.
export const PACKAGE = 'telematics';

const THINGS = Array.from({ length: 500 }, (_, index) => `car-${String(index).padStart(3, '0')}`);
const lastDigit = thing => Number(thing.at(-1));

/** States by the last digit of the car's number; no state, no execution. */
const byDigit = states => thing => states[lastDigit(thing)];

const S = 'SUCCEEDED';
const F = 'FAILED';
const R = 'IN_PROGRESS';
const Q = 'QUEUED';

/** Cars ending in 0 are at work on the newer update, those in 5 never got it: the older is the latest that has ended. */
export const ROLLOUTS = [
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

/** What the cleanup must count. */
export const CLEANUP = { removed: 400, failed: 0, keptBy: { AMONG_LATEST: 100, STATUS: 50, TOO_YOUNG: 450 } };

/** Versions that scripts have made. */
const BY_HAND = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0-lts', '2.0.0', '2.1.0', '2.2.0'];
const DEFAULT = '1.3.0';

/** What the retention must do, version by version. */
export const RETENTION = {
  removed: ['1.0.0', '1.1.0', '1.2.0', '1.4.0', '1.5.0', '2.1.0', '2.2.0'],
  kept: {
    '1.3.0': 'DEFAULT_VERSION',
    '1.6.0-lts': 'EXCLUDED',
    '2.0.0': 'IN_ACTIVE_JOB',
    '2.9.0': 'OWNED',
    '3.0.0': 'AMONG_LATEST',
  },
};

export async function seed(aws, clock) {
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
export const executionsOf = aws =>
  Object.fromEntries(ROLLOUTS.map(({ jobId }) => [jobId, aws.iot.describeJob(jobId)?.executions ?? []]));

/** What must be left of them. */
export const expectedOf = before =>
  Object.fromEntries(ROLLOUTS.map(({ jobId, stays }) => [jobId, before[jobId].filter(each => stays(each.thingName))]));
