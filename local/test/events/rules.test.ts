import { DescribeRuleCommand, EventBridgeClient, PutEventsCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';
import { client } from '../core/fixtures';

const QUEUE = 'arn:aws:sqs:us-east-1:111111111111:q';

let aws: LocalAws;
beforeEach(async () => {
  aws = await LocalAws.start({ clock: new SteppingClock() });
});
afterEach(() => aws.stop());

const events = (operation: string, input: object = {}) => aws.call('events', operation, input);
const putRule = (more: object = {}) => events('PutRule', { Name: 'r', EventPattern: '{"source":["app"]}', ...more });
const putTargets = (...Targets: object[]) => events('PutTargets', { Rule: 'r', Targets });
const target = (Id: string, more: object = {}) => ({ Id, Arn: QUEUE, ...more });
const targetIds = async (input: object = {}) => {
  const { Targets } = await events('ListTargetsByRule', { Rule: 'r', ...input });
  return Targets.map(({ Id }: { Id: string }) => Id);
};

test('a rule is put and described as the API has it', async () => {
  const sdk = new EventBridgeClient(client(aws));
  const rule = { Name: 'r', EventPattern: '{"source":["app"]}', Description: 'd', State: 'DISABLED' as const };
  const { RuleArn } = await sdk.send(new PutRuleCommand(rule));
  expect(RuleArn).toBe('arn:aws:events:us-east-1:111111111111:rule/r');
  expect(await sdk.send(new DescribeRuleCommand({ Name: 'r' }))).toMatchObject({ ...rule, Arn: RuleArn });
  const entry = { Source: 'app', DetailType: 't', Detail: '{}', Time: new Date() };
  expect((await sdk.send(new PutEventsCommand({ Entries: [entry] }))).FailedEntryCount).toBe(0);
  sdk.destroy();
});

test('putting a rule again replaces what it says and leaves its targets', async () => {
  await putRule({ Description: 'd' });
  await putTargets(target('a'));
  await events('PutRule', { Name: 'r', ScheduleExpression: 'rate(1 day)' });
  const described = await events('DescribeRule', { Name: 'r' });
  expect(described).toMatchObject({ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' });
  expect([described.EventPattern, described.Description]).toEqual([undefined, undefined]);
  expect(await targetIds()).toEqual(['a']);
});

test('rules are listed by prefix, in pages', async () => {
  for (const Name of ['b2', 'b1', 'a']) await putRule({ Name });
  const list = async (input: object) => {
    const { Rules, NextToken } = await events('ListRules', input);
    return { names: Rules.map(({ Name }: { Name: string }) => Name), NextToken };
  };
  expect((await list({ NamePrefix: 'b' })).names).toEqual(['b1', 'b2']);
  const { names, NextToken } = await list({ Limit: 2 });
  expect(names).toEqual(['a', 'b1']);
  expect((await list({ Limit: 2, NextToken })).names).toEqual(['b2']);
});

test('targets are replaced by id, removed and listed in pages', async () => {
  await putRule();
  await putTargets(target('a'), target('b'));
  await putTargets(target('b', { Input: '1' }), target('c'));
  expect(await targetIds({ Limit: 2 })).toEqual(['a', 'b']);
  expect(await targetIds({ Limit: 2, NextToken: '2' })).toEqual(['c']);
  expect(await events('RemoveTargets', { Rule: 'r', Ids: ['a', 'x'] })).toMatchObject({
    FailedEntryCount: 1,
    FailedEntries: [{ TargetId: 'x', ErrorCode: 'ResourceNotFoundException' }],
  });
  expect(await targetIds()).toEqual(['b', 'c']);
});

test('a rule with targets is not deleted', async () => {
  await putRule();
  await putTargets(target('a'));
  await expect(events('DeleteRule', { Name: 'r' })).rejects.toMatchObject({ code: 'ValidationException' });
  await events('RemoveTargets', { Rule: 'r', Ids: ['a'] });
  await events('DeleteRule', { Name: 'r' });
  expect(aws.events.rules.size).toBe(0);
});

test('a bus has 300 rules', async () => {
  for (let i = 0; i < 300; i++) await putRule({ Name: `r${i}` });
  await putRule({ Name: 'r1' });
  await expect(putRule()).rejects.toMatchObject({ code: 'LimitExceededException', status: 400 });
});

test.each([
  ['a rule without pattern and schedule', 'PutRule', { EventPattern: undefined }, 'ValidationException'],
  ['a pattern that is none', 'PutRule', { EventPattern: '{"source":"app"}' }, 'InvalidEventPatternException'],
  ['a schedule that is none', 'PutRule', { ScheduleExpression: 'daily' }, 'ValidationException'],
  ['a name with a slash', 'PutRule', { Name: 'a/b' }, 'ValidationException'],
  ['a name of 65 characters', 'PutRule', { Name: 'x'.repeat(65) }, 'ValidationException'],
  ['a description of 513 characters', 'PutRule', { Description: 'x'.repeat(513) }, 'ValidationException'],
  ['another bus', 'PutRule', { EventBusName: 'other' }, 'ResourceNotFoundException'],
  ['a rule that is not there', 'DescribeRule', {}, 'ResourceNotFoundException'],
  ['a rule that is not there', 'EnableRule', {}, 'ResourceNotFoundException'],
  ['a rule that is not there', 'DeleteRule', {}, 'ResourceNotFoundException'],
])('refuses %s: %s', async (_what, operation, input, code) => {
  const defaults = operation === 'PutRule' ? { EventPattern: '{"source":["app"]}' } : {};
  await expect(events(operation, { Name: 'r', ...defaults, ...input })).rejects.toMatchObject({ code, status: 400 });
});

test.each([
  ['six targets', ['a', 'b', 'c', 'd', 'e', 'f'].map(id => target(id)), 'LimitExceededException'],
  ['an id twice', [target('a'), target('a')], 'ValidationException'],
  ['an input that is no JSON', [target('a', { Input: '{' })], 'ValidationException'],
  ['an input of 8,193 characters', [target('a', { Input: `"${'x'.repeat(8191)}"` })], 'ValidationException'],
  ['an input and a path', [target('a', { Input: '1', InputPath: '$' })], 'ValidationException'],
  ['an ARN that is none', [target('a', { Arn: 'queue' })], 'ValidationException'],
  [
    'a state machine without a role',
    [target('a', { Arn: 'arn:aws:states:us-east-1:111111111111:stateMachine:m' })],
    'ValidationException',
  ],
])('refuses %s', async (_what, targets, code) => {
  await putRule();
  await expect(putTargets(...targets)).rejects.toMatchObject({ code, status: 400 });
  expect(await targetIds()).toEqual([]);
});

describe('putting events', () => {
  const put = (...entries: object[]) =>
    events('PutEvents', {
      Entries: entries.map(entry => ({ Source: 'app', DetailType: 't', Detail: '{}', ...entry })),
    });

  test.each([
    ['without a source', { Source: undefined }, 'InvalidArgument'],
    ['without a type', { DetailType: undefined }, 'InvalidArgument'],
    ['with a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
    ['with a detail that is no object', { Detail: '[]' }, 'MalformedDetail'],
    ['in the name of a service', { Source: 'aws.states' }, 'NotAuthorizedForSourceException'],
  ])('refuses one %s and takes the others', async (_what, entry, ErrorCode) => {
    expect(await put(entry, {})).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode }, { EventId: expect.any(String) }],
    });
  });

  test('refuses more than ten, and more than 256 KB', async () => {
    await expect(put(...Array.from({ length: 11 }, () => ({})))).rejects.toMatchObject({ code: 'ValidationException' });
    const Detail = JSON.stringify({ text: 'x'.repeat(140_000) });
    await expect(put({ Detail }, { Detail })).rejects.toMatchObject({ code: 'ValidationException' });
  });
});
