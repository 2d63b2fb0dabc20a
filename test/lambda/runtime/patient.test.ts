import { Deadline } from '../../../lambda/runtime/clock';
import { isRead, patient } from '../../../lambda/runtime/patient';
import { SteppingClock } from '../../../testing/clock';

class Stalled extends Error {
  override readonly name = 'TimeoutError';
}

/** A client whose first call fails after a while; and after how long the second one has returned. */
async function returnedAt(
  operation: string,
  { failsAfter, time = 170_000 }: { failsAfter: number; time?: number },
): Promise<number> {
  const clock = new SteppingClock(START);
  let calls = 0;
  const client = {
    send: async (_command: object) => {
      if (++calls > 1) return;
      clock.advance(failsAfter);
      throw new Stalled('no answer in time');
    },
  };
  const scope = { clock, deadline: new Deadline(clock, START + time), log: LOG };
  await patient(client, scope, { beforeRepeating: async () => {} }).send({ schema: [9, 'aws', operation] });
  expect(calls).toBe(2);
  expect(clock.sleeps.every(sleep => sleep > 0)).toBe(true);
  return clock.now() - START;
}

const START = Date.UTC(2026, 0, 1);

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

test.each([
  ['less than the time of an answer', 19_999, 20_499],
  ['the time of an answer', 20_000, 25_000],
])('a write that has waited %s', async (_, failsAfter, at) => {
  expect(await returnedAt('TagResource', { failsAfter })).toBe(at);
});

test('a write that had no answer in time leaves half of the time for the rest of the event', async () => {
  expect(await returnedAt('TagResource', { failsAfter: 20_000, time: 22_500 })).toBe(21_500);
});

test.each([
  ['GetPackage', true],
  ['ListJobs', true],
  ['DescribeJob', true],
  ['QuerySchemaVersionMetadata', true],
  ['CheckSchemaVersionValidity', true],
  ['DeletePackage', false],
  ['AssociateSbomForGetting', false],
])('%s changes nothing: %s', (operation, reads) => {
  expect(isRead(operation)).toBe(reads);
});

test('before each attempt and before each repetition, the state is checked', async () => {
  const clock = new SteppingClock(0);
  const asked: string[] = [];
  const failures = [new Stalled('first'), new Stalled('second')];
  const send = async () => {
    asked.push('sent');
    const failure = failures.shift();
    if (failure) throw failure;
    return 'answer';
  };
  const checks = {
    beforeSending: async (operation: string) => void asked.push(`before ${operation}`),
    beforeRepeating: async (operation: string, error: unknown) =>
      void asked.push(`again ${operation}: ${(error as Error).message}`),
  };
  const scope = { clock, deadline: new Deadline(clock, 170_000), log: LOG };
  const command = { schema: [9, 'aws', 'TagResource'] };
  expect(await patient({ send } as { send(command: object): Promise<unknown> }, scope, checks).send(command)).toBe(
    'answer',
  );
  expect(asked).toEqual([
    ...['before TagResource', 'sent', 'again TagResource: first'],
    ...['before TagResource', 'sent', 'again TagResource: second'],
    ...['before TagResource', 'sent'],
  ]);
});
