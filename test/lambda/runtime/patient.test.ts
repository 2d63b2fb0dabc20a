import { Deadline } from '../../../lambda/runtime/clock';
import { patient } from '../../../lambda/runtime/patient';
import { SteppingClock } from '../../../testing/clock';

class Stalled extends Error {
  override readonly name = 'TimeoutError';
}

/** A client whose first call fails after a while; and the time at which the second one has returned. */
async function returnedAt(operation: string, { failsAfter }: { failsAfter: number }): Promise<number> {
  const clock = new SteppingClock(0);
  let calls = 0;
  const client = {
    send: async (_command: object) => {
      if (++calls > 1) return;
      clock.advance(failsAfter);
      throw new Stalled('no answer in time');
    },
  };
  const scope = { clock, deadline: new Deadline(clock, 170_000), log: LOG };
  await patient(client, scope, { beforeRepeating: async () => {} }).send({ schema: [9, 'aws', operation] });
  expect(calls).toBe(2);
  return clock.now();
}

const LOG = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => jest.restoreAllMocks());

test('a write that had no answer in time returns when its first attempt has had its effect', async () => {
  expect(await returnedAt('TagResource', { failsAfter: 20_000 })).toBe(25_000);
});

test.each([
  ['a read', 'GetPackageVersion', 20_000],
  ['a write whose connection was cut', 'TagResource', 30],
])('%s returns at once when it is repeated', async (_, operation, failsAfter) => {
  expect(await returnedAt(operation, { failsAfter })).toBe(failsAfter + 500);
});
