/** The listings of a cleanup, page by page. */
import { type JobExecutionCleanupConfig } from '../../../../contract/iot';
import { type IotGateway } from '../../../../lambda/iot/gateway';
import { JobListing, lasted, wholeJob } from '../../../../lambda/iot/sweeps/job-listing';
import { type SelectedJob, type SelectedJobs } from '../../../../lambda/iot/sweeps/selected-jobs';
import { ThingListing } from '../../../../lambda/iot/sweeps/thing-listing';
import { type WholeJob } from '../../../../lambda/iot/sweeps/whole-job';
import { FakeClock } from '../../../../testing/clock';
import { cleanup } from './iot-sweep';

/** Pages of things by the job's id; a page's token is the number of pages before it. */
type Executions = Record<string, string[][]>;

/** A service with pages of jobs, in which a call takes 100 ms, and the listings of a cleanup over it. */
function listings({
  pages = [[]] as string[][],
  executions = {} as Executions,
  unselected = [] as string[],
  more = {} as Partial<JobExecutionCleanupConfig>,
  whole = undefined as Partial<WholeJob> | undefined,
}) {
  const clock = new FakeClock(0);
  const asked: string[] = [];
  const described: string[] = [];
  const next = (all: readonly unknown[], at: number) => (at + 1 < all.length ? String(at + 1) : undefined);
  const gateway = {
    listJobs: async (filter: object, token = '0') => {
      asked.push(`jobs ${token} ${JSON.stringify(filter)}`);
      const at = Number(token);
      return { jobs: pages[at].map(jobId => ({ jobId })), nextToken: next(pages, at) };
    },
    listExecutionsOfJob: async (jobId: string, token = '0') => {
      clock.advance(100);
      asked.push(`${jobId} ${token}`);
      const all = executions[jobId] ?? [[]];
      const executionSummaries = all[Number(token)].map(name => ({ thingArn: `arn:aws:iot:r:a:thing/${name}` }));
      return { executionSummaries, nextToken: next(all, Number(token)) };
    },
    listExecutionsOfThing: async ({ thingName }: { thingName: string }, token = '0') => {
      if (thingName === 'gone') return undefined;
      return {
        executionSummaries: pages[Number(token)].map(jobId => ({ jobId })),
        nextToken: next(pages, Number(token)),
      };
    },
  } as unknown as IotGateway;
  const jobs = {
    mayBe: ({ jobId }: { jobId: string }) => !unselected.includes(jobId),
    find: async (jobId: string) => {
      described.push(jobId);
      if (jobId === 'broken') throw new Error('no way');
      return jobId.startsWith('other') ? undefined : { jobId, status: 'COMPLETED', lastUpdatedAt: 0 };
    },
  } as unknown as SelectedJobs;
  const tools = { gateway, clock };
  const ofJobs = () => new JobListing(cleanup(more), jobs, whole as WholeJob | undefined, tools);
  const ofThing = (thingName: string) =>
    new ThingListing({ thingName }, 250, jobs, { ...tools, whole: whole as WholeJob | undefined });
  return { ofJobs, ofThing, asked, described };
}

const GOES: Partial<WholeJob> = { mayGo: () => true, allGo: async () => true, emptyGoes: () => true };

/** The names on the pages of a listing, and the tokens between them. */
async function walk(listing: { list: JobListing['list'] }): Promise<{ pages: string[][]; tokens: string[] }> {
  const pages: string[][] = [];
  const tokens: string[] = [];
  for (let token: string | undefined; pages.length < 20;) {
    const { candidates, nextToken } = await listing.list(token);
    pages.push(candidates.map(({ name }) => name));
    if (nextToken === undefined) return { pages, tokens };
    tokens.push((token = nextToken));
  }
  throw new Error('the listing does not end');
}

describe('a listing of jobs', () => {
  test('goes through all pages of jobs and of their executions, and reads a page of jobs once', async () => {
    const { ofJobs, asked } = listings({
      pages: [['a', 'other-1', 'b'], ['other-2'], ['c', 'other-3']],
      executions: { a: [['t', 'u'], ['v']], b: [['t']], c: [['t']] },
    });
    expect((await walk(ofJobs())).pages).toEqual([['a/t/0', 'a/u/0'], ['a/v/0'], ['b/t/0'], [], ['c/t/0'], []]);
    expect(asked).toEqual(['jobs 0 {}', 'a 0', 'a 1', 'b 0', 'jobs 1 {}', 'jobs 2 {}', 'c 0']);
  });

  test('reads the jobs again where it begins again', async () => {
    const { ofJobs, asked } = listings({ pages: [['a']] });
    const listing = ofJobs();
    for (let times = 0; times < 2; times++) await listing.list(undefined);
    expect(asked.filter(call => call.startsWith('jobs'))).toHaveLength(2);
  });

  test.each<[string, Partial<JobExecutionCleanupConfig>, object]>([
    ['a namespace', { namespaceId: 'greengrass' }, { namespaceId: 'greengrass' }],
    ['one state', { jobStatuses: ['CANCELED'] }, { status: 'CANCELED' }],
    ['any of two states', { jobStatuses: ['CANCELED', 'COMPLETED'] }, {}],
  ])('asks for jobs in %s', async (_, more, filter) => {
    const { ofJobs, asked } = listings({ more });
    await ofJobs().list(undefined);
    expect(asked).toEqual([`jobs 0 ${JSON.stringify(filter)}`]);
  });

  test('does not describe what the summary excludes, describes seven jobs ahead, and survives that one fails', async () => {
    const ids = ['a', 'x', 'broken', ...Array.from({ length: 9 }, (_, n) => `job-${n}`)];
    const { ofJobs, described } = listings({ pages: [ids], unselected: ['x'] });
    await ofJobs().list(undefined);
    expect([...described].sort()).toEqual(['a', 'broken', ...ids.slice(3, 9)].sort());
  });

  test('names ids that are given, each once, without asking for jobs', async () => {
    const executions = { a: [['t']], b: [['t']] };
    const { ofJobs, asked } = listings({ executions, more: { jobs: { by: 'IDS', jobIds: ['a', 'a', 'b'] } } });
    expect((await walk(ofJobs())).pages).toEqual([['a/t/0'], ['b/t/0']]);
    expect(asked).toEqual(['a 0', 'b 0']);
  });

  test('remembers the eight jobs before its place, the nearest first', async () => {
    const ids = Array.from({ length: 11 }, (_, n) => `job-${n}`);
    const { tokens } = await walk(listings({ pages: [ids] }).ofJobs());
    const places = tokens.map(token => JSON.parse(token) as { job: string; before: string[] });
    expect(places[1]).toMatchObject({ job: 'job-2', before: ['job-1', 'job-0'] });
    expect(places[9]).toMatchObject({ job: 'job-10', before: [9, 8, 7, 6, 5, 4, 3, 2].map(n => `job-${n}`) });
  });

  test.each([
    ['with its job, where jobs before it are gone', ['c', 'd'], ['c/t/0']],
    ['behind the nearest job before it, where its own is gone', ['a', 'b', 'd'], ['d/t/0']],
    ['behind a job further before it, where both are gone', ['a', 'd'], ['d/t/0']],
    ['at the beginning of the page, where all of them are gone', ['d', 'e'], ['d/t/0']],
  ])('goes on %s', async (_, ids, expected) => {
    const executions = Object.fromEntries([...ids, 'c'].map(id => [id, [['t']]]));
    const token = JSON.stringify({ job: 'c', before: ['b', 'a'] });
    const { candidates } = await listings({ pages: [ids], executions })
      .ofJobs()
      .list(token);
    expect(candidates.map(({ name }) => name)).toEqual(expected);
  });

  test('goes on with the page of the job’s executions where the job is there, and with the first one of another', async () => {
    const executions = { c: [['t'], ['u']], d: [['t'], ['u']] };
    const token = JSON.stringify({ job: 'c', before: [], after: '1' });
    for (const [id, thing] of [
      ['c', 'u'],
      ['d', 't'],
    ]) {
      const { candidates } = await listings({ pages: [[id]], executions })
        .ofJobs()
        .list(token);
      expect(candidates).toMatchObject([{ name: `${id}/${thing}/0` }]);
    }
  });
});

describe('a job in a listing, where jobs go as a whole,', () => {
  const executions = { a: [['t'], ['u']], b: [['t']] };

  test('is one candidate once all its pages were decided about, for as long as that has taken or for 15 seconds', async () => {
    const { ofJobs } = listings({ pages: [['a'], ['b']], executions, whole: GOES });
    const listing = ofJobs();
    expect((await walk(listing)).pages).toEqual([[], ['a'], ['b']]);
    const { nextToken } = await ofJobs().list(undefined);
    const { candidates } = await ofJobs().list(nextToken);
    expect(candidates).toEqual([{ name: 'a', jobId: 'a', decided: 'WHOLE_JOB', validUntil: 300 + 200 + 15_000 }]);
  });

  test('is its executions, from the first page on, where one of a later page stays', async () => {
    const whole = { ...GOES, allGo: async (of: readonly { thingName: string }[]) => of[0].thingName !== 'u' };
    const { ofJobs } = listings({ pages: [['a', 'b']], executions, whole });
    expect((await walk(ofJobs())).pages).toEqual([[], ['a/t/0'], ['a/u/0'], ['b']]);
  });

  test('is its executions where it cannot go', async () => {
    const { ofJobs } = listings({ pages: [['b']], executions, whole: { ...GOES, mayGo: () => false } });
    expect((await walk(ofJobs())).pages).toEqual([['b/t/0']]);
  });

  test.each([
    ['goes where its own rules say so', true, [['e']]],
    ['is nothing where they do not', false, [[]]],
  ])('without executions %s', async (_, goes, expected) => {
    const whole = { ...GOES, emptyGoes: () => goes, allGo: async () => !goes };
    expect((await walk(listings({ pages: [['e']], whole }).ofJobs())).pages).toEqual(expected);
  });

  test('with executions on some of its pages is not without any', async () => {
    const whole = { ...GOES, emptyGoes: () => false };
    const { ofJobs } = listings({ pages: [['a', 'b']], executions: { a: [['t'], []], b: [[], ['t']] }, whole });
    expect((await walk(ofJobs())).pages).toEqual([[], ['a'], [], ['b']]);
  });
});

test('a decision counts from its beginning, without what lay between its pages', () => {
  const first = lasted(undefined, 1_000, 3_000);
  expect(first).toEqual({ since: 1_000, took: 2_000 });
  expect(lasted(first, 50_000, 53_000)).toEqual({ since: 1_000, took: 5_000 });
});

test('a decision that has taken long is valid for as long again', () => {
  const job = { jobId: 'a' } as SelectedJob;
  expect(wholeJob(job, { since: 1_000, took: 20_000 }).validUntil).toBe(41_000);
  expect(wholeJob(job, { since: 1_000, took: 10_000 }).validUntil).toBe(26_000);
});

describe('a listing of one thing', () => {
  const pages = [['a', 'other', 'b', 'a'], ['c']];

  test('has its executions of the selected jobs, by job', async () => {
    expect((await walk(listings({ pages }).ofThing('t'))).pages).toEqual([['a/t/0', 'a/t/0', 'b/t/0'], ['c/t/0']]);
  });

  test('that is gone is empty', async () => {
    expect((await walk(listings({ pages }).ofThing('gone'))).pages).toEqual([[]]);
  });

  test('has a job as a whole where all its executions go: none that has no or more than a page of them', async () => {
    const executions = { a: [['t']], b: [['t'], ['t']], c: [[]] };
    const { ofThing } = listings({ pages, executions, whole: GOES });
    expect((await walk(ofThing('t'))).pages).toEqual([['a', 'b/t/0'], ['c/t/0']]);
    const [{ validUntil }] = (await ofThing('t').list(undefined)).candidates;
    expect(validUntil).toBe(300 + 100 + 15_000);
  });

  test.each<[string, Partial<WholeJob>]>([
    ['cannot go', { mayGo: () => false }],
    ['has an execution that stays', { allGo: async () => false }],
  ])('has the executions of a job that %s', async (_, stays) => {
    const whole = { ...GOES, ...stays };
    const { ofThing } = listings({ pages: [['a']], executions: { a: [['t']] }, whole });
    expect((await walk(ofThing('t'))).pages).toEqual([['a/t/0']]);
  });
});
