/** Whether a job goes as a whole, and its deletion. */
import { type Job } from '@aws-sdk/client-iot';
import { ServiceError } from 'cdk-versioned-artifacts-local';
import { type JobExecutionCleanupConfig } from '../../../../contract/iot';
import { type IotGateway } from '../../../../lambda/iot/gateway';
import { type JobExecution, type ThingExecutions, execution } from '../../../../lambda/iot/sweeps/executions';
import { JobDeletion } from '../../../../lambda/iot/sweeps/job-deletion';
import { type SelectedJob, type SelectedJobs } from '../../../../lambda/iot/sweeps/selected-jobs';
import { WholeJob } from '../../../../lambda/iot/sweeps/whole-job';
import { Deadline } from '../../../../lambda/runtime/clock';
import { OutOfTime } from '../../../../lambda/sweep/pace';
import { Plan } from '../../../../lambda/sweep/plan';
import { StalePageToken } from '../../../../lambda/sweep/source';
import { FakeClock } from '../../../../testing/clock';
import { DAY, cleanup } from './iot-sweep';

type More = Partial<JobExecutionCleanupConfig>;

const START = 10 * DAY;
const summary = (day: number, status = 'SUCCEEDED') =>
  ({ executionNumber: 1, status, queuedAt: new Date(day * DAY), lastUpdatedAt: new Date(day * DAY) }) as const;
const of = (thing: string, day: number, status?: string, jobId = 'ota') =>
  execution(jobId, thing, summary(day, status) as Parameters<typeof execution>[2]);
const JOB: SelectedJob = { jobId: 'ota', status: 'COMPLETED', lastUpdatedAt: 9 * DAY };
const RUNNING: SelectedJob = { ...JOB, status: 'IN_PROGRESS' };

/** What decides about jobs as a whole, where things have these executions and the job's listing has these pages. */
function wholeJobs(more: More, siblings: Record<string, JobExecution[]> = {}, ...pages: JobExecution[][]) {
  const clock = new FakeClock(START);
  const ranked: string[] = [];
  const listed: (string | undefined)[] = [];
  let failures = 0;
  const things = {
    siblings: async function* ({ thingName }: JobExecution) {
      ranked.push(thingName);
      if (failures-- > 0) throw new Error('no way');
      yield* siblings[thingName] ?? [];
    },
  } as unknown as ThingExecutions;
  const gateway = {
    listExecutionsOfJob: async (_: string, token?: string) => {
      listed.push(token);
      const at = Number(token ?? 0);
      const executionSummaries = (pages[at] ?? []).map(({ thingName, status, createdAt }) => ({
        thingArn: `arn:aws:iot:r:a:thing/${thingName}`,
        jobExecutionSummary: {
          executionNumber: 1,
          status,
          queuedAt: createdAt === undefined ? undefined : new Date(createdAt),
          lastUpdatedAt: new Date(createdAt ?? 0),
        },
      }));
      return { executionSummaries, nextToken: at + 1 < pages.length ? String(at + 1) : undefined };
    },
  } as unknown as IotGateway;
  const config = cleanup({ deleteJobs: true, ...more });
  const whole = new WholeJob(config, new Plan(config, START), things, { gateway, clock, startedAt: START });
  return { whole, clock, ranked, listed, fail: (times: number) => (failures = times) };
}

test.each<[string, More, boolean]>([
  ['COMPLETED', {}, true],
  ['CANCELED', {}, true],
  ['IN_PROGRESS', {}, false],
  ['SCHEDULED', {}, false],
  ['IN_PROGRESS', { force: true }, true],
])('a job that is %s may go as a whole or not, with %j', (status, more, expected) => {
  expect(wholeJobs(more).whole.mayGo({ ...JOB, status })).toBe(expected);
});

const THING: More = { jobs: { by: 'THING', thingName: 't' } };
const LATEST: More = { rules: { keepLatest: 1 } };

test.each<[string, More, JobExecution[], boolean]>([
  ['that are all over', {}, [of('t', 1), of('u', 1)], true],
  ['one of which is not selected by its state', { statuses: ['FAILED'] }, [of('t', 1, 'FAILED'), of('u', 1)], false],
  ['one of which is not over', { statuses: undefined }, [of('t', 1), of('u', 1, 'QUEUED')], false],
  ['one of which is not over, with force', { statuses: undefined, force: true }, [of('u', 1, 'QUEUED')], true],
  ['one of which is young', { rules: { minAgeSeconds: 86_400 } }, [of('t', 1), of('u', 9.5)], false],
  ['of the thing alone', THING, [of('t', 1)], true],
  ['of another thing as well', THING, [of('t', 1), of('u', 1)], false],
])('executions %s let a job go or not', async (_, more, executions, expected) => {
  const { whole, ranked } = wholeJobs(more);
  expect(await whole.allGo(executions)).toBe(expected);
  expect(ranked).toEqual([]);
});

test('a job stays where one of its executions is the latest of its thing, however many there are', async () => {
  const executions = Array.from({ length: 40 }, (_, n) => of(`t${n}`, 1));
  const newer = (of: JobExecution) => [of, { ...of, name: 'newer', jobId: 'newer', createdAt: 2 * DAY }];
  const all = Object.fromEntries(executions.map(each => [each.thingName, newer(each)]));
  const goes = wholeJobs(LATEST, all);
  expect(await goes.whole.allGo(executions)).toBe(true);
  expect(goes.ranked).toHaveLength(40);
  for (const latest of [0, 15, 16, 39]) {
    const stays = wholeJobs(LATEST, { ...all, [`t${latest}`]: [executions[latest]] });
    expect(await stays.whole.allGo(executions)).toBe(false);
    // sixteen at a time, and none after one that stays.
    expect(stays.ranked).toHaveLength(Math.min(40, 16 * (1 + Math.floor(latest / 16))));
  }
});

test('what keepLatest keeps of a thing is read again after 15 seconds, and at once where that has failed', async () => {
  const { whole, clock, ranked, fail } = wholeJobs(LATEST, { t: [of('t', 2, 'SUCCEEDED', 'newer'), of('t', 1)] });
  const goes = () => whole.allGo([of('t', 1)]);
  fail(1);
  await expect(goes()).rejects.toThrow('no way');
  expect(await goes()).toBe(true);
  clock.advance(14_999);
  expect(await goes()).toBe(true);
  expect(ranked).toHaveLength(2);
  clock.advance(1);
  expect(await goes()).toBe(true);
  expect(ranked).toHaveLength(3);
});

test('the ranks of five thousand things are remembered, and those that were read first go for more', async () => {
  const { whole, clock, ranked } = wholeJobs(LATEST);
  const rank = (n: number) => whole.allGo([of(`t${n}`, 1)]);
  for (let n = 0; n < 5_000; n++) await rank(n);
  await rank(0);
  expect(ranked).toHaveLength(5_000);
  clock.advance(15_000);
  // the first one is the last one now, and the second one goes.
  await rank(0);
  await rank(5_000);
  ranked.length = 0;
  await rank(0);
  expect(ranked).toEqual([]);
});

describe('since the decision to remove it, a job', () => {
  const stillGoes = (world: ReturnType<typeof wholeJobs>, job = JOB, how = { ranksAgain: false }) =>
    world.whole.stillGoes(job, how);

  test('still goes where all executions of all its pages go', async () => {
    const world = wholeJobs({}, {}, [of('t', 1)], [of('u', 1)]);
    expect(await stillGoes(world)).toBe(true);
    expect(world.listed).toEqual([undefined, '1']);
  });

  test.each<[string, More, JobExecution[][], SelectedJob]>([
    ['is in progress', {}, [[of('t', 1)]], RUNNING],
    ['has one that is not over on its last page', { statuses: undefined }, [[of('t', 1)], [of('u', 1, 'QUEUED')]], JOB],
    ['has one that began since, which may rank', LATEST, [[of('t', 1), of('u', 10)]], JOB],
    ['has one of which nobody tells when it began', LATEST, [[{ ...of('t', 1), createdAt: undefined }]], JOB],
    ['has none any more, and is in progress, with force', { force: true }, [[]], RUNNING],
  ])('stays where it %s', async (_, more, pages, job) => {
    expect(await stillGoes(wholeJobs(more, {}, ...pages), job)).toBe(false);
  });

  test('goes where one began since, and none ranks', async () => {
    expect(await stillGoes(wholeJobs({}, {}, [of('t', 10)]))).toBe(true);
  });

  test.each([
    ['goes where it has none any more', [[]]],
    ['goes where one of its pages has none, which is not the same', [[], [of('t', 1)]]],
    ['goes where its last page has none', [[of('t', 1)], []]],
  ])('%s', async (_, pages) => {
    expect(await stillGoes(wholeJobs({}, {}, ...pages))).toBe(true);
  });

  test('of which one page has none is no job without any', async () => {
    const rules = { exclude: ['ota'] };
    for (const pages of [
      [[], [of('t', 1)]],
      [[of('t', 1)], []],
    ]) {
      expect(await stillGoes(wholeJobs({ rules }, {}, ...pages))).toBe(true);
    }
    expect(await stillGoes(wholeJobs({ rules }, {}, []))).toBe(false);
  });

  test('is ranked again only where that is wanted', async () => {
    const world = wholeJobs(LATEST, { t: [of('t', 1)] }, [of('t', 1)]);
    expect(await stillGoes(world)).toBe(true);
    expect(world.ranked).toEqual([]);
    expect(await stillGoes(world, JOB, { ranksAgain: true })).toBe(false);
  });
});

test.each<[string, More, Partial<SelectedJob>, boolean]>([
  ['that has ended', {}, {}, true],
  ['that was canceled', {}, { status: 'CANCELED' }, true],
  ['that has not ended, with force', { force: true }, { status: 'IN_PROGRESS' }, false],
  ['that was updated a day ago, which is old enough', { rules: { minAgeSeconds: 86_400 } }, {}, true],
  ['that was updated later', { rules: { minAgeSeconds: 86_400 } }, { lastUpdatedAt: 9 * DAY + 1 }, false],
  ['that was updated just now, where no age is asked for', {}, { lastUpdatedAt: START }, true],
  ['whose name is included', { rules: { include: ['ota'] } }, {}, true],
  ['whose executions are included', { rules: { include: ['*/1'] } }, {}, true],
  ['that is not included', { rules: { include: ['other'] } }, {}, false],
  ['whose name is excluded', { rules: { exclude: ['ota'] } }, {}, false],
  ['whose executions are excluded', { rules: { exclude: ['ota/*'] } }, {}, false],
  ['that is not excluded', { rules: { exclude: ['other'] } }, {}, true],
])('a job without executions %s goes or stays', (_, more, job, expected) => {
  expect(wholeJobs(more).whole.emptyGoes({ ...JOB, ...job })).toBe(expected);
});

const error = (name: string) => Object.assign(new ServiceError(name, 'no way', 400), { name });

/** The deletion of jobs, where calls of DeleteJob end like this, one after the other, and the last one again. */
function deletions({
  ends = [] as (Error | undefined)[],
  more = {} as More,
  milliseconds = 900_000,
  found = undefined as Partial<Job> | undefined,
  isSelected = true,
  stillGoes = true,
  deleting = () => [] as string[],
}) {
  const clock = new FakeClock(START);
  const calls: { jobId: string; force: boolean; namespaceId?: string; at: number }[] = [];
  const forgotten: string[] = [];
  const looks: unknown[] = [];
  const gateway = {
    deleteJob: async (jobId: string, how: { force: boolean; namespaceId?: string }, guard: () => Promise<void>) => {
      await guard();
      calls.push({ jobId, ...how, at: clock.now() - START });
      const end = ends[Math.min(calls.length, ends.length) - 1];
      if (end) throw end;
    },
    findJob: async () => found,
    listJobs: async (filter: object) => {
      looks.push({ ...filter, at: clock.now() - START });
      return { jobs: deleting().map(jobId => ({ jobId })) };
    },
  } as unknown as IotGateway;
  const jobs = {
    forget: (jobId: string) => void forgotten.push(jobId),
    find: async () => (isSelected ? JOB : undefined),
    mayBe: ({ jobId }: { jobId: string }) => !jobId.startsWith('other'),
  } as unknown as SelectedJobs;
  const asked: unknown[] = [];
  const whole = {
    stillGoes: async (job: SelectedJob, how: object) => {
      asked.push(how);
      return stillGoes;
    },
  } as unknown as WholeJob;
  const tools = { gateway, clock, deadline: new Deadline(clock, START + milliseconds) };
  const deletion = new JobDeletion(cleanup(more), jobs, whole, tools);
  let guards = 0;
  const remove = (validFor = DAY, jobId = 'ota') =>
    deletion.remove({ name: jobId, jobId, validUntil: START + validFor }, async () => void guards++);
  return { deletion, remove, calls, forgotten, looks, asked, clock, guards: () => guards };
}

const FULL = error('LimitExceededException');
const NOT_OVER = error('InvalidStateTransitionException');
const OVER: Partial<Job> = { status: 'COMPLETED', jobProcessDetails: {} };
const CHANGED = { kept: 'STATE_CHANGED' };

describe('a deletion', () => {
  test('is one call, and the job is described anew afterwards', async () => {
    const { remove, calls, forgotten, asked, guards } = deletions({ more: { namespaceId: 'greengrass' } });
    expect(await remove()).toBe('removed');
    expect(calls).toEqual([{ jobId: 'ota', force: false, namespaceId: 'greengrass', at: 0 }]);
    expect({ forgotten, asked, guards: guards() }).toEqual({ forgotten: ['ota'], asked: [], guards: 1 });
  });

  test.each([
    ['with force', { force: true }, DAY, [{ ranksAgain: false }]],
    ['where the decision is no longer valid', {}, 0, [{ ranksAgain: true }]],
    ['with force, where the decision is no longer valid', { force: true }, 0, [{ ranksAgain: true }]],
  ])('looks at the job again %s', async (_, more, validFor, expected) => {
    const { remove, asked, forgotten } = deletions({ more });
    expect(await remove(validFor)).toBe('removed');
    expect(asked).toEqual(expected);
    expect(forgotten).toEqual(['ota', 'ota']);
  });

  test.each<[string, Parameters<typeof deletions>[0]]>([
    ['is no longer selected', { isSelected: false }],
    ['has to stay', { stillGoes: false }],
  ])('does not begin where the job %s', async (_, world) => {
    const { remove, calls } = deletions({ ...world, more: { force: true } });
    await expect(remove()).rejects.toMatchObject({
      name: 'Protected',
      message: expect.stringContaining('STATE_CHANGED'),
    });
    expect(calls).toEqual([]);
  });

  test('goes on behind one that has failed, and waits for it', async () => {
    const { remove, calls } = deletions({ ends: [FULL, error('InternalFailureException'), undefined] });
    const [first, second] = await Promise.allSettled([remove(DAY, 'a'), remove(DAY, 'b')]);
    expect(first).toMatchObject({ status: 'rejected', reason: { name: 'InternalFailureException' } });
    expect(second).toEqual({ status: 'fulfilled', value: 'removed' });
    expect(calls.map(({ jobId }) => jobId)).toEqual(['a', 'a', 'b']);
  });

  test('waits for a place, longer from time to time', async () => {
    const { remove, calls } = deletions({ ends: [...Array<Error>(7).fill(FULL), undefined] });
    expect(await remove()).toBe('removed');
    expect(calls.map(({ at }) => at / 1_000)).toEqual([0, 1, 3, 7, 15, 30, 45, 60]);
  });

  test('waits for a place up to the deadline', async () => {
    const { remove, calls } = deletions({ ends: [FULL], milliseconds: 7_000 });
    await expect(remove()).rejects.toThrow(OutOfTime);
    expect(calls.map(({ at }) => at / 1_000)).toEqual([0, 1, 3]);
  });

  test.each<[string, Error, unknown]>([
    ['the job is gone', error('ResourceNotFoundException'), 'gone'],
    ['its executions change while they are read', new StalePageToken('no way'), CHANGED],
  ])('says so where %s', async (_, end, expected) => {
    expect(await deletions({ ends: [end] }).remove()).toEqual(expected);
  });

  test.each<[string, Partial<Job> | undefined]>([
    ['is over', OVER],
    ['is canceled', { status: 'CANCELED', jobProcessDetails: { numberOfInProgressThings: 0 } }],
    ['is over, of which no more is told', { status: 'COMPLETED' }],
  ])('is repeated with force where the job %s, after another look', async (_, found) => {
    const { remove, calls, guards } = deletions({ ends: [NOT_OVER, FULL, undefined], found });
    expect(await remove()).toBe('removed');
    expect(calls.map(({ force }) => force)).toEqual([false, true, true]);
    expect(guards()).toBe(3);
  });

  test.each<[string, Partial<Job> | undefined, More]>([
    ['is gone', undefined, {}],
    ['is in progress', { status: 'IN_PROGRESS', jobProcessDetails: {} }, {}],
    ['has executions in the queue', { ...OVER, jobProcessDetails: { numberOfQueuedThings: 1 } }, {}],
    ['has executions in progress', { ...OVER, jobProcessDetails: { numberOfInProgressThings: 1 } }, {}],
    ['has been called with force', OVER, { force: true }],
  ])('is not repeated with force where the job %s', async (_, found, more) => {
    const { remove, calls } = deletions({ ends: [NOT_OVER, undefined], found, more });
    expect(await remove()).toEqual(CHANGED);
    expect(calls).toHaveLength(1);
  });
});

describe('the deletions that are in progress', () => {
  test('are over where none is, in the namespace', async () => {
    const { deletion, looks } = deletions({ more: { namespaceId: 'greengrass' } });
    expect(await deletion.settled()).toBe(true);
    expect(looks).toEqual([{ status: 'DELETION_IN_PROGRESS', namespaceId: 'greengrass', at: 0 }]);
  });

  test.each([
    ['of jobs that are not selected', ['other'], OVER],
    ['of jobs that are gone', ['ota'], undefined],
  ])('do not count %s', async (_, ids, found) => {
    expect(await deletions({ deleting: () => ids, found }).deletion.settled()).toBe(true);
  });

  test('are waited for in pauses', async () => {
    let left = 4;
    const { deletion, looks } = deletions({ deleting: () => (left-- > 0 ? ['other', 'ota'] : []), found: OVER });
    expect(await deletion.settled()).toBe(true);
    expect(looks.map(look => (look as { at: number }).at / 1_000)).toEqual([0, 1, 3, 7, 15]);
  });

  test.each([
    ['50 seconds', 900_000, [0, 1, 3, 7, 15, 30, 45]],
    ['the deadline', 15_000, [0, 1, 3, 7]],
  ])('are waited for up to %s', async (_, milliseconds, at) => {
    const { deletion, looks } = deletions({ deleting: () => ['ota'], found: OVER, milliseconds });
    expect(await deletion.settled()).toBe(false);
    expect(looks.map(look => (look as { at: number }).at / 1_000)).toEqual(at);
  });

  test.each<[string, Error, object]>([
    ['are not over where the time is', new OutOfTime('no more time'), { value: false }],
    ['are unknown where they cannot be listed', error('InternalFailureException'), { status: 'rejected' }],
  ])('%s', async (_, end, expected) => {
    const deleting = () => {
      throw end;
    };
    const [settled] = await Promise.allSettled([deletions({ deleting }).deletion.settled()]);
    expect(settled).toMatchObject(expected);
  });
});
