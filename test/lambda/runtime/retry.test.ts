import { Deadline } from '../../../lambda/runtime/clock';
import {
  type ListPage,
  allPages,
  paged,
  pollUntilFound,
  pollUntilGone,
  retryAccessDenied,
  retryConflict,
  retryPassing,
  retryReading,
  unless,
} from '../../../lambda/runtime/retry';
import { AnswerUrl } from '../../../testing/answer-url';
import { FakeClock } from '../../../testing/clock';
import { THING, deleteOf, deliver, toyHandler, updateOf } from '../../../testing/deliver';

const denied = (name = 'AccessDeniedException') => Object.assign(new Error('not authorized'), { name });

/** Fails as often as told, then succeeds. */
function flapping(failures: number, error: Error = denied()) {
  return jest.fn(async () => {
    if (failures-- > 0) throw error;
    return 'done';
  });
}

function surroundings(clock: FakeClock, remaining = 600_000) {
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn(), count: jest.fn() };
  return { clock, deadline: new Deadline(clock, clock.now() + remaining), log };
}

test.each(['AccessDeniedException', 'AccessDenied', 'UnauthorizedException', 'ForbiddenException'])(
  '%s is tried again until a new permission is known',
  async name => {
    const action = flapping(3, denied(name));
    expect(await retryAccessDenied(surroundings(new FakeClock()), action)).toBe('done');
    expect(action).toHaveBeenCalledTimes(4);
  },
);

test('a permission that is missing for good fails with what the service said, after half a minute', async () => {
  const clock = new FakeClock();
  const began = clock.now();
  await expect(retryAccessDenied(surroundings(clock), flapping(100))).rejects.toThrow('not authorized');
  expect(clock.now() - began).toBeGreaterThan(20_000);
  expect(clock.now() - began).toBeLessThanOrEqual(30_000);
});

test('a permission is waited for in growing steps, up to the last moment of half a minute', async () => {
  const clock = new FakeClock();
  await expect(retryAccessDenied(surroundings(clock), flapping(100))).rejects.toThrow('not authorized');
  expect(clock.sleeps).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
  const slow = flapping(1);
  const late = () => {
    if (slow.mock.calls.length === 0) clock.advance(29_000);
    return slow();
  };
  expect(await retryAccessDenied(surroundings(clock), late)).toBe('done');
});

test('a step that ends with the deadline is not begun', async () => {
  const clock = new FakeClock();
  await expect(retryAccessDenied(surroundings(clock, 1_000), flapping(1))).rejects.toThrow('not authorized');
  const random = jest.spyOn(Math, 'random').mockReturnValue(1);
  try {
    const call = flapping(1, denied('ThrottlingException'));
    await expect(retryPassing(surroundings(clock, 4_000), call)).rejects.toThrow('throttled the call 1 times');
  } finally {
    random.mockRestore();
  }
  expect(clock.sleeps).toEqual([]);
});

test('a write that meets another one is tried again, one that ends otherwise is not', async () => {
  const conflict = flapping(2, denied('ConflictException'));
  expect(await retryConflict(surroundings(new FakeClock()), 'ConflictException', conflict)).toBe('done');
  const other = flapping(1, denied('ValidationException'));
  await expect(retryConflict(surroundings(new FakeClock()), 'ConflictException', other)).rejects.toThrow();
});

test('a question to CloudFormation is asked again if it is denied, and if it is throttled', async () => {
  const question = jest.fn(async () => 'done');
  question.mockRejectedValueOnce(denied()).mockRejectedValueOnce(denied('Throttling'));
  expect(await retryReading(surroundings(new FakeClock()), question)).toBe('done');
});

test('an internal error is borne five times, each time after a look at what was true before', async () => {
  const unwell = denied('ServiceUnavailable');
  const again = jest.fn(async () => {});
  expect(await retryPassing(surroundings(new FakeClock()), flapping(5, unwell), again)).toBe('done');
  expect(again.mock.calls).toEqual(Array(5).fill([unwell]));
  const call = flapping(6, unwell);
  await expect(retryPassing(surroundings(new FakeClock()), call)).rejects.toBe(unwell);
  expect(call).toHaveBeenCalledTimes(6);
});

test('what is refused is not asked twice', async () => {
  const call = flapping(1, denied('ValidationException'));
  await expect(retryPassing(surroundings(new FakeClock()), call)).rejects.toThrow('not authorized');
  expect(call).toHaveBeenCalledTimes(1);
});

describe('a result is waited for', () => {
  const after = (misses: number) => async () => (misses-- > 0 ? undefined : 'found');

  test('in growing steps', async () => {
    const clock = new FakeClock();
    expect(await pollUntilFound(after(7), surroundings(clock), 'not found')).toBe('found');
    expect(clock.sleeps).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  test('until the deadline, and no step that ends with it is begun', async () => {
    const clock = new FakeClock();
    await expect(pollUntilFound(after(7), surroundings(clock, 600), 'not found')).rejects.toThrow(/^not found$/);
    expect(clock.sleeps).toEqual([200]);
  });

  test('or for its absence', async () => {
    const clock = new FakeClock();
    const there = ['a', 'a'];
    await pollUntilGone(async () => there.pop(), surroundings(clock), 'still there');
    expect(clock.sleeps).toEqual([200, 400]);
    await expect(pollUntilGone(async () => 'a', surroundings(clock), 'still there')).rejects.toThrow('still there');
  });
});

test('one error stands for no result, and no other one does', async () => {
  expect(await unless('ResourceNotFound', Promise.resolve(1))).toBe(1);
  expect(await unless('ResourceNotFound', Promise.reject(denied('ResourceNotFound')))).toBeUndefined();
  await expect(unless('ResourceNotFound', Promise.reject(denied()))).rejects.toThrow('not authorized');
  const lookalike = { name: 'ResourceNotFound' };
  await expect(unless('ResourceNotFound', Promise.reject(lookalike as Error))).rejects.toBe(lookalike);
});

test('a list is read page by page, on demand, and an empty page does not end it', async () => {
  const pages: Record<string, ListPage<number>> = {
    first: { items: [1, 2], nextToken: 'second' },
    second: { items: undefined, nextToken: 'third' },
    third: { items: [3], nextToken: undefined },
  };
  const page = jest.fn(async (token = 'first') => pages[token]);
  expect(await allPages(page)).toEqual([1, 2, 3]);
  expect(page.mock.calls).toEqual([[undefined], ['second'], ['third']]);
  page.mockClear();
  for await (const item of paged(page)) if (item === 1) break;
  expect(page).toHaveBeenCalledTimes(1);
});

test('any other error is not tried again', async () => {
  const action = flapping(1, denied('ConflictException'));
  await expect(retryAccessDenied(surroundings(new FakeClock()), action)).rejects.toThrow('not authorized');
  expect(action).toHaveBeenCalledTimes(1);
});

test('the deadline ends it', async () => {
  const clock = new FakeClock();
  const began = clock.now();
  await expect(retryAccessDenied(surroundings(clock, 5_000), flapping(100))).rejects.toThrow('not authorized');
  expect(clock.now() - began).toBeLessThan(5_000);
});

test('what is throttled to the end says so, once', async () => {
  const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  const inner = () => retryPassing(surroundings(new FakeClock(), 60_000), flapping(1000, throttled));
  const outer = retryPassing(surroundings(new FakeClock(), 60_000), inner);
  await expect(outer).rejects.toThrow(
    /^Rate exceeded; the service throttled the call \d+ times, until the time for this event was over: try again$/,
  );
});

test.each([
  ['ThrottlingException', [4_000, 4_000, 4_000, 4_000]],
  ['ServiceUnavailableException', [1_000, 2_000, 4_000, 8_000]],
])('what ends with %s is tried again within a time that is drawn', async (name, longest) => {
  const clock = new FakeClock();
  const random = jest.spyOn(Math, 'random').mockReturnValue(1);
  try {
    const failing = flapping(longest.length, Object.assign(new Error('not now'), { name }));
    expect(await retryPassing(surroundings(clock), failing)).toBe('done');
  } finally {
    random.mockRestore();
  }
  expect(clock.sleeps).toEqual(longest);
});

describe('the provider', () => {
  let cloudFormation: AnswerUrl;
  beforeAll(async () => {
    cloudFormation = await AnswerUrl.listen();
  });
  afterAll(() => cloudFormation.close());

  test.each([
    ['create', {}],
    ['update', updateOf('thing/a')],
    ['delete', deleteOf('thing/a')],
  ] as const)('repeats a %s that is denied at first', async (call, event) => {
    let failures = 2;
    const handler = toyHandler();
    const original = handler[call].bind(handler) as (...args: unknown[]) => Promise<never>;
    const handlers = {
      [THING]: {
        ...handler,
        [call]: async (...args: unknown[]) => {
          if (failures-- > 0) throw denied();
          return original(...args);
        },
      },
    };
    const { answers } = await deliver(cloudFormation, { event, handlers });
    expect(answers).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'thing/a' })]);
    expect(handler.calls).toEqual([call]);
  });
});
