import { inputOf } from '../../src/services/events/target-input';

const EVENT = {
  id: '1',
  resources: ['arn:1'],
  detail: { 'stack-id': 'arn:stack', text: 'a "quoted" text', count: 5, nested: { a: 1 } },
};
const CONTEXT = { ruleArn: 'arn:rule', ruleName: 'r', ingestionTime: 0 };
const input = (target: object) => inputOf({ Id: 'a', Arn: 'arn', ...target }, EVENT, CONTEXT);
const transformed = (InputTemplate: string, InputPathsMap?: Record<string, string>) =>
  input({ InputTransformer: { InputTemplate, InputPathsMap } });

test('a target gets the event', () => {
  expect(JSON.parse(input({}))).toEqual(EVENT);
});

test('or a constant', () => {
  expect(input({ Input: '{"a": 1}' })).toBe('{"a": 1}');
});

test.each([
  ['$', EVENT],
  ['$.detail.nested', { a: 1 }],
  ['$.detail.stack-id', 'arn:stack'],
  ['$.resources[0]', 'arn:1'],
  ['$.absent', null],
])('or the part of the event at %s', (InputPath, expected) => {
  expect(JSON.parse(input({ InputPath }))).toEqual(expected);
});

test.each([
  ['a value', '{"id":<id>}', { id: 'arn:stack' }],
  ['a number', '{"id":<count>}', { id: 5 }],
  ['an object', '{"id":<nested>}', { id: { a: 1 } }],
  ['null for what is not there', '{"id":<absent>}', { id: null }],
  ['a value within a text', '{"id":"stack <id>!"}', { id: 'stack arn:stack!' }],
  ['a text with quotes within a text', '"<text>"', 'a "quoted" text'],
  ['nothing within a text for what is not there', '"[<absent>]"', '[]'],
  ['the name of the rule', '{"rule":<aws.events.rule-name>}', { rule: 'r' }],
  ['the whole event', '{"event":<aws.events.event.json>}', { event: EVENT }],
])('or a template with %s', (_what, template, expected) => {
  const paths = {
    id: '$.detail.stack-id',
    count: '$.detail.count',
    nested: '$.detail.nested',
    absent: '$.x',
    text: '$.detail.text',
  };
  expect(JSON.parse(transformed(template, paths))).toEqual(expected);
});
