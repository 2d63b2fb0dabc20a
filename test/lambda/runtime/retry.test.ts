import { Deadline } from '../../../lambda/runtime/clock';
import { retryAccessDenied, retryPassing } from '../../../lambda/runtime/retry';
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
