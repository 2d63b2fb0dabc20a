import { Judge } from '../../../lambda/sweep/judge';
import { OutOfTime } from '../../../lambda/sweep/pace';
import { Plan } from '../../../lambda/sweep/plan';
import { type Candidate, SweepRefused, type SweepSource } from '../../../lambda/sweep/source';

const NEW: Candidate = { name: '2.0.0', createdAt: 2 };
const OLD: Candidate = { name: '1.0.0', createdAt: 1 };

/** A judge over two candidates of which the latest is kept. */
function setUp(protection: (candidate: Candidate) => string | undefined = () => undefined, more: object = {}) {
  const unreadable: string[] = [];
  const asked: string[] = [];
  const source = {
    protection: async (candidate: Candidate) => {
      asked.push(candidate.name);
      return protection(candidate);
    },
    ...more,
  } as unknown as SweepSource<Candidate>;
  const plan = new Plan({ name: 'Keep', rules: { keepLatest: 1 }, requestsPerSecond: 1 }, 10);
  const records = { unreadable: (name: string) => void unreadable.push(name) };
  const judge = new Judge(plan, source, records as never);
  const decide = async (candidate: Candidate, beforeAsking?: () => void) =>
    judge.judge(candidate, await plan.rank([NEW, OLD]), beforeAsking);
  return { judge, decide, asked, unreadable };
}
const fails = (error: Error) => () => {
  throw error;
};

test('only what the rules would remove is asked about, after a notice', async () => {
  const { decide, asked } = setUp();
  const notice = jest.fn();
  expect(await decide(NEW, notice)).toMatchObject({ action: 'keep' });
  expect(asked).toEqual([]);
  expect(notice).not.toHaveBeenCalled();
  expect(await decide(OLD, notice)).toEqual({ action: 'remove', reason: 'BEYOND_LATEST' });
  expect(asked).toEqual(['1.0.0']);
  expect(notice).toHaveBeenCalledTimes(1);
});

test('what the source has decided is not asked about', async () => {
  const { decide, asked } = setUp(() => 'OWNED');
  expect(await decide({ ...NEW, decided: 'SELECTED' })).toEqual({ action: 'remove', reason: 'SELECTED' });
  expect(asked).toEqual([]);
});

test('siblings are only listed for what the listing would remove, and their latest stays', async () => {
  const siblings = jest.fn(async function* (candidate: Candidate) {
    yield candidate;
  });
  const { decide } = setUp(undefined, { siblings });
  expect(await decide(NEW)).toMatchObject({ action: 'keep' });
  expect(siblings).not.toHaveBeenCalled();
  expect(await decide(OLD)).toMatchObject({ action: 'keep' });
  expect(siblings).toHaveBeenCalledTimes(1);
});

describe('a protection', () => {
  test('keeps, and ends a removal whose turn has come', async () => {
    const { decide, judge } = setUp(() => 'OWNED');
    expect(await decide(OLD)).toEqual({ action: 'keep', reason: 'OWNED' });
    await expect(judge.guard(OLD)()).rejects.toThrow('kept: OWNED');
    await setUp().judge.guard(OLD)();
  });

  test('that cannot be read keeps, and is recorded', async () => {
    const { decide, unreadable } = setUp(fails(new Error('denied')));
    expect(await decide(OLD)).toEqual({ action: 'keep', reason: 'PROTECTION_UNREADABLE' });
    expect(unreadable).toEqual(['1.0.0']);
  });

  test.each([new OutOfTime(), new SweepRefused('too many')])(
    'that ends the slice or the sweep is none: %p',
    async error => {
      const { decide, unreadable } = setUp(fails(error));
      await expect(decide(OLD)).rejects.toBe(error);
      expect(unreadable).toEqual([]);
    },
  );
});
