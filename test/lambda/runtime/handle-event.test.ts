import { string, struct } from '../../../contract/shape';
import { type Answer } from '../../../lambda/runtime/custom-resource';
import { Irreversible, Refusal } from '../../../lambda/runtime/errors';
import { AnswerUrl } from '../../../testing/answer-url';
import { EVENT_STACK_ID, THING, deleteOf, deliver, toyHandler, updateOf } from '../../../testing/deliver';

let cloudFormation: AnswerUrl;
beforeAll(async () => {
  cloudFormation = await AnswerUrl.listen();
});
afterAll(() => cloudFormation.close());

const fails = (message: string) => async (): Promise<never> => {
  throw new Error(message);
};
const ROLLING_BACK = async () => ({ status: 'UPDATE_ROLLBACK_IN_PROGRESS' });

describe('an answer', () => {
  test('repeats what names the event, word for word', async () => {
    const { answers } = await deliver(cloudFormation);
    expect(answers).toEqual([
      {
        Status: 'SUCCESS',
        PhysicalResourceId: 'thing/a',
        StackId: EVENT_STACK_ID,
        RequestId: 'c0ffee00-1111-2222-3333-444455556666',
        LogicalResourceId: 'Thing',
        Data: { Arn: 'arn:thing' },
      },
    ]);
  });

  test('masks its data where the handler asks for it', async () => {
    const create = async (): Promise<Answer> => ({ physicalResourceId: 'thing/a', data: { Key: 'k' }, noEcho: true });
    expect((await deliver(cloudFormation, { handler: { create } })).answer).toMatchObject({ NoEcho: true });
    expect((await deliver(cloudFormation)).answer).not.toHaveProperty('NoEcho');
  });

  test('of a failure gives the message first and where to read on, not a stack trace', async () => {
    const { answer } = await deliver(cloudFormation, { handler: { create: fails('the bucket is empty') } });
    expect(answer.Status).toBe('FAILED');
    expect(answer.Reason).toBe('the bucket is empty (log group /aws/lambda/provider, request invocation-1)');
  });

  test('of a failure names the error of an AWS service', async () => {
    const conflict = Object.assign(new Error('already there'), { name: 'ConflictException', $metadata: {} });
    const create = async () => Promise.reject(conflict);
    const { answer } = await deliver(cloudFormation, { handler: { create } });
    expect(answer.Reason).toMatch(/^ConflictException: already there \(/);
  });

  test('leaves out a presigned URL that an error quotes', async () => {
    const create = fails('cannot read https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=5ec7e7 now');
    const { answer } = await deliver(cloudFormation, { handler: { create } });
    expect(answer.Reason).toMatch(/^cannot read https:\/\/b\.s3\.amazonaws\.com\/k\?\[redacted\] now/);
  });
});

describe('the physical id', () => {
  test('of a Create that failed before its properties could be read is a marker', async () => {
    const { answer } = await deliver(cloudFormation, { event: { ResourceProperties: {} } });
    expect(answer.Status).toBe('FAILED');
    expect(answer.PhysicalResourceId).toMatch(/^create-failed\/[0-9a-f]{16}$/);
  });

  test('of a Create with invalid properties is a marker: the Delete could not call the service with them', async () => {
    const shape = struct({ Name: string(() => 'no such name') });
    const { answer } = await deliver(cloudFormation, { handler: { shape } });
    expect(answer.PhysicalResourceId).toMatch(/^create-failed\//);
  });

  test('marks the resource, so that every delivery of the event gives the same', async () => {
    const marker = async (LogicalResourceId: string) =>
      (await deliver(cloudFormation, { event: { LogicalResourceId, ResourceProperties: {} } })).answer
        .PhysicalResourceId;
    expect(await marker('One')).toBe(await marker('One'));
    expect(await marker('One')).not.toBe(await marker('Two'));
  });

  test('that marks a failed Create is deleted without a handler', async () => {
    const handlers = { [THING]: toyHandler({ delete: fails('called') }) };
    const event = deleteOf('create-failed/0123456789abcdef', { ResourceProperties: {} });
    const { answer } = await deliver(cloudFormation, { event, handlers });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'create-failed/0123456789abcdef' });
  });

  test('of a Create that failed half-way is the real one, so that the Delete finds what exists', async () => {
    const { answer } = await deliver(cloudFormation, { handler: { create: fails('half-way') } });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing/a' });
  });

  test('of a failed Update is the old one', async () => {
    const event = updateOf('thing/old');
    const { answer } = await deliver(cloudFormation, { event, handler: { update: fails('no') } });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing/old' });
  });

  test('of an Update whose properties cannot be read is the old one', async () => {
    const event = updateOf('thing/old', { ResourceProperties: {} });
    expect((await deliver(cloudFormation, { event })).answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'thing/old',
    });
  });

  test('of an Update may be a new one: a replacement', async () => {
    const update = async (): Promise<Answer> => ({ physicalResourceId: 'thing/new', data: {} });
    const { answer } = await deliver(cloudFormation, { event: updateOf('thing/old'), handler: { update } });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'thing/new' });
  });

  test('of a Create is the announced one, else a failed Create would lose what it made', async () => {
    const create = async (): Promise<Answer> => ({ physicalResourceId: 'log-stream-1', data: {} });
    const { answer } = await deliver(cloudFormation, { handler: { create } });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing/a' });
  });

  test('of a failed Create that only reads says that nothing was created', async () => {
    const handler = { createOnlyReads: true, create: () => Promise.reject(new Error('not found')) };
    const { answer } = await deliver(cloudFormation, { handler });
    expect(answer).toMatchObject({ Status: 'FAILED' });
    expect(answer.PhysicalResourceId).toMatch(/^create-failed\//);
    expect((await deliver(cloudFormation, { handler: { createOnlyReads: true } })).answer).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'thing/a',
    });
  });

  test('of a Create may have at its end what only the service could know', async () => {
    const create = async (): Promise<Answer> => ({ physicalResourceId: 'thing/a/1', data: {} });
    const { answer } = await deliver(cloudFormation, { handler: { create } });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'thing/a/1' });
  });

  test('does not exceed 1,024 bytes', async () => {
    const { answer } = await deliver(cloudFormation, { handler: { physicalResourceId: () => 'é'.repeat(513) } });
    expect(answer.Reason).toMatch(/^a physical id must have at most 1024 bytes, got 1026/);
    expect(answer.PhysicalResourceId).toMatch(/^create-failed\//);
    const longest = 'é'.repeat(512);
    const create = async (): Promise<Answer> => ({ physicalResourceId: longest, data: {} });
    const handler = { physicalResourceId: () => longest, create };
    expect((await deliver(cloudFormation, { handler })).answer).toMatchObject({ PhysicalResourceId: longest });
  });
});

describe('nonsense is a failure, never a success', () => {
  const NO_ANSWER = /^the handler answered .*, expected a physical id and data/;
  const NO_ID = /^the handler must answer a physical id, got /;
  const NO_DATA = /^the handler answered the data .*, expected a map of strings/;
  const NO_TEXT = /^the attribute Arn must be a string, got /;

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, NO_ANSWER],
    ['null', null, NO_ANSWER],
    ['a string', 'done', NO_ANSWER],
    ["CloudFormation's own failure", { Status: 'FAILED', Reason: 'no' }, NO_ID],
    ['no id', { data: {} }, NO_ID],
    ['an empty id', { physicalResourceId: '', data: {} }, NO_ID],
    ['an id that is no string', { physicalResourceId: 7, data: {} }, NO_ID],
    ['no data', { physicalResourceId: 'thing/a' }, NO_DATA],
    ['null as its data', { physicalResourceId: 'thing/a', data: null }, NO_DATA],
    ['a string as its data', { physicalResourceId: 'thing/a', data: 'done' }, NO_DATA],
    ['data with undefined', { physicalResourceId: 'thing/a', data: { Arn: undefined } }, NO_TEXT],
    ['nested data', { physicalResourceId: 'thing/a', data: { Arn: { Of: 'x' } } }, NO_TEXT],
    [
      'attribute names with dots',
      { physicalResourceId: 'thing/a', data: { 'Arn.Of': 'x' } },
      /^the attribute "Arn.Of" must have a name without dots/,
    ],
  ])('%s', async (_what, answered, reason) => {
    const answer = async () => answered as Answer;
    const created = await deliver(cloudFormation, { handler: { create: answer } });
    const updated = await deliver(cloudFormation, { event: updateOf('thing/a'), handler: { update: answer } });
    const failure = { Status: 'FAILED', Reason: expect.stringMatching(reason) };
    expect(created.answer).toMatchObject(failure);
    expect(updated.answer).toMatchObject(failure);
  });

  test.each<[string, unknown, RegExp]>([
    ['a string', 'oops', /^a value that is not an error was thrown: "oops"/],
    ['nothing', undefined, /^a value that is not an error was thrown: "undefined"/],
    ['an object', { code: 1 }, /^a value that is not an error was thrown: "\[object Object\]"/],
  ])('%s thrown', async (_what, thrown, reason) => {
    const create = async () => Promise.reject(thrown);
    const { answer } = await deliver(cloudFormation, { handler: { create } });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason) });
  });

  test.each(['Create', 'Update', 'Delete'])('%s of an unknown resource type', async RequestType => {
    const event = { RequestType, ResourceType: 'Custom::Other', PhysicalResourceId: 'other/1' };
    const { answer } = await deliver(cloudFormation, { event });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'other/1' });
    expect(answer.Reason).toMatch(/^unknown resource type "Custom::Other", expected one of Custom::Thing/);
  });

  test('a resource type that every object has as a property', async () => {
    const { answer } = await deliver(cloudFormation, { event: { ResourceType: 'constructor' } });
    expect(answer.Reason).toMatch(/^unknown resource type "constructor"/);
  });
});

describe('an event', () => {
  test.each<[object, RegExp]>([
    [{ RequestType: 'Read' }, /^property RequestType must be one of Create, Update, Delete, got "Read"/],
    [{ ResourceType: undefined }, /^property ResourceType must be a string, got nothing/],
    [{ ResourceProperties: 'x' }, /^property ResourceProperties must be a map, got "x"/],
    [{ RequestType: 'Delete' }, /^property PhysicalResourceId must be a string in Delete, got nothing/],
  ])('that is malformed is answered FAILED: %j', async (event, reason) => {
    const { answer } = await deliver(cloudFormation, { event: { ...event } });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason) });
  });

  test.each(['ResponseURL', 'StackId', 'RequestId', 'LogicalResourceId'])(
    'without %s is none of CloudFormation: there is nobody to answer',
    async missing => {
      const delivered = deliver(cloudFormation, { event: { [missing]: undefined } });
      await expect(delivered).rejects.toThrow(`property ${missing} must be`);
    },
  );

  test('whose URL is none is not quoted, since it would be a credential', async () => {
    const delivered = deliver(cloudFormation, { event: { ResponseURL: 'hush' } });
    await expect(delivered).rejects.toThrow(/^property ResponseURL must be an http\(s\) URL$/);
  });

  test('delivered twice, at once or later, is handled and answered twice alike', async () => {
    const handler = toyHandler();
    const handlers = { [THING]: handler };
    const [first, second] = await Promise.all([
      deliver(cloudFormation, { handlers }),
      deliver(cloudFormation, { handlers }),
    ]);
    const third = await deliver(cloudFormation, { handlers });
    expect(handler.calls).toEqual(['create', 'create', 'create']);
    expect(second.answer).toEqual(first.answer);
    expect(third.answer).toEqual(first.answer);
  });

  test('delivered twice has the same token, and a retried deployment of the same RequestId another', async () => {
    const tokens: string[] = [];
    const create = async (_wanted: unknown, { eventToken }: { eventToken: string }): Promise<Answer> => {
      tokens.push(eventToken);
      return { physicalResourceId: 'thing/a', data: {} };
    };
    const { clock } = await deliver(cloudFormation, { handler: { create } });
    await deliver(cloudFormation, { handler: { create } });
    await deliver(cloudFormation, { handler: { create }, sentAt: clock.now() - 60_000 });
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[0]);
    expect(tokens[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  test('hands an Update what the old properties said, or nothing where they cannot be read', async () => {
    const previous: unknown[] = [];
    const update = async (_w: unknown, physicalResourceId: string, _s: unknown, old: unknown): Promise<Answer> => {
      previous.push(old);
      return { physicalResourceId, data: {} };
    };
    await deliver(cloudFormation, { event: updateOf('thing/a'), handler: { update } });
    const event = updateOf('thing/a', { OldResourceProperties: { OldName: 'a' } });
    const { answer } = await deliver(cloudFormation, { event, handler: { update } });
    expect(previous).toEqual([{ Name: 'a' }, undefined]);
    expect(answer.Status).toBe('SUCCESS');
  });

  test('whose handlers cannot be loaded is answered, and so is the Delete that follows', async () => {
    const surroundings = { service: fails('Cannot find module') };
    const created = await deliver(cloudFormation, { surroundings });
    expect(created.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^Cannot find module/) });
    const event = deleteOf(String(created.answer.PhysicalResourceId));
    expect((await deliver(cloudFormation, { event, surroundings })).answer.Status).toBe('SUCCESS');
  });
});

describe('what cannot or must not be changed', () => {
  const answer = { physicalResourceId: 'thing/other', data: { Arn: 'arn:kept' } };
  const errors = [
    new Irreversible('published stays published, wanted DRAFT', answer),
    new Refusal('it belongs to stack x', answer),
  ];

  test.each(errors)('fails an Update outside of a rollback: $message', async error => {
    const update = async () => Promise.reject(error);
    const { answer, log } = await deliver(cloudFormation, { event: updateOf('thing/a'), handler: { update } });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing/a' });
    expect(answer.Reason).toContain(error.message);
    expect(log).toContainEqual(expect.objectContaining({ Refused: 1, StackName: 'fleet' }));
  });

  test.each(errors)('stays, and lets an Update of a rollback succeed as what is there: $message', async error => {
    const update = async () => Promise.reject(error);
    const { answer, log } = await deliver(cloudFormation, {
      event: updateOf('thing/a'),
      handler: { update },
      describeStack: ROLLING_BACK,
    });
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'thing/other',
      Data: { Arn: 'arn:kept' },
    });
    expect(log).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: error.message, refused: error.name }),
    );
    expect(log).toContainEqual(expect.objectContaining({ Refused: 1 }));
  });

  test.each(errors)(
    'fails a Delete outside of a rollback, and lets one in a rollback succeed: $message',
    async error => {
      const handler = { delete: async () => Promise.reject(error) };
      const event = deleteOf('thing/a');
      expect((await deliver(cloudFormation, { event, handler })).answer.Status).toBe('FAILED');
      const rolledBack = await deliver(cloudFormation, { event, handler, describeStack: ROLLING_BACK });
      expect(rolledBack.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'thing/a' });
    },
  );

  test('fails a Create, whatever the stack does', async () => {
    const create = async () => Promise.reject(errors[1]);
    const { answer } = await deliver(cloudFormation, { handler: { create }, describeStack: ROLLING_BACK });
    expect(answer.Status).toBe('FAILED');
  });

  test('fails an Update of a rollback whose attributes nobody knows', async () => {
    const update = async () => Promise.reject(new Irreversible('no way back'));
    const delivery = { event: updateOf('thing/a'), handler: { update }, describeStack: ROLLING_BACK };
    expect((await deliver(cloudFormation, delivery)).answer.Status).toBe('FAILED');
  });

  test('any other error fails a rollback too', async () => {
    const handler = { update: fails('no'), delete: fails('no') };
    for (const event of [updateOf('thing/a'), deleteOf('thing/a')]) {
      const { answer, log } = await deliver(cloudFormation, { event, handler, describeStack: ROLLING_BACK });
      expect(answer.Status).toBe('FAILED');
      expect(log).not.toContainEqual(expect.objectContaining({ Refused: 1 }));
    }
  });

  test('fails with both reasons where it cannot be read whether the stack rolls back', async () => {
    const update = async () => Promise.reject(errors[0]);
    const describeStack = fails('AccessDenied');
    const { answer } = await deliver(cloudFormation, {
      event: updateOf('thing/a'),
      handler: { update },
      describeStack,
    });
    expect(answer.Status).toBe('FAILED');
    expect(answer.Reason).toMatch(/^published stays published.*; besides, .*AccessDenied.*DescribeStacks/);
  });
});

describe('validation', () => {
  const shape = struct({ Name: string(() => 'the name is too short') });

  test('fails an Update before any call', async () => {
    const handler = toyHandler({ shape });
    const { answer } = await deliver(cloudFormation, { event: updateOf('thing/a'), handlers: { [THING]: handler } });
    expect(answer.Reason).toMatch(/^the name is too short/);
    expect(handler.calls).toEqual([]);
  });

  test('does not stop a rollback to properties that an older version of the rules let pass', async () => {
    const handler = toyHandler({ shape });
    const delivery = { event: updateOf('thing/a'), handlers: { [THING]: handler }, describeStack: ROLLING_BACK };
    expect((await deliver(cloudFormation, delivery)).answer.Status).toBe('SUCCESS');
    expect(handler.calls).toEqual(['update']);
  });

  test('is not asked in a Delete', async () => {
    const { answer } = await deliver(cloudFormation, { event: deleteOf('thing/a'), handler: { shape } });
    expect(answer.Status).toBe('SUCCESS');
  });
});
