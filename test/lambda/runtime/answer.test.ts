import fc from 'fast-check';
import { type Outcome, fitting, respond, responseBody } from '../../../lambda/runtime/answer';
import { Deadline } from '../../../lambda/runtime/clock';
import { type Put } from '../../../lambda/runtime/http';
import { jsonLog } from '../../../lambda/runtime/log';
import { AnswerUrl } from '../../../testing/answer-url';
import { anyCharacter } from '../../../testing/characters';
import { FakeClock } from '../../../testing/clock';
import { deliver } from '../../../testing/deliver';

const LIMIT = 4096;
const location = { logGroupName: '/aws/lambda/provider', awsRequestId: 'invocation-1' };
const ENVELOPE = {
  ResponseURL: 'http://127.0.0.1/',
  StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/fleet/5a1c',
  RequestId: 'request-1',
  LogicalResourceId: 'Thing',
};

const failed = (message: string): Outcome => ({ status: 'FAILED', physicalResourceId: 'thing/a', message });
const reasonOf = (message: string): string => JSON.parse(responseBody(failed(message), ENVELOPE, location)).Reason;

/** Every kind of character, weighted towards those that take many bytes or escapes. */
const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ maxLength, unit: anyCharacter, size: 'max' }),
    fc.string({
      maxLength,
      size: 'max',
      unit: fc.constantFrom('a', 'é', '家', '🚀', '"', '\\', '\u0000', '\n', '\ud83d', '\ude80'),
    }),
  );
const envelope = fc.record({
  ResponseURL: fc.constant('http://127.0.0.1/'),
  StackId: fc.string({ maxLength: 228 }),
  RequestId: fc.uuid(),
  LogicalResourceId: fc.string({ maxLength: 255 }),
});
const physicalResourceId = fc.string({ minLength: 1, maxLength: 256, unit: 'grapheme-ascii' });
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ status: fc.constant('FAILED' as const), physicalResourceId, message: text(6000) }),
  fc.record({
    status: fc.constant('SUCCESS' as const),
    physicalResourceId,
    data: fc.dictionary(fc.string({ maxLength: 40 }), text(2500), { maxKeys: 4 }),
    noEcho: fc.boolean(),
  }),
);

test('whatever the reason, data and ids, the body is valid JSON of at most 4,096 bytes', () => {
  fc.assert(
    fc.property(outcome, envelope, (wanted, event) => {
      const sent = fitting(wanted, event);
      const body = responseBody(sent, event, location);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
      const answer = JSON.parse(body) as Record<string, unknown>;
      expect(answer).toMatchObject({
        Status: sent.status,
        PhysicalResourceId: wanted.physicalResourceId,
        StackId: event.StackId,
        RequestId: event.RequestId,
        LogicalResourceId: event.LogicalResourceId,
      });
      if (sent.status === 'FAILED') expect(answer.Reason).toMatch(/ \(log group .*, request invocation-1\)$/s);
    }),
  );
});

test('a long reason keeps its head and where to read on, and uses the space', () => {
  fc.assert(
    fc.property(text(200), fc.integer({ min: 4096, max: 9000 }), (head, length) => {
      const reason = reasonOf(head + 'x'.repeat(length));
      expect(reason.startsWith(head)).toBe(true);
      expect(reason).toMatch(/x\.\.\. \(log group \/aws\/lambda\/provider, request invocation-1\)$/);
      const body = responseBody(failed(head + 'x'.repeat(length)), ENVELOPE, location);
      expect(Buffer.byteLength(body)).toBe(LIMIT);
    }),
  );
});

test('a reason is cut between characters, never within one', () => {
  expect(reasonOf('🚀'.repeat(3000))).toMatch(/^(🚀)+\.\.\. \(log group/u);
});

test('a short reason is left as it is', () => {
  expect(reasonOf('no')).toBe('no (log group /aws/lambda/provider, request invocation-1)');
});

test.each([
  [true, true],
  [false, undefined],
  [undefined, undefined],
])('what must not be shown is said to be so: %s', (noEcho, NoEcho) => {
  const success: Outcome = { status: 'SUCCESS', physicalResourceId: 'thing/a', data: {}, noEcho };
  expect(JSON.parse(responseBody(success, ENVELOPE, location)).NoEcho).toBe(NoEcho);
});

describe('where no time is left', () => {
  const delivery = (put: Put) => {
    const clock = new FakeClock();
    const log = jsonLog({ now: () => 0, write: () => {} }, 'fleet', {});
    return { clock, put, log, end: new Deadline(clock, clock.now()) };
  };

  test('an answer is tried once', async () => {
    let attempts = 0;
    const put = async () => (attempts++, 503);
    await expect(respond('https://host/?secret', '{}', delivery(put))).rejects.toThrow(/: host answered 503$/);
    expect(attempts).toBe(1);
  });

  test('it has a second nevertheless', async () => {
    const put: Put = async (_url, _body, timeout) => {
      throw new DOMException(`after ${timeout}`, 'TimeoutError');
    };
    await expect(respond('https://host/?secret', '{}', delivery(put))).rejects.toThrow(
      'host did not answer within 1000 ms',
    );
  });
});

describe('an answer that is too long', () => {
  let cloudFormation: AnswerUrl;
  beforeAll(async () => {
    cloudFormation = await AnswerUrl.listen();
  });
  afterAll(() => cloudFormation.close());

  test("fails with our message, which names the largest attribute, before CloudFormation's", async () => {
    const data = { Small: 'x', Large: 'é'.repeat(2500) };
    const create = async () => ({ physicalResourceId: 'thing/a', data });
    const { answer } = await deliver(cloudFormation, { handler: { create } });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing/a' });
    expect(answer.Reason).toMatch(
      /^the answer has 5\d\d\d bytes, CloudFormation accepts 4096; the largest attribute is Large with 5000 bytes/,
    );
    expect(answer).not.toHaveProperty('Data');
  });

  test('is measured in bytes: what just fits succeeds', () => {
    const answer = (length: number): Outcome => ({
      status: 'SUCCESS',
      physicalResourceId: 'thing/a',
      data: { Text: 'x'.repeat(length) },
    });
    const overhead = Buffer.byteLength(responseBody(answer(0), ENVELOPE, location));
    expect(fitting(answer(LIMIT - overhead), ENVELOPE).status).toBe('SUCCESS');
    expect(fitting(answer(LIMIT - overhead + 1), ENVELOPE).status).toBe('FAILED');
  });
});
