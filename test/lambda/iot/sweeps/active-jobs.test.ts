/** What jobs and devices protect, as it is read slice by slice. */
import { type Job } from '@aws-sdk/client-iot';
import { type IotGateway } from '../../../../lambda/iot/gateway';
import { ActiveJobs } from '../../../../lambda/iot/sweeps/active-jobs';
import { DeviceReports } from '../../../../lambda/iot/sweeps/device-reports';
import { OutOfTime } from '../../../../lambda/sweep/pace';
import { StalePageToken, SweepRefused } from '../../../../lambda/sweep/source';
import { FakeClock, settle } from '../../../../testing/clock';
import { PACKAGE } from './iot-sweep';

const MINUTE = 60_000;
const BEGUN = 100 * MINUTE;

/** Jobs by state, each of which deploys the version of its own name; `broken` cannot be described. */
function active(jobs: Record<string, string[][]> = {}, prepared?: object) {
  const clock = new FakeClock(BEGUN);
  const listings: string[] = [];
  const described: string[] = [];
  const created: Record<string, number> = {};
  const faults: Error[] = [];
  let duration = 0;
  const gateway = {
    listJobs: async ({ status }: { status: string }, token = '0') => {
      listings.push(`${status} ${token}`);
      clock.advance(duration);
      const fault = faults.shift();
      if (fault) throw fault;
      const pages = jobs[status] ?? [[]];
      const at = Number(token);
      const found = pages[at].map(jobId => ({ jobId, createdAt: new Date(created[jobId] ?? 0) }));
      return { jobs: found, nextToken: at + 1 < pages.length ? String(at + 1) : undefined };
    },
    findJob: async (jobId: string): Promise<Partial<Job>> => {
      described.push(jobId);
      if (jobId === 'broken') throw new Error('no way');
      const destinationPackageVersions = [`arn:aws:iot:r:a:package/${PACKAGE}/version/${jobId}`];
      return { status: 'IN_PROGRESS', destinationPackageVersions };
    },
  } as unknown as IotGateway;
  const begin = (state?: object) => new ActiveJobs(PACKAGE, gateway, clock, state);
  const takes = (milliseconds: number) => (duration = milliseconds);
  return { jobs: begin(prepared), begin, clock, listings, described, created, faults, takes };
}

const READ = ['SCHEDULED 0', 'IN_PROGRESS 0', 'SCHEDULED 0', 'CANCELED 0'];

describe('the active jobs', () => {
  test('are read when a version asks for them, state by state, and then known', async () => {
    const { jobs, listings, clock } = active({ IN_PROGRESS: [['1'], ['2']] });
    expect(jobs.state()).toBeUndefined();
    expect({ isDue: jobs.isDue, isFinished: jobs.isFinished }).toEqual({ isDue: false, isFinished: false });
    await expect(jobs.deploys('1')).rejects.toThrow(OutOfTime);
    expect(jobs.isDue).toBe(true);
    await jobs.run();
    expect({ isDue: jobs.isDue, isFinished: jobs.isFinished }).toEqual({ isDue: false, isFinished: true });
    expect([await jobs.deploys('1'), await jobs.deploys('2'), await jobs.deploys('3')]).toEqual([true, true, false]);
    expect(listings).toEqual(['SCHEDULED 0', 'IN_PROGRESS 0', 'IN_PROGRESS 1', 'SCHEDULED 0', 'CANCELED 0']);
    expect(jobs.state()).toMatchObject({ versions: ['1', '2'], begunAt: clock.now(), validUntil: BEGUN + MINUTE });
  });

  test('are read on in the next slice, where the last one has ended', async () => {
    const { jobs, begin, faults, listings } = active({ SCHEDULED: [['1'], ['2']] });
    faults.push(...([undefined, new OutOfTime('no more time')] as Error[]));
    await expect(jobs.run()).rejects.toThrow(OutOfTime);
    const next = begin(JSON.parse(JSON.stringify(jobs.state())) as object);
    await next.run();
    expect(listings.slice(0, 3)).toEqual(['SCHEDULED 0', 'SCHEDULED 1', 'SCHEDULED 1']);
    expect([await next.deploys('1'), await next.deploys('2')]).toEqual([true, true]);
    expect(next.state()).toMatchObject({ begunAt: BEGUN });
  });

  test('are read from the first page of the state where the token is not known any more', async () => {
    const { jobs, faults, listings } = active({ SCHEDULED: [['1'], ['2']] });
    faults.push(...([undefined, new StalePageToken('no way')] as Error[]));
    await expect(jobs.run()).rejects.toThrow(StalePageToken);
    await jobs.run();
    expect(listings.slice(0, 4)).toEqual(['SCHEDULED 0', 'SCHEDULED 1', 'SCHEDULED 0', 'SCHEDULED 1']);
    expect(await jobs.deploys('1')).toBe(true);
  });

  test('are not read on where one cannot be described: it may deploy any version', async () => {
    const { jobs, listings } = active({ SCHEDULED: [['1', 'broken']] });
    await jobs.run();
    expect(listings).toEqual(['SCHEDULED 0']);
    expect(await jobs.deploys('1')).toBe(true);
    await expect(jobs.deploys('2')).rejects.toThrow('a job in progress cannot be described: broken (no way)');
    expect(jobs.isDue).toBe(false);
  });

  test('are forgotten when a pass begins', async () => {
    const { jobs } = active({ SCHEDULED: [['1']] });
    await jobs.run();
    jobs.reset();
    expect(jobs.state()).toBeUndefined();
    await expect(jobs.deploys('1')).rejects.toThrow(OutOfTime);
  });

  test('that are new are read after a minute, and only those are described, once for all that ask', async () => {
    const ids = ['1'];
    const { jobs, clock, listings, described, created } = active({ IN_PROGRESS: [ids] });
    await jobs.run();
    listings.length = described.length = 0;
    clock.advance(MINUTE - 1);
    expect(await jobs.deploys('2')).toBe(false);
    expect(listings).toEqual([]);
    clock.advance(1);
    ids.push('2', 'older');
    // clocks differ by a minute at most.
    Object.assign(created, { 2: BEGUN - MINUTE, older: BEGUN - MINUTE - 1 });
    expect(await Promise.all(['1', '2', 'older'].map(version => jobs.deploys(version)))).toEqual([true, true, false]);
    expect({ listings, described }).toEqual({ listings: READ, described: ['2'] });
    expect(jobs.state()).toMatchObject({ begunAt: BEGUN + MINUTE, validUntil: BEGUN + 2 * MINUTE });
  });

  test('are valid for ten times as long as it has taken to read the new ones', async () => {
    const { jobs, clock, takes } = active();
    await jobs.run();
    clock.advance(MINUTE);
    takes(5_000);
    await jobs.deploys('1');
    expect(jobs.state()).toMatchObject({ begunAt: BEGUN + MINUTE, validUntil: BEGUN + MINUTE + 20_000 + 200_000 });
  });

  test('one of which comes to be one that cannot be described may deploy any version', async () => {
    const ids: string[] = [];
    const { jobs, clock, created } = active({ SCHEDULED: [ids] });
    await jobs.run();
    clock.advance(MINUTE);
    ids.push('broken');
    created.broken = clock.now();
    await expect(jobs.deploys('1')).rejects.toThrow('broken');
  });
});

describe('until the jobs are read, a check', () => {
  /** Checks that end when a test says so. */
  function checks(jobs: ActiveJobs) {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const check = (name: string) =>
      jobs.scouting(async () => {
        begun.push(name);
        await new Promise<void>(resolve => ends.set(name, resolve));
        return name;
      });
    return { begun, check, end: (name: string) => ends.get(name)!() };
  }

  test('goes alone, and another one for each that has ended without them', async () => {
    const { jobs } = active();
    const { begun, check, end } = checks(jobs);
    const running = ['a', 'b', 'c', 'd', 'e'].map(check);
    await settle();
    expect(begun).toEqual(['a']);
    end('a');
    await settle();
    expect(begun).toEqual(['a', 'b', 'c']);
    end('b');
    await settle();
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const name of ['c', 'd', 'e']) end(name);
    expect(await Promise.all(running)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('ends all that wait where it needs the jobs, and none begins', async () => {
    const { jobs } = active();
    const first = jobs.scouting(() => jobs.deploys('1'));
    const { begun, check } = checks(jobs);
    const ends = await Promise.allSettled([first, check('b'), check('c')]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(check('d')).rejects.toThrow(OutOfTime);
    expect(begun).toEqual([]);
    jobs.reset();
    await jobs.run();
    expect(await jobs.scouting(() => jobs.deploys('1'))).toBe(false);
  });

  test('goes alone again when another pass begins; once they are read, all go at the same time', async () => {
    const { jobs } = active();
    const { begun, check, end } = checks(jobs);
    const first = check('a');
    end('a');
    await first;
    jobs.reset();
    const running = ['b', 'c'].map(check);
    await settle();
    expect(begun).toEqual(['a', 'b']);
    end('b');
    await settle();
    end('c');
    await Promise.all(running);
    await jobs.run();
    const all = ['d', 'e', 'f', 'g'].map(check);
    await settle();
    expect(begun.slice(3)).toEqual(['d', 'e', 'f', 'g']);
    for (const name of ['d', 'e', 'f', 'g']) end(name);
    await Promise.all(all);
  });
});

describe('the reports of devices', () => {
  const ON = { namedShadowIndexingMode: 'ON', filter: { namedShadowNames: ['$package'] } };
  function reports(things: object | undefined, query: () => boolean = () => true) {
    const queries: string[] = [];
    let looks = 0;
    const gateway = {
      indexing: async () => {
        looks++;
        return { thingIndexingConfiguration: things };
      },
      findsAnything: async (text: string) => {
        queries.push(text);
        return query();
      },
    } as unknown as IotGateway;
    return { reports: new DeviceReports('brake-ecu-2', gateway), queries, looks: () => looks };
  }

  test('are asked for version by version, and the index once', async () => {
    const { reports: devices, queries, looks } = reports(ON);
    expect(await Promise.all([devices.show('1.0.0'), devices.show('2.0.0')])).toEqual([true, true]);
    expect(looks()).toBe(1);
    expect(queries[0]).toBe('shadow.name.$package.reported.brake\\-ecu\\-2.version:"1.0.0"');
  });

  test.each([
    ['is none', undefined],
    ['is off', { ...ON, namedShadowIndexingMode: 'OFF' }],
    ['has no filter', { namedShadowIndexingMode: 'ON' }],
    ['has a filter without names', { ...ON, filter: {} }],
    ['has a filter without the shadow', { ...ON, filter: { namedShadowNames: ['other'] } }],
  ])('are refused where the index %s', async (_, things) => {
    const { reports: devices, queries } = reports(things);
    await expect(devices.show('1.0.0')).rejects.toThrow(SweepRefused);
    expect(queries).toEqual([]);
  });

  test.each([
    ['a query fails', new Error('no way'), SweepRefused],
    ['the time ends', new OutOfTime('no more time'), OutOfTime],
  ])('are refused or put off where %s', async (_, error, expected) => {
    const { reports: devices } = reports(ON, () => {
      throw error;
    });
    await expect(devices.show('1.0.0')).rejects.toThrow(expected);
  });
});
