import { LEAST_IN_FLIGHT, OutOfTime } from '../../../lambda/sweep/pace';
import { type Walk, walk } from '../../../lambda/sweep/walk';
import { VirtualClock } from '../../../testing/clock';

/** A listing of numbers in pages of ten, and a log of what the walk does. */
function setUp({ pages = 3, listing = 50, work = 100, inFlightAtMost = 32 } = {}) {
  const clock = new VirtualClock(0);
  const closed: number[] = [];
  const worked: number[] = [];
  let most = 0;
  let inFlight = 0;
  const steps: Walk<number, number> = {
    list: async token => {
      await clock.sleep(listing);
      const page = Number(token ?? 0);
      return {
        candidates: Array.from({ length: 10 }, (_, index) => page * 10 + index),
        nextToken: page + 1 < pages ? String(page + 1) : undefined,
      };
    },
    open: candidates => ({ work: candidates, state: candidates[0] }),
    each: async candidate => {
      most = Math.max(most, ++inFlight);
      await clock.sleep(work);
      inFlight--;
      worked.push(candidate);
    },
    close: state => void closed.push(state),
    inFlight: () => inFlightAtMost,
  };
  return { clock, steps, closed, worked, most: () => most, inFlight: () => inFlight };
}

test('works on everything and closes the pages in order', async () => {
  const { clock, steps, closed, worked } = setUp();
  await expect(clock.run(walk(undefined, steps))).resolves.toEqual({ finished: true });
  expect(worked).toHaveLength(30);
  expect(closed).toEqual([0, 10, 20]);
});

test('has a bounded number of candidates in flight', async () => {
  const { clock, steps, most } = setUp({ pages: 20, listing: 0 });
  await clock.run(walk(undefined, steps));
  expect(most()).toBe(32);
});

test('reads the next page while it works on one', async () => {
  const { clock, steps } = setUp({ pages: 10, listing: 100, work: 320 });
  await clock.run(walk(undefined, steps));
  // ten listings of 100 ms one after the other, and the last page's work.
  expect(clock.now()).toBeLessThanOrEqual(10 * 100 + 320 + 100);
});

test('ends before the first unfinished page when time is up, with the state that it had', async () => {
  const { clock, steps, closed, worked, inFlight } = setUp();
  const each = steps.each;
  const end = await clock.run(
    walk(undefined, {
      ...steps,
      each: async (candidate, state) => {
        if (candidate === 14) throw new OutOfTime();
        await each(candidate, state);
      },
    }),
  );
  expect(end).toEqual({ finished: false, pageToken: '1', state: 10 });
  expect(closed).toEqual([0]);
  expect(inFlight()).toBe(0);
  expect(worked).not.toContain(14);
});

test('ends before the page that could not be listed in time', async () => {
  const { clock, steps } = setUp();
  const list = steps.list;
  const end = await clock.run(
    walk('1', {
      ...steps,
      list: async token => {
        if (token === '2') throw new OutOfTime();
        return list(token);
      },
    }),
  );
  expect(end).toEqual({ finished: false, pageToken: '2', state: undefined });
});

test('an error ends it after everything in flight has ended', async () => {
  const { clock, steps, inFlight } = setUp();
  const each = steps.each;
  const failing = walk(undefined, {
    ...steps,
    each: async (candidate, state) => {
      if (candidate === 4) throw new Error('broken');
      await each(candidate, state);
    },
  });
  await expect(clock.run(failing)).rejects.toThrow('broken');
  expect(inFlight()).toBe(0);
});

test('an error of the listing ends it, too', async () => {
  const { clock, steps, closed, inFlight } = setUp();
  const { list } = steps;
  const failing = walk(undefined, {
    ...steps,
    list: async token => {
      if (token === '1') throw new Error('no listing');
      return list(token);
    },
  });
  await expect(clock.run(failing)).rejects.toThrow('no listing');
  expect([closed, inFlight()]).toEqual([[0], 0]);
});

test('begins and lists nothing more after an error', async () => {
  const { clock, steps } = setUp({ pages: 20, inFlightAtMost: 32, work: 300 });
  const { list, each } = steps;
  const listed: number[] = [];
  const begun: number[] = [];
  const failing = walk(undefined, {
    ...steps,
    list: async token => {
      listed.push(clock.now());
      return list(token);
    },
    each: async (candidate, state) => {
      begun.push(clock.now());
      await each(candidate, state);
      if (candidate === 4) throw new Error('broken');
    },
  });
  await expect(clock.run(failing)).rejects.toThrow('broken');
  await clock.run(clock.sleep(10_000));
  const broken = 50 + 300;
  expect(begun.filter(at => at > broken)).toEqual([]);
  expect(listed.filter(at => at > broken)).toEqual([]);
});

test('an empty listing is finished at once', async () => {
  const { clock, steps, closed } = setUp();
  const end = walk(undefined, { ...steps, list: async () => ({ candidates: [] }) });
  await expect(clock.run(end)).resolves.toEqual({ finished: true });
  expect(closed).toHaveLength(1);
});

test('has as many candidates in flight as it is told, and reads further ahead for them', async () => {
  const { clock, steps, most } = setUp({ pages: 50, listing: 100, work: 1000, inFlightAtMost: 100 });
  await clock.run(walk(undefined, steps));
  expect(most()).toBe(100);
  // fifty listings of 100 ms one after the other, and the last page's work: the listing alone bounds it.
  expect(clock.now()).toBeLessThanOrEqual(50 * 100 + 1000 + 100);
});

test('reads as far ahead as it has use for, and no further', async () => {
  const { clock, steps } = setUp({ pages: 50, listing: 10, work: 1000, inFlightAtMost: 52 });
  let listed = 0;
  let worked = 0;
  let mostAhead = 0;
  const { list, each } = steps;
  const end = walk(undefined, {
    ...steps,
    list: async token => {
      const page = await list(token);
      listed += page.candidates.length;
      mostAhead = Math.max(mostAhead, listed - worked);
      return page;
    },
    each: async (candidate, state) => {
      await each(candidate, state);
      worked++;
    },
  });
  await clock.run(end);
  // in flight, the rest of the page that is opened, those that wait, and the page that is read.
  expect(mostAhead).toBeLessThanOrEqual(52 + 10 + (52 - LEAST_IN_FLIGHT + 10) + 10);
  expect(mostAhead).toBeGreaterThanOrEqual(52 + (52 - LEAST_IN_FLIGHT));
});
