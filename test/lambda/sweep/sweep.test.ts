import { SweepRefused } from '../../../lambda/sweep/source';
import { VirtualClock } from '../../../testing/clock';
import { ToyService, candidates } from '../../../testing/sweep/listing';
import { config, newest, sweepAll } from './whole-sweep';

describe('a sweep', () => {
  test('removes what the rules remove and counts the rest by reason', async () => {
    const all = candidates(20, index => ({ protectedBy: index % 5 === 0 ? 'OWNED' : undefined }));
    const service = new ToyService(all);
    const { outcome, records } = await sweepAll(service, config({ keepLatest: 3 }));
    expect(service.names()).toEqual(newest(all, 3));
    expect(outcome).toEqual({
      status: 'SUCCEEDED',
      counts: expect.objectContaining({ removed: 13, kept: 7, keptBy: { OWNED: 4, AMONG_LATEST: 3 }, failed: 0 }),
    });
    expect(records.metrics).toEqual({ Removed: 13, Kept: 7, Failed: 0, Throttled: 0, Refused: 0 });
  });

  test('names what it keeps once, however often a pass is repeated', async () => {
    const service = new ToyService(candidates(4));
    const { records } = await sweepAll(service, config({ keepLatest: 1 }));
    expect(records.lines.filter(line => line.startsWith('kept'))).toEqual(['kept item-0003 AMONG_LATEST']);
  });

  test('reads the listing once before it removes where keepLatest asks for it', async () => {
    const service = new ToyService(candidates(4));
    service.pageSize = 10;
    await sweepAll(service, config({ keepLatest: 4 }));
    expect(service.calls).toEqual(['List ', 'List ']);
  });

  test('reads it only to remove where no rule asks for more', async () => {
    const service = new ToyService(candidates(2));
    service.pageSize = 10;
    await sweepAll(service, config({ minAgeSeconds: 10 ** 10 }));
    expect(service.calls).toEqual(['List ']);
  });

  test('asks for protections only of what the rules would remove', async () => {
    const service = new ToyService(candidates(5));
    await sweepAll(service, config({ keepLatest: 4 }));
    expect(service.calls.filter(call => call.startsWith('Protection'))).toEqual(['Protection item-0000']);
  });

  test('keeps what it cannot read the protection of', async () => {
    const service = new ToyService(candidates(3));
    service.before = (operation, name) => {
      if (operation === 'Protection' && name === 'item-0001') throw new Error('denied');
    };
    const { outcome, records } = await sweepAll(service, config({}));
    expect(service.names()).toEqual(['item-0001']);
    expect(outcome.status).toBe('SUCCEEDED');
    expect(outcome.counts.keptBy).toEqual({ PROTECTION_UNREADABLE: 1 });
    expect(records.lines).toContain('unreadable item-0001');
  });

  test('goes on after a failed removal, and ends as failed', async () => {
    const service = new ToyService(candidates(7));
    service.before = (operation, name) => {
      if (operation === 'Remove' && name === 'item-0002') throw new Error('in use');
    };
    const { outcome, records } = await sweepAll(service, config({}));
    expect(service.names()).toEqual(['item-0002']);
    expect(outcome).toMatchObject({ status: 'FAILED', counts: { removed: 6, failed: 1 } });
    expect(outcome.counts.firstFailure).toBe('item-0002: Remove: in use');
    expect(records.lines).toContain('failed item-0002 in use');
    expect(records.metrics).toMatchObject({ Removed: 6, Failed: 1 });
  });

  test('a removal that works at the second try is no failure in the end', async () => {
    const service = new ToyService(candidates(2));
    let failed = false;
    service.before = (operation, name) => {
      if (operation !== 'Remove' || name !== 'item-0000' || failed) return;
      failed = true;
      throw new Error('in use');
    };
    const { outcome } = await sweepAll(service, config({}));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 2, failed: 0 } });
  });

  test('counts what was gone already and what turned out to stay', async () => {
    const service = new ToyService(candidates(2));
    const { outcome } = await sweepAll(service, config({}), {
      change: source => ({
        ...source,
        removal: { each: async ({ name }) => (name === 'item-0000' ? 'gone' : { kept: 'MOVED_ON' }) },
      }),
    });
    expect(outcome.counts).toMatchObject({ removed: 0, gone: 1, kept: 1, keptBy: { MOVED_ON: 1 } });
  });

  test('works on many candidates at a time, so that latency does not hold it up', async () => {
    const service = new ToyService(candidates(1000));
    service.pageSize = 100;
    service.latency = 300;
    const clock = new VirtualClock(0);
    await sweepAll(service, config({}, { requestsPerSecond: 10 }), {
      clock,
      change: source => ({ ...source, protection: async () => undefined }),
    });
    // the service's slice paces at 100 a second and starts at 10.
    expect(clock.now()).toBeLessThan(20_000);
  });
});

describe('maxRemovals', () => {
  test('refuses before the first removal and says by how much', async () => {
    const service = new ToyService(candidates(10));
    const { outcome, records } = await sweepAll(service, config({ keepLatest: 2, maxRemovals: 5 }));
    expect(service.removed).toEqual([]);
    expect(outcome).toMatchObject({ status: 'REFUSED', counts: { planned: 8, removed: 0 } });
    expect(outcome.message).toContain('the plan removes 8, which is 3 more than maxRemovals allows (5)');
    expect(records.metrics).toMatchObject({ Refused: 1, Removed: 0 });
    expect(records.lines.slice(-2)).toEqual([`refused ${outcome.message}`, 'ended REFUSED']);
  });

  test.each([8, 9])('of %d lets a plan of 8 pass', async maxRemovals => {
    const service = new ToyService(candidates(10));
    const { outcome } = await sweepAll(service, config({ keepLatest: 2, maxRemovals }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { planned: 8, removed: 8 } });
  });

  test('does not count what is protected', async () => {
    const service = new ToyService(candidates(10, index => ({ protectedBy: index < 5 ? 'OWNED' : undefined })));
    const { outcome } = await sweepAll(service, config({ maxRemovals: 5 }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { planned: 5, removed: 5 } });
  });

  test('holds for what appears after the plan was made', async () => {
    const service = new ToyService(candidates(4));
    service.before = operation => {
      if (operation === 'Remove' && service.candidates.length < 10) {
        service.candidates = [...service.candidates, ...candidates(20).slice(10)];
      }
    };
    const { outcome } = await sweepAll(service, config({ maxRemovals: 4 }));
    expect(service.removed).toHaveLength(4);
    expect(outcome.counts.keptBy).toHaveProperty('MAX_REMOVALS');
  });
});

describe('a dry run', () => {
  test('records what it would remove, and removes nothing', async () => {
    const service = new ToyService(candidates(4));
    const { outcome, records } = await sweepAll(service, config({ keepLatest: 2, dryRun: true }));
    expect(service.removed).toEqual([]);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 0, wouldRemove: 2, kept: 2 } });
    expect(records.lines).toContain('would remove item-0001 BEYOND_LATEST');
  });

  test('says nothing of the kind where maxRemovals is just enough', async () => {
    const { outcome } = await sweepAll(new ToyService(candidates(4)), config({ maxRemovals: 4, dryRun: true }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', counts: { planned: 4, wouldRemove: 4 } });
  });

  test('says that the sweep would be refused, after the records', async () => {
    const { outcome, records } = await sweepAll(
      new ToyService(candidates(4)),
      config({ maxRemovals: 2, dryRun: true }),
    );
    expect(outcome).toMatchObject({ status: 'REFUSED', counts: { planned: 4, wouldRemove: 4 } });
    expect(records.lines.filter(line => line.startsWith('would remove'))).toHaveLength(4);
  });
});

test('a source that refuses ends the sweep with its message, and counts what was done', async () => {
  const service = new ToyService(candidates(9));
  let asked = 0;
  const { outcome } = await sweepAll(service, config({}), {
    change: source => ({
      ...source,
      protection: async candidate => {
        if (asked++ === 6) throw new SweepRefused('named shadows are not indexed');
        return source.protection(candidate);
      },
    }),
  });
  expect(outcome).toMatchObject({ status: 'REFUSED', message: 'named shadows are not indexed' });
  expect(outcome.counts.removed).toBe(service.removed.length);
  expect(service.removed.length).toBeLessThan(9);
});

test('candidates with siblings are ranked among them', async () => {
  const groups = candidates(12, index => ({ status: `group-${index % 3}` }));
  const service = new ToyService(groups);
  const { outcome } = await sweepAll(service, config({ keepLatest: 2 }), {
    change: source => ({
      ...source,
      siblings: async function* ({ status }) {
        yield* service.candidates.filter(candidate => candidate.status === status);
      },
    }),
  });
  expect(service.names()).toEqual(groups.slice(6).map(({ name }) => name));
  expect(outcome.counts).toMatchObject({ removed: 6, kept: 6 });
});
