import { type IotGateway } from '../../../../lambda/iot/gateway';
import { ThingExecutions, execution, executionsOf } from '../../../../lambda/iot/sweeps/executions';
import { type SelectedJobs } from '../../../../lambda/iot/sweeps/selected-jobs';
import { FakeClock } from '../../../../testing/clock';

interface ThingPage {
  readonly executionSummaries?: object[];
  readonly nextToken?: string;
}

const QUEUED = new Date(5);
const listed = (jobId: string, executionNumber: number) => ({
  jobId,
  jobExecutionSummary: { executionNumber, queuedAt: QUEUED },
});
const OTA = execution('ota', 't', { executionNumber: 1, queuedAt: QUEUED });

/** The executions of a thing whose listing has these pages; only the job `selected` is selected. */
function executions(...pages: (ThingPage | undefined)[]) {
  const clock = new FakeClock();
  let listings = 0;
  const gateway = {
    listExecutionsOfThing: async () => pages[listings++ % pages.length],
    findExecution: async () => undefined,
  } as unknown as IotGateway;
  const jobs = { find: async (jobId: string) => (jobId === 'selected' ? {} : undefined) } as unknown as SelectedJobs;
  const things = new ThingExecutions(undefined, jobs, gateway, clock);
  const siblings = async () => {
    const names: string[] = [];
    for await (const { name } of things.siblings(OTA)) names.push(name);
    return names;
  };
  return { things, siblings, clock, listings: () => listings };
}

test('the executions of a thing are those of its own job and of selected ones, on all pages', async () => {
  const rest = { executionSummaries: [listed('selected', 2), listed('other', 3)] };
  const { things, siblings } = executions({ executionSummaries: [listed('ota', 1)], nextToken: 'n' }, rest);
  expect(await siblings()).toEqual(['ota/t/1', 'selected/t/2']);
  expect(things.hasSeen(OTA)).toBe(true);
});

test('a listing without the execution has seen it, too, and one of a thing that is deleted meanwhile has not', async () => {
  const empty = executions({});
  expect(await empty.siblings()).toEqual([]);
  expect(empty.things.hasSeen(OTA)).toBe(true);
  const deleted = executions({ executionSummaries: [listed('ota', 1)], nextToken: 'n' }, undefined);
  expect(await deleted.siblings()).toEqual(['ota/t/1']);
  expect(deleted.things.hasSeen(OTA)).toBe(false);
});

test('what was listed is believed for some seconds, however often it is asked for', async () => {
  const { things, siblings, clock, listings } = executions({ executionSummaries: [listed('ota', 1)] });
  await siblings();
  clock.advance(10_000);
  expect(await things.current(OTA)).toEqual(OTA);
  expect(listings()).toBe(1);
  clock.advance(6_000);
  expect(await things.current(OTA)).toEqual(OTA);
  expect(listings()).toBe(2);
});

test('what the service does not tell of an execution is absent', () => {
  expect(execution('ota', 't')).toEqual({ name: 'ota/t/0', jobId: 'ota', thingName: 't', executionNumber: 0 });
});

test('a job that is gone has no executions', async () => {
  const gateway = { listExecutionsOfJob: async () => undefined } as unknown as IotGateway;
  expect(await executionsOf('ota', gateway)).toEqual({ executions: [] });
});
