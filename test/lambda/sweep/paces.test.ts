import { Deadline } from '../../../lambda/runtime/clock';
import { Paces } from '../../../lambda/sweep/pace';
import { VirtualClock } from '../../../testing/clock';
import { TokenBucketService, random } from '../../../testing/token-bucket';

const TEN = { perSecond: 10, burst: 10 };
const HUNDRED = { perSecond: 100, burst: 100 };

/** Candidates that are read and then removed, behind quotas of 10 a second that become others after some seconds. */
async function readAndRemove(candidates: number, raise: { afterSeconds: number; operations: readonly string[] }) {
  const clock = new VirtualClock(0);
  const next = random(candidates);
  const paces = new Paces({ requestsPerSecond: 1000, clock, deadline: new Deadline(clock, Infinity) });
  const service = () => new TokenBucketService(clock, TEN, () => 20 + next() * 280);
  const services = new Map(['Read', 'Remove'].map(operation => [operation, service()]));
  const removedAt: number[] = [];
  const call = (operation: string) =>
    paces.of(operation).run(async sending => {
      sending();
      await services.get(operation)?.request();
    });
  const worker = async () => {
    while (candidates-- > 0) {
      await call('Read');
      await call('Remove');
      removedAt.push(clock.now() / 1000);
    }
  };
  void clock.sleep(raise.afterSeconds * 1000).then(() => {
    for (const operation of raise.operations) services.get(operation)?.change(HUNDRED);
  });
  await clock.run(Promise.all(Array.from({ length: 100 }, worker)));
  return { removedAt, throttled: paces.throttled };
}

test.each([60, 70, 80, 90])(
  'quotas of two operations in a row that are both raised tenfold after %d s are found within half a minute',
  async afterSeconds => {
    const { removedAt } = await readAndRemove(5000, { afterSeconds, operations: ['Read', 'Remove'] });
    const within = removedAt.filter(at => at >= afterSeconds + 30 && at < afterSeconds + 40);
    expect(within.length).toBeGreaterThan(10 * 100 * 0.93);
  },
);

test('an operation whose quota is not raised with the others is hardly throttled for it', async () => {
  const { removedAt, throttled } = await readAndRemove(2000, { afterSeconds: 60, operations: ['Read'] });
  expect(removedAt.at(-1)).toBeLessThan(200 * 1.05);
  expect(throttled).toBeLessThanOrEqual(40);
});
