import { Deadline } from '../../../lambda/runtime/clock';
import { OutOfTime, Pace, Paces } from '../../../lambda/sweep/pace';
import { Rate } from '../../../lambda/sweep/rate';
import { VirtualClock } from '../../../testing/clock';
import { throttling } from '../../../testing/token-bucket';

const unavailable = () => Object.assign(new Error('busy'), { name: 'ServiceUnavailableException' });

/** A pace on a clock of its own, and calls that fail so many times first. */
function setUp({ requestsPerSecond = 10, milliseconds = Infinity, learned = undefined as number | undefined } = {}) {
  const clock = new VirtualClock(0);
  const deadline = new Deadline(clock, milliseconds);
  const pace = new Pace({ requestsPerSecond, clock, deadline, learned });
  const failing = (times: number, error: () => Error) => {
    const attempts: number[] = [];
    const call = async () => {
      attempts.push(clock.now());
      if (attempts.length <= times) throw error();
      return 'answer';
    };
    return { attempts, call };
  };
  return { clock, pace, failing };
}

test('makes a throttled call again until it is admitted, and counts each throttle', async () => {
  const { clock, pace, failing } = setUp();
  const { call, attempts } = failing(7, throttling);
  await expect(clock.run(pace.run(call))).resolves.toBe('answer');
  expect(attempts).toHaveLength(8);
  expect(pace.throttled).toBe(7);
});

test('makes a call again where the service is unwell, three times, ever later', async () => {
  const { clock, pace, failing } = setUp();
  const { call, attempts } = failing(3, unavailable);
  await expect(clock.run(pace.run(call))).resolves.toBe('answer');
  expect(attempts).toEqual([0, 200, 1000, 4200]);
  const hopeless = failing(Infinity, unavailable);
  await expect(clock.run(pace.run(hopeless.call))).rejects.toThrow('busy');
  expect(hopeless.attempts).toHaveLength(4);
});

describe('a denied call', () => {
  const denied = () => Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });

  test('is made again for half a minute: a new permission is not in force everywhere at once', async () => {
    const { clock, pace, failing } = setUp();
    const { call, attempts } = failing(3, denied);
    await expect(clock.run(pace.run(call))).resolves.toBe('answer');
    expect(attempts).toEqual([0, 1000, 3000, 7000]);
    const hopeless = setUp();
    const { call: other, attempts: others } = hopeless.failing(Infinity, denied);
    await expect(hopeless.clock.run(hopeless.pace.run(other))).rejects.toThrow('not authorized');
    expect(others).toEqual([0, 1000, 3000, 7000, 15_000, 23_000]);
  });

  test('delays the others only once where the permission is missing', async () => {
    const { clock, pace, failing } = setUp();
    const began = clock.now();
    await clock.run(Promise.allSettled(Array.from({ length: 20 }, () => pace.run(failing(Infinity, denied).call))));
    expect(clock.now() - began).toBeLessThan(31_000);
    await clock.run(clock.sleep(30_000));
    const { call, attempts } = failing(Infinity, denied);
    await expect(clock.run(pace.run(call))).rejects.toThrow('not authorized');
    expect(attempts).toHaveLength(1);
  });

  test('is not made again after the deadline', async () => {
    const { clock, pace, failing } = setUp({ milliseconds: 2_500 });
    const { call, attempts } = failing(Infinity, denied);
    await expect(clock.run(pace.run(call))).rejects.toThrow('not authorized');
    expect(attempts).toEqual([0, 1000]);
    const short = setUp({ milliseconds: 1000 });
    await expect(short.clock.run(short.pace.run(short.failing(1, denied).call))).rejects.toThrow('not authorized');
    expect(short.clock.now()).toBe(0);
  });
});

test.each(['LimitExceededException', 'ResourceNotFoundException', 'ConflictException'])(
  'hands %s to the caller at once',
  async name => {
    const { clock, pace, failing } = setUp();
    const { call, attempts } = failing(1, () => Object.assign(new Error('no'), { name }));
    await expect(clock.run(pace.run(call))).rejects.toThrow('no');
    expect(attempts).toHaveLength(1);
    expect(pace.throttled).toBe(0);
  },
);

test('starts no call whose turn comes after the deadline, and others neither', async () => {
  const { clock, pace } = setUp({ milliseconds: 1000 });
  let started = 0;
  const results = await clock.run(
    Promise.allSettled(Array.from({ length: 32 }, () => pace.run(async () => void started++))),
  );
  expect(started).toBe(10);
  expect(clock.now()).toBeLessThan(1000);
  const rejected = results.filter(result => result.status === 'rejected');
  expect(rejected).toHaveLength(22);
  for (const { reason } of rejected) expect(reason).toBeInstanceOf(OutOfTime);
});

test.each([150, 200])('does not wait for a second attempt beyond the deadline, after %d ms', async milliseconds => {
  const { clock, pace, failing } = setUp({ milliseconds });
  await expect(clock.run(pace.run(failing(1, unavailable).call))).rejects.toThrow(OutOfTime);
  expect(clock.now()).toBe(0);
});

test('sends nothing for a while after a throttle, so that the bucket refills a little', async () => {
  const { clock, pace, failing } = setUp();
  const { call, attempts } = failing(1, throttling);
  await clock.run(pace.run(call));
  expect(attempts).toEqual([0, 400]);
  expect(pace.learned).toBe(7.5);
});

test('grows with the calls that it has delayed, and with no others', async () => {
  const { clock, pace } = setUp({ requestsPerSecond: 100 });
  const calls = (count: number) =>
    clock.run(Promise.all(Array.from({ length: count }, () => pace.run(async () => {}))));
  await calls(1);
  expect(pace.perSecond).toBe(10);
  await calls(40);
  expect(pace.perSecond).toBe(20);
});

test('knows how long calls take, whether they succeed or not, most of the last ones', async () => {
  const { clock, pace } = setUp();
  await clock.run(clock.sleep(1_000));
  const failed = pace.run(async () => {
    await clock.sleep(100);
    throw Object.assign(new Error('no'), { name: 'ConflictException' });
  });
  await expect(clock.run(failed)).rejects.toThrow('no');
  expect(pace.underWay).toBeCloseTo(1);
  await clock.run(pace.run(() => clock.sleep(200)));
  expect(pace.underWay).toBeCloseTo(1.05);
});

test('a quota that has risen lets those of the others grow, once', async () => {
  const clock = new VirtualClock(0);
  const options = { requestsPerSecond: 1000, clock, deadline: new Deadline(clock, Infinity) };
  const paces = new Paces(options, { Read: 8, Remove: 8 });
  const calls = (operation: string, count: number, call = async () => {}) =>
    clock.run(Promise.all(Array.from({ length: count }, () => paces.of(operation).run(call))));
  await calls('Remove', 40);
  expect(paces.of('Remove').perSecond).toBeLessThanOrEqual(8);
  await calls('Read', 400);
  expect(paces.of('Read').perSecond).toBeGreaterThan(20);
  await calls('Remove', 20);
  expect(paces.of('Remove').perSecond).toBeGreaterThan(10);
  let isThrottled = true;
  await calls('Remove', 1, async () => {
    if (isThrottled) {
      isThrottled = false;
      throw throttling();
    }
  });
  await calls('Read', 20);
  await calls('Remove', 20);
  expect(paces.of('Remove').perSecond).toBeLessThanOrEqual(paces.of('Remove').learned!);
});

test('calls that come slowly do not teach it a low quota', async () => {
  const { clock, pace } = setUp({ requestsPerSecond: 100 });
  const slowly = async () => {
    for (let call = 0; call < 300; call++) {
      let throttled = call % 100 === 50;
      await pace.run(async () => {
        if (!throttled) return;
        throttled = false;
        throw throttling();
      });
      await clock.sleep(1000);
    }
  };
  await clock.run(slowly());
  expect(pace.throttled).toBe(3);
  expect(pace.learned).toBeGreaterThan(4);
});

test('calls that come slowly do not raise the rate: nothing shows that the quota has room', async () => {
  const { clock, pace } = setUp({ requestsPerSecond: 100 });
  const slowlyThenMany = async () => {
    for (let call = 0; call < 300; call++) {
      await pace.run(async () => {});
      await clock.sleep(1000);
    }
    const start = clock.now();
    await Promise.all(Array.from({ length: 30 }, () => pace.run(async () => {})));
    return clock.now() - start;
  };
  expect(await clock.run(slowlyThenMany())).toBeGreaterThan(1500);
});

test('what one slice learned of each operation, the next one starts from', async () => {
  const clock = new VirtualClock();
  const options = { requestsPerSecond: 100, clock, deadline: new Deadline(clock, Infinity) };
  const first = new Paces(options, { DeleteJob: 3 });
  let throttle = true;
  await clock.run(
    first.of('ListJobs').run(async () => {
      if (!throttle) return;
      throttle = false;
      throw throttling();
    }),
  );
  await clock.run(first.of('DescribeJob').run(async () => {}));
  expect(first.throttled).toBe(1);
  const learned = first.learned();
  expect(Object.keys(learned).sort()).toEqual(['DeleteJob', 'ListJobs']);
  expect(learned.DeleteJob).toBe(3);
  expect(new Paces(options, learned).of('ListJobs').learned).toBe(learned.ListJobs);
});

test('as many candidates are in flight as rates and latencies ask for, and no more than memory bears', async () => {
  const clock = new VirtualClock(0);
  const paces = new Paces({ requestsPerSecond: 1000, clock, deadline: new Deadline(clock, Infinity) }, { Delete: 200 });
  expect(paces.inFlight).toBe(32);
  await clock.run(paces.of('Delete').run(() => clock.sleep(1000)));
  expect(paces.inFlight).toBeGreaterThan(200);
  expect(paces.inFlight).toBeLessThan(640);
  const raised = new Paces(
    { requestsPerSecond: 1000, clock, deadline: new Deadline(clock, Infinity) },
    { Delete: 900 },
  );
  await clock.run(raised.of('Delete').run(() => clock.sleep(1000)));
  expect(raised.inFlight).toBe(640);
});

test.each([
  [1e-9, 0.1],
  [1e9, 10],
])(
  'what was learned, perhaps by hand, is no reason for a pace that never ends, or beyond the bound: %d',
  (learned, pace) => {
    expect(new Rate(10, 0, learned).perSecond).toBe(pace);
  },
);

describe('what a service refuses', () => {
  const setUp = (troubles = {}) => {
    const clock = new VirtualClock(0);
    const paces = new Paces({ requestsPerSecond: 10, clock, deadline: new Deadline(clock, 60_000) }, {}, troubles);
    const fail = (operation: string, name: string) =>
      clock.run(
        paces.of(operation).run(async () => {
          throw Object.assign(new Error('no'), { name, $metadata: {} });
        }),
      );
    return { clock, paces, fail };
  };

  test('is known by operation until the operation succeeds, in the next slice as well', async () => {
    const { paces, fail } = setUp();
    await expect(fail('Read', 'ThrottlingException')).rejects.toThrow();
    await expect(fail('Remove', 'AccessDeniedException')).rejects.toThrow();
    expect(paces.met()).toEqual({
      Read: 'Read: ThrottlingException: no',
      Remove: 'Remove: AccessDeniedException: no',
    });
    const next = setUp(paces.met());
    await next.clock.run(next.paces.of('Read').run(async () => 'answer'));
    expect(next.paces.met()).toEqual({ Remove: 'Remove: AccessDeniedException: no' });
  });

  test('is nothing where it refuses the call as such', async () => {
    const { paces, fail } = setUp();
    await expect(fail('Remove', 'ConflictException')).rejects.toThrow('no');
    expect(paces.met()).toEqual({});
  });
});
