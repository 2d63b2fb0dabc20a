import { DeleteJobExecutionCommand, type IoTClient, ListJobExecutionsForJobCommand } from '@aws-sdk/client-iot';
import { type Clock, Deadline } from '../../lambda/runtime/clock';
import { Paces } from '../../lambda/sweep/pace';
import { runSlice } from '../../lambda/sweep/slices';
import { type SweepSource } from '../../lambda/sweep/source';
import { VirtualClock } from '../../testing/clock';
import { silentRecords } from '../../testing/sweep/records';
import { random } from '../../testing/token-bucket';
import { inVirtualTime } from '../../testing/virtual-time';
import { Fleet } from './fleet';

const QUOTA = { perSecond: 10, burst: 10 };
const JOB = 'ota';

/** A way to delete all executions of a job. */
interface Way {
  readonly name: string;
  clean(fleet: Fleet, clock: Clock): Promise<void>;
}

const list = async (client: IoTClient, nextToken?: string) => {
  const page = await client.send(new ListJobExecutionsForJobCommand({ jobId: JOB, nextToken, maxResults: 250 }));
  const things = (page.executionSummaries ?? []).map(({ thingArn = '' }) => thingArn.slice(thingArn.indexOf('/') + 1));
  return { things, nextToken: page.nextToken };
};

const remove = (client: IoTClient, thingName: string) =>
  client.send(new DeleteJobExecutionCommand({ jobId: JOB, thingName, executionNumber: 1 }));

const sweep = (name: string, requestsPerSecond: number): Way => ({
  name,
  clean: async (fleet, clock) => {
    const client = fleet.client({ maxAttempts: 1 });
    const paces = new Paces({ requestsPerSecond, clock, deadline: new Deadline(clock, Infinity) });
    const source: SweepSource<{ name: string }> = {
      list: pageToken =>
        paces.of('ListJobExecutionsForJob').run(async () => {
          const { things, nextToken } = await list(client, pageToken);
          return { candidates: things.map(name => ({ name })), nextToken };
        }),
      protection: async () => undefined,
      removal: {
        each: async candidate => {
          await paces.of('DeleteJobExecution').run(() => remove(client, candidate.name));
          return 'removed';
        },
      },
    };
    const config = { name: 'bench', rules: {}, requestsPerSecond };
    await runSlice({ config, source }, undefined, {
      paces,
      now: () => clock.now(),
      records: silentRecords,
      again: false,
    });
  },
});

/** What a script does: every page, and every execution of it, with so many in flight. What fails for good is left. */
const loop = (name: string, inFlight: number, retryMode: 'standard' | 'adaptive'): Way => ({
  name,
  clean: async fleet => {
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
  },
});

const WAYS = [
  sweep('sweep, requestsPerSecond at the quota', QUOTA.perSecond),
  sweep('sweep, quota unknown, bound 100', 100),
  loop('sequential loop, SDK defaults', 1, 'standard'),
  loop('10 in flight, SDK adaptive mode', 10, 'adaptive'),
];

/** Jobs of so many executions, behind round trips of so many milliseconds. */
const CASES = [
  { executions: 1000, latency: [20, 60] },
  { executions: 1000, latency: [20, 300] },
  { executions: 10_000, latency: [20, 300] },
];

/** Cleaning the executions of a job, through the AWS SDK's own client in virtual time. */
export async function paceRows(cases = CASES) {
  const rows = [];
  for (const { executions, latency } of cases) {
    for (const { name, clean } of WAYS) {
      const clock = new VirtualClock();
      const next = random(executions);
      const fleet = new Fleet(executions, clock, QUOTA, () => latency[0] + next() * (latency[1] - latency[0]));
      const start = clock.now();
      await inVirtualTime(clock, () => clean(fleet, clock));
      const seconds = (clock.now() - start) / 1000;
      const { admitted, throttled } = fleet.deletions;
      rows.push({
        way: name,
        executions,
        'latency, ms': latency.join(' to '),
        seconds: Math.round(seconds),
        'time / bound': Number((seconds / (executions / QUOTA.perSecond)).toFixed(3)),
        'throttled %': Number(((100 * throttled) / (admitted + throttled)).toFixed(2)),
        'not deleted': fleet.size,
      });
    }
  }
  return rows;
}
