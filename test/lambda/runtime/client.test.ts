import { getEventListeners } from 'node:events';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { awsService, clientConfig } from '../../../lambda/runtime/client';
import { AnswerUrl, type Reception } from '../../../testing/answer-url';

let service: AnswerUrl;
beforeEach(async () => {
  service = await AnswerUrl.listen();
});
afterEach(() => service.close());

function client(ended: AbortSignal): CloudFormationClient {
  return new CloudFormationClient({
    ...clientConfig(ended),
    endpoint: new URL(service.url(0)).origin,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
  });
}

test('a client calls nothing any more once the event has been answered', async () => {
  const ended = new AbortController();
  const calls = client(ended.signal);
  ended.abort();
  await expect(calls.send(new DescribeStacksCommand({}))).rejects.toThrow(/abort/i);
  expect(service.received).toEqual([]);
});

test('a call under way is cut when the event is answered for it, and not repeated', async () => {
  const ended = new AbortController();
  service.meetWith('hang', 'hang');
  const call = client(ended.signal).send(new DescribeStacksCommand({}));
  const cut = expect(call).rejects.toThrow(/abort/i);
  while (service.received.length === 0) await new Promise(setImmediate);
  ended.abort();
  await cut;
  expect(service.received).toHaveLength(1);
});

test('a service that hangs is given up, and the client leaves it to the handlers to call again', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  try {
    const began = Date.now();
    service.meetWith(...Array<Reception>(20).fill('hang'));
    let failure: unknown;
    client(new AbortController().signal)
      .send(new DescribeStacksCommand({}))
      .catch(error => (failure = error));
    while (!failure) {
      const { length } = service.received;
      for (let turn = 0; turn < 50 && service.received.length === length; turn++) await new Promise(setImmediate);
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(failure).toMatchObject({ name: 'TimeoutError' });
    expect(service.received).toHaveLength(1);
    expect(Date.now() - began).toBeLessThan(30_000);
  } finally {
    jest.useRealTimers();
  }
});

test('many calls leave no listeners behind', async () => {
  const { signal } = new AbortController();
  const calls = client(signal);
  for (let call = 0; call < 12; call++) await calls.send(new DescribeStacksCommand({})).catch(() => {});
  await new Promise(setImmediate);
  expect(service.received).toHaveLength(12);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('more calls are under way at a time than the SDK allows by itself, without a warning', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  const ended = new AbortController();
  service.meetWith(...Array<Reception>(100).fill('hang'));
  const many = client(ended.signal);
  const calls = Array.from({ length: 100 }, () => many.send(new DescribeStacksCommand({})));
  const cut = Promise.allSettled(calls);
  while (service.received.length < 100) await new Promise(setImmediate);
  ended.abort();
  await cut;
  process.off('warning', warn);
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

test('a question to CloudFormation is sent once: who asks repeats it, and tells the error in time', async () => {
  const access = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };
  const AWS_ENDPOINT_URL = new URL(service.url(0)).origin;
  const env = jest.replaceProperty(process, 'env', { ...process.env, ...access, AWS_ENDPOINT_URL });
  try {
    service.meetWith(503, 503);
    const { describeStack } = awsService(() => ({})).view(new AbortController().signal);
    await expect(describeStack('fleet')).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(service.received).toHaveLength(1);
  } finally {
    env.restore();
  }
});
