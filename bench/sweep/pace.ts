// Sweeps as they ship, over a fleet behind token buckets, in virtual time: how close they come to what the quota admits.
import { DeleteJobExecutionCommand, type IoTClient, ListJobExecutionsForJobCommand } from '@aws-sdk/client-iot';
import { IotSweepType, type JobExecutionCleanupConfig, type PackageVersionRetentionConfig } from '../../contract/iot';
import { iotSweeps } from '../../lambda/iot/sweeps';
import { type Clock, Deadline } from '../../lambda/runtime/clock';
import { type Log } from '../../lambda/runtime/log';
import { type SweepCursor } from '../../lambda/sweep/cursor';
import { work } from '../../lambda/sweep/slices';
import { VirtualClock } from '../../testing/clock';
import { random } from '../../testing/token-bucket';
import { inVirtualTime } from '../../testing/virtual-time';
import { Fleet, type FleetOptions, JOB, PACKAGE, VERSIONS_PER_PAGE } from './fleet';

type Config = JobExecutionCleanupConfig | PackageVersionRetentionConfig;

/** Milliseconds of a slice: those of the function, and some at its end for the last calls. */
const SLICE = 880_000;

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };

/** Runs a sweep to its end, in as many slices as it takes. */
async function sweep(config: Config, fleet: Fleet, clock: Clock): Promise<void> {
  let cursor: SweepCursor | undefined;
  for (;;) {
    const result = await work(iotSweeps(fleet.client({ maxAttempts: 1 })), {
      config,
      stackId: 'arn:aws:cloudformation:eu-central-1:111111111111:stack/fleet/0a1b',
      cursor,
      again: false,
      deadline: new Deadline(clock, clock.now() + SLICE),
      clock,
      log: quiet,
      settledSince: async () => true,
      idsSinceSuccess: async () => new Set(),
      isAwaited: false,
      confirm: async () => {},
    });
    if (result.done) return;
    cursor = JSON.parse(JSON.stringify(result.cursor)) as SweepCursor;
  }
}

const cleanup = (requestsPerSecond: number): JobExecutionCleanupConfig => ({
  type: IotSweepType.JOB_EXECUTION_CLEANUP,
  name: 'bench',
  rules: {},
  requestsPerSecond,
  jobs: { by: 'IDS', jobIds: [JOB] },
  statuses: ['SUCCEEDED'],
  force: false,
  deleteJobs: false,
  waitForDeletion: false,
});

const retention = (requestsPerSecond: number, keepLatest: number): PackageVersionRetentionConfig => ({
  type: IotSweepType.PACKAGE_VERSION_RETENTION,
  name: 'bench',
  rules: { keepLatest },
  requestsPerSecond,
  packageName: PACKAGE,
  action: 'DELETE',
  protectInActiveJobs: true,
  protectOnDevices: false,
});

/** A way to remove what a fleet has. */
type Way = (fleet: Fleet, clock: Clock) => Promise<void>;

/** What a script does: every page, and every execution of it, with so many in flight. What fails for good is left. */
const loop =
  (inFlight: number, retryMode: 'standard' | 'adaptive'): Way =>
  async fleet => {
    const client = fleet.client({ retryMode });
    let token: string | undefined;
    do {
      const { things, nextToken } = await list(client, token);
      const next = things.values();
      const worker = async () => {
        for (const thing of next) await remove(client, thing).catch(() => undefined);
      };
      await Promise.all(Array.from({ length: inFlight }, worker));
      token = nextToken;
    } while (token);
  };

async function list(client: IoTClient, nextToken?: string) {
  const page = await client.send(new ListJobExecutionsForJobCommand({ jobId: JOB, nextToken, maxResults: 250 }));
  const things = (page.executionSummaries ?? []).map(({ thingArn = '' }) => thingArn.slice(thingArn.indexOf('/') + 1));
  return { things, nextToken: page.nextToken };
}

const remove = (client: IoTClient, thingName: string) =>
  client.send(new DeleteJobExecutionCommand({ jobId: JOB, thingName, executionNumber: 1 }));

/** What a run took. */
interface Run {
  readonly seconds: number;
  readonly fleet: Fleet;
}

/** @param meanwhile begins beside the sweep, and ends with it */
async function run(
  options: FleetOptions,
  way: Way,
  meanwhile?: (fleet: Fleet, clock: VirtualClock) => void,
): Promise<Run> {
  const clock = new VirtualClock();
  const fleet = new Fleet(clock, options);
  const start = clock.now();
  await inVirtualTime(clock, async () => {
    meanwhile?.(fleet, clock);
    await way(fleet, clock);
  });
  return { seconds: (clock.now() - start) / 1000, fleet };
}

/** How long a quota takes for what a sweep has to remove, in seconds: so much that the start does not count for much. */
const SECONDS = 150;

/** The executions of a job behind quotas and latencies. Each removal is two calls: the look right before it, and itself. */
export async function paceRows(seconds = SECONDS) {
  const cases: readonly (readonly [perSecond: number, latency: readonly [number, number], bound: number])[] = [
    [5, [20, 20], 1000],
    [5, [1000, 1000], 1000],
    [10, [20, 300], 8],
    [10, [20, 300], 10],
    [10, [20, 300], 1000],
    [50, [300, 300], 1000],
    [100, [300, 300], 100],
    [100, [300, 300], 1000],
    [200, [20, 20], 1000],
    [200, [20, 1000], 1000],
    [200, [1000, 1000], 1000],
  ];
  const rows = [];
  for (const [perSecond, latency, bound] of cases) {
    // a sweep begins with some calls one after the other.
    const executions = perSecond * seconds * (latency[1] < 1000 ? 1 : 2);
    const ended = await run({ executions, quota: quotaOf(perSecond), latency }, (fleet, clock) =>
      sweep(cleanup(bound), fleet, clock),
    );
    rows.push({
      'quota, 1/s': perSecond,
      'latency, ms': inWords(latency),
      requestsPerSecond: bound,
      executions,
      ...measured(ended, executions / Math.min(bound, perSecond)),
    });
  }
  return rows;
}

/** The same job, by a sweep and by what one writes by hand. */
export async function wayRows(executions = 1000) {
  const options = { executions, quota: quotaOf(10), latency: [20, 300] as const };
  const ways: readonly (readonly [string, Way])[] = [
    ['sweep', (fleet, clock) => sweep(cleanup(1000), fleet, clock)],
    ['sequential loop, SDK defaults', loop(1, 'standard')],
    ['10 in flight, SDK adaptive mode', loop(10, 'adaptive')],
  ];
  const rows = [];
  for (const [way, clean] of ways) {
    rows.push({ way, executions, ...measured(await run(options, clean), executions / 10) });
  }
  return rows;
}

/** A quota of 10 a second that is raised, or that others use, too. */
export async function sharedRows() {
  const options = { quota: quotaOf(10), latency: [20, 300] as const };
  const way: Way = (fleet, clock) => sweep(cleanup(1000), fleet, clock);
  // the SDK loads a part of itself at its first call, and virtual time would go on to the change of the quota meanwhile.
  await run({ ...options, executions: 1 }, way);
  const rows = [];
  for (const [what, perSecond] of [
    ['raised to 20 after 60 s', 20],
    ['raised to 100 after 60 s', 100],
  ] as const) {
    const executions = 600 + 60 * perSecond;
    let foundAfter = NaN;
    const raise = async (fleet: Fleet, clock: VirtualClock) => {
      await clock.sleep(60_000);
      fleet.change(quotaOf(perSecond));
      foundAfter = await untilUsed(fleet, clock, perSecond);
    };
    const ended = await run({ ...options, executions }, way, (...all) => void raise(...all));
    rows.push({ quota: what, executions, ...measured(ended, 120), 'found after, s': foundAfter });
  }
  for (const share of [0.3, 0.95, 1.2]) {
    const executions = share > 0.9 ? 100 : 1000;
    const ended = await run({ ...options, executions }, way, (fleet, clock) => void others(fleet, clock, 10 * share));
    const left = Math.max(1 - share, 0.01) * 10;
    const quota = `others take ${share * 100} %`;
    rows.push({ quota, executions, ...measured(ended, executions / left), 'found after, s': '' });
  }
  return rows;
}

/** How many seconds it takes until a second uses nearly all of the quota. */
async function untilUsed(fleet: Fleet, clock: Clock, perSecond: number): Promise<number> {
  for (let seconds = 1; fleet.left > 0; seconds++) {
    const { admitted } = fleet.service('DeleteJobExecution');
    await clock.sleep(1000);
    if (fleet.service('DeleteJobExecution').admitted - admitted >= 0.93 * perSecond) return seconds;
  }
  return NaN;
}

/** Others who delete executions, at random times, for as long as there are any. */
async function others(fleet: Fleet, clock: Clock, perSecond: number): Promise<void> {
  const next = random(7);
  while (fleet.left > 0) {
    await clock.sleep((-Math.log(1 - next()) / perSecond) * 1000);
    fleet.service('DeleteJobExecution').take();
  }
}

/** A retention, whose protections are read directly before each removal. */
export async function retentionRows() {
  const rows = [];
  for (const [perSecond, removals, latency] of [
    [10, 100, [20, 60]],
    [10, 1000, [300, 300]],
    [100, 10_000, [300, 300]],
  ] as const) {
    const options = { versions: removals + 5, quota: quotaOf(perSecond), latency };
    const ended = await run(options, (fleet, clock) => sweep(retention(1000, 5), fleet, clock));
    const calls = Object.values(ended.fleet.calls).reduce((sum, count) => sum + count, 0);
    rows.push({
      'quota, 1/s': perSecond,
      'latency, ms': inWords(latency),
      removals,
      'calls a removal': rounded(calls / removals),
      ...measured(ended, removals / perSecond, 'DeletePackageVersion'),
      floor: rounded(1 + listing(removals, latency) / (removals / perSecond)),
    });
  }
  return rows;
}

/** How many seconds the pages of a listing take, each of which names the next: what to keep is known at its end. */
const listing = (versions: number, [least, most]: readonly [number, number]) =>
  (Math.ceil((versions + 5) / VERSIONS_PER_PAGE) * (least + most)) / 2000;

function measured({ seconds, fleet }: Run, bound: number, operation = 'DeleteJobExecution') {
  const { admitted, throttled } = fleet.service(operation);
  return {
    seconds: Math.round(seconds),
    'time / bound': rounded(seconds / bound, 3),
    'throttled %': rounded((100 * throttled) / (admitted + throttled)),
    left: fleet.left,
  };
}

const inWords = (latency: readonly number[]) => [...new Set(latency)].join(' to ');
const rounded = (value: number, digits = 2) => Number(value.toFixed(digits));
const quotaOf = (perSecond: number) => ({ perSecond, burst: perSecond });
