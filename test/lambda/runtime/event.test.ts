import {
  createFailedId,
  eventToken,
  isCreateFailedId,
  markOf,
  parseEnvelope,
  parseEvent,
  sentAt,
} from '../../../lambda/runtime/event';

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

describe('the time at which an event was sent is that of its URL', () => {
  test.each<[string, number | undefined]>([
    ['X-Amz-Date=20261122T130405Z', Date.UTC(2026, 10, 22, 13, 4, 5)],
    ['Expires=1795356000', (1_795_356_000 - 7_200) * 1_000],
    ['Expires=0', undefined],
    ['Expires=soon', undefined],
    ['X-Amz-Date=20261122T130405', undefined],
    ['X-Amz-Date=120261122T130405Z', undefined],
    ['X-Amz-Date=20261122T130405Z0', undefined],
    ['', undefined],
  ])('%s', (query, expected) => {
    expect(sentAt(url(query))).toBe(expected);
    const mark = markOf({ RequestId, ResponseURL: url(query) }, 17);
    expect(mark).toEqual({ sentAt: expected ?? 17, hash: token(query).slice(0, 8) });
  });
});

const EVENT = {
  RequestType: 'Update',
  RequestId,
  ResponseURL: url(''),
  StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/fleet/5a1c',
  ResourceType: 'Custom::Thing',
  LogicalResourceId: 'Thing',
  PhysicalResourceId: 'thing/a',
  ResourceProperties: { Name: 'a' },
  OldResourceProperties: { Name: 'b' },
};

test('only a Create can do without a physical id', () => {
  expect(parseEvent(EVENT)).toEqual(EVENT);
  const without = (RequestType: string) => parseEvent({ ...EVENT, RequestType, PhysicalResourceId: undefined });
  expect(without('Create')).toMatchObject({ RequestType: 'Create' });
  for (const type of ['Update', 'Delete']) expect(() => without(type)).toThrow(/PhysicalResourceId must be a string/);
});

test.each(['ftp://host/http:', 'http://', 'xhttp://host', 'hush'])('%s is no URL to answer to', ResponseURL => {
  expect(() => parseEnvelope({ ...EVENT, ResponseURL })).toThrow('ResponseURL must be an http(s) URL');
});

test('the id of a Create that has made nothing tells that, and is short', () => {
  const id = createFailedId(EVENT);
  expect(id).toMatch(/^create-failed\/[0-9a-f]{16}$/);
  expect(isCreateFailedId(id)).toBe(true);
  for (const other of [undefined, 'thing/a', 'thing/create-failed/']) expect(isCreateFailedId(other)).toBe(false);
});
