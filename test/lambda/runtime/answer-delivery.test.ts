import { put } from '../../../lambda/runtime/http';
import { AnswerUrl } from '../../../testing/answer-url';
import { deliver } from '../../../testing/deliver';

let cloudFormation: AnswerUrl;
beforeEach(async () => {
  cloudFormation = await AnswerUrl.listen();
});
afterEach(() => cloudFormation.close());

const create = jest.fn(async () => ({ physicalResourceId: 'thing/a', data: {} }));
beforeEach(() => create.mockClear());

test('the answer is put to the URL with its query, port and protocol, and an empty content type', async () => {
  const { clock } = await deliver(cloudFormation);
  const { pathname, search } = new URL(cloudFormation.url(clock.now()));
  expect(cloudFormation.received).toEqual([
    { method: 'PUT', path: pathname + search, contentType: '', body: expect.stringMatching(/^\{"Status":"SUCCESS"/) },
  ]);
});

test('an answer that is taken is given once', async () => {
  const { answers, clock } = await deliver(cloudFormation);
  expect(answers).toHaveLength(1);
  expect(clock.sleeps.filter(slept => slept < 60_000)).toEqual([]);
});

test('an answer that fails on its way is given again, the handler is not run again', async () => {
  cloudFormation.meetWith(503, 'cut', 500);
  const { answers, clock } = await deliver(cloudFormation, { handler: { create } });
  expect(answers).toHaveLength(4);
  expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1);
  expect(create).toHaveBeenCalledTimes(1);
  const backoffs = clock.sleeps.filter(slept => slept < 60_000);
  expect(backoffs).toHaveLength(3);
  backoffs.forEach((backoff, index) => expect(backoff).toBeLessThanOrEqual(400 * 2 ** index));
});

test('a redirection is no delivery', async () => {
  cloudFormation.meetWith(307);
  expect((await deliver(cloudFormation)).answers).toHaveLength(2);
});

test('attempts are bounded; then the invocation fails, so that Lambda delivers the event again', async () => {
  cloudFormation.meetWith(...Array<number>(20).fill(503));
  await expect(deliver(cloudFormation)).rejects.toThrow(/could not be delivered: 127\.0\.0\.1:\d+ answered 503$/);
  expect(cloudFormation.received).toHaveLength(6);
});

test('an expired URL is not tried again', async () => {
  cloudFormation.meetWith(403);
  const { answers, log } = await deliver(cloudFormation);
  expect(answers).toHaveLength(1);
  expect(log).toContainEqual(expect.objectContaining({ level: 'ERROR', message: expect.stringContaining('expired') }));
});

test('a hanging connection is given up, tried again and explained: the function has no way to S3', async () => {
  cloudFormation.meetWith('hang');
  const impatient: typeof put = (url, body, timeout) => put(url, body, timeout / 50);
  const { answers, log } = await deliver(cloudFormation, { surroundings: { put: impatient } });
  expect(answers).toHaveLength(2);
  expect(log).toContainEqual(
    expect.objectContaining({
      level: 'WARN',
      message: expect.stringMatching(/did not answer within 5000 ms; a function in a VPC needs a way to S3/),
    }),
  );
});

test('nobody listening is a failure that names the host, never the URL', async () => {
  const surroundings = { put: (_url: string, body: string) => put('http://127.0.0.1:1/?Signature=5ec7e7', body, 500) };
  await expect(deliver(cloudFormation, { surroundings })).rejects.toThrow(/: ECONNREFUSED$/);
});
