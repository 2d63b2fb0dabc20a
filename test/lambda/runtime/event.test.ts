import { eventToken } from '../../../lambda/runtime/event';

const RequestId = 'c0ffee00-1111-2222-3333-444455556666';
const url = (query: string) => `https://s3.amazonaws.com/arn%3Aaws/stack%7CThing?${query}`;
const token = (query: string, requestId = RequestId) => eventToken({ RequestId: requestId, ResponseURL: url(query) });

test('a token is as long as a service takes it, and has no spaces', () => {
  expect(token('X-Amz-Date=20261122T120000Z')).toMatch(/^[0-9a-f]{64}$/);
});

test('the signature of the URL is no part of a token', () => {
  const signed = (by: string) =>
    token(`X-Amz-Date=20261122T120000Z&X-Amz-Credential=${by}&X-Amz-Security-Token=${by}&X-Amz-Signature=${by}`);
  expect(signed('one')).toBe(signed('other'));
  expect(token('Expires=1795356000&AWSAccessKeyId=A&Signature=a')).toBe(
    token('Expires=1795356000&AWSAccessKeyId=B&Signature=b'),
  );
});

test('another request, and the same one of a retried deployment, have tokens of their own', () => {
  const first = token('X-Amz-Date=20261122T120000Z');
  expect(token('X-Amz-Date=20261122T120000Z', 'another')).not.toBe(first);
  expect(token('X-Amz-Date=20261122T120001Z')).not.toBe(first);
});
