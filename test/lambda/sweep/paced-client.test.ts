import { DeleteJobCommand, DescribeJobCommand, IoTClient } from '@aws-sdk/client-iot';
import { Deadline } from '../../../lambda/runtime/clock';
import { Paces, explainedBy, guarded, inPace, pacedBy } from '../../../lambda/sweep/pace';
import { VirtualClock } from '../../../testing/clock';

/** A client whose service answers with these statuses, the last one from then on. A call takes 50 ms. */
function setUp(statuses: readonly number[] = [200], milliseconds = 60_000) {
  const clock = new VirtualClock(0);
  const sentAt: number[] = [];
  const handle = async () => {
    const statusCode = statuses[Math.min(sentAt.length, statuses.length - 1)];
    sentAt.push(clock.now());
    await clock.sleep(50);
    const headers = statusCode === 429 ? { 'x-amzn-errortype': 'ThrottlingException' } : {};
    return { response: { statusCode, headers, body: Buffer.from('{}') } };
  };
  const client = new IoTClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    maxAttempts: 1,
    requestHandler: { handle } as never,
  });
  const paces = new Paces({ requestsPerSecond: 5, clock, deadline: new Deadline(clock, milliseconds) });
  return { clock, sentAt, paces, client };
}

const describeJob = () => new DescribeJobCommand({ jobId: 'a' });
const deleteJob = () => new DeleteJobCommand({ jobId: 'a' });
const stopped = async () => {
  throw new Error('not any more');
};

describe('a paced client', () => {
  test('sends the calls of each operation in their turns, and does not wait for those of others', async () => {
    const { clock, sentAt, paces, client } = setUp();
    const paced = pacedBy(paces, client);
    await clock.run(
      Promise.all([1, 2, 3].map(() => paced.send(describeJob())).concat(paced.send(deleteJob()) as never)),
    );
    expect(sentAt).toEqual([0, 0, 200, 400]);
    expect(paces.of('DescribeJob').underWay).toBeCloseTo(0.25);
  });

  test('repeats what is throttled, and learns from that', async () => {
    const { clock, sentAt, paces, client } = setUp([429, 200]);
    await clock.run(pacedBy(paces, client).send(describeJob()));
    expect(sentAt).toHaveLength(2);
    expect(paces.throttled).toBe(1);
    expect(Object.keys(paces.learned())).toEqual(['DescribeJob']);
  });
});

describe('a guarded command', () => {
  test.each(['a paced client', 'a client'])('is not sent by %s where its guard stops it', async kind => {
    const { clock, sentAt, paces, client } = setUp();
    const sender = kind === 'a client' ? client : pacedBy(paces, client);
    await expect(clock.run(sender.send(guarded(deleteJob(), stopped)))).rejects.toThrow(/^not any more$/);
    expect(sentAt).toEqual([]);
    expect(paces.of('DeleteJob').underWay).toBe(0);
  });

  test('asks its guard in its turn, and again before it is repeated', async () => {
    const { clock, sentAt, paces, client } = setUp([200, 429, 200]);
    const paced = pacedBy(paces, client);
    const askedAt: number[] = [];
    const guard = async () => {
      askedAt.push(clock.now());
      await clock.sleep(1_000);
    };
    await clock.run(Promise.all([1, 2].map(() => paced.send(guarded(deleteJob(), guard)))));
    expect(askedAt.slice(0, 2)).toEqual([0, 200]);
    expect(askedAt).toHaveLength(3);
    expect(sentAt).toEqual(askedAt.map(at => at + 1_000));
    // what the guard takes is no latency of the service.
    expect(paces.of('DeleteJob').underWay).toBeLessThan(1);
  });

  test('is sent as it is without a guard', async () => {
    const { clock, sentAt, client } = setUp();
    const command = deleteJob();
    expect(guarded(command, undefined)).toBe(command);
    await clock.run(client.send(command));
    expect(sentAt).toHaveLength(1);
    await clock.run(client.send(guarded(command, async () => {})));
    expect(sentAt).toHaveLength(2);
  });
});

describe('an explained client', () => {
  const explain = (operation: string) => `${operation} of fleet`;

  test('says what its errors are about', async () => {
    const { clock, client } = setUp([400]);
    await expect(clock.run(explainedBy(explain, client).send(deleteJob()))).rejects.toThrow(/^DeleteJob of fleet: /);
  });

  test('says nothing of what has no time: that is no error of the service', async () => {
    const { clock, paces, client } = setUp([200], -1);
    const late = pacedBy(paces, explainedBy(explain, client)).send(deleteJob());
    await expect(clock.run(late)).rejects.toThrow(/^no turn before the deadline$/);
    const { client: other } = setUp();
    const stoppedLate = guarded(deleteJob(), () => Promise.reject('no error'));
    await expect(explainedBy(explain, other).send(stoppedLate)).rejects.toBe('no error');
  });
});

describe('a call without a client', () => {
  test('is made in its turn, if its guard allows it', async () => {
    const { clock, paces } = setUp();
    const madeAt: number[] = [];
    const pace = paces.of('ListStackResources');
    const call = async () => void madeAt.push(clock.now());
    const guard = () => clock.sleep(300);
    await clock.run(Promise.all([inPace(pace, call), inPace(pace, call, guard)]));
    expect(madeAt).toEqual([0, 500]);
    await expect(clock.run(inPace(pace, call, stopped))).rejects.toThrow(/^not any more$/);
    expect(madeAt).toHaveLength(2);
    expect(pace.underWay).toBe(0);
  });
});
