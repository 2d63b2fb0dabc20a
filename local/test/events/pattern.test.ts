import { type Pattern, matchesPattern, parsePattern } from '../../src/services/events/pattern';

const EVENT = {
  source: 'aws.cloudformation',
  'detail-type': 'CloudFormation Stack Status Change',
  resources: ['arn:1', 'arn:2'],
  detail: {
    'stack-id': 'arn:aws:cloudformation:us-east-1:111111111111:stack/App/1',
    'status-details': { status: 'UPDATE_COMPLETE', 'status-reason': '' },
    count: 5,
    flag: true,
    nothing: null,
    items: [{ name: 'a' }, { name: 'b', size: 2 }],
  },
};

const matches = (pattern: Pattern) => matchesPattern(parsePattern(JSON.stringify(pattern)), EVENT);
const detail = (wanted: Pattern) => matches({ detail: wanted });

test.each<[string, Pattern, boolean]>([
  ['one of the listed values', { source: ['aws.s3', 'aws.cloudformation'] }, true],
  ['none of the listed values', { source: ['aws.s3'] }, false],
  ['all members', { source: ['aws.cloudformation'], account: ['1'] }, false],
  ['any element of an array', { resources: ['arn:2'] }, true],
  ['no element of an array', { resources: ['arn:3'] }, false],
  ['one of two alternatives', { $or: [{ source: ['aws.s3'] }, { resources: ['arn:1'] }] }, true],
  ['none of two alternatives', { $or: [{ source: ['aws.s3'] }, { resources: ['arn:3'] }] }, false],
])('an event is held against %s', (_what, pattern, expected) => {
  expect(matches(pattern)).toBe(expected);
});

test.each<[string, Pattern, boolean]>([
  ['nested values', { 'status-details': { status: ['UPDATE_COMPLETE'] } }, true],
  ['other nested values', { 'status-details': { status: ['CREATE_COMPLETE'] } }, false],
  ['a number', { count: [5] }, true],
  ['a number as text', { count: ['5'] }, false],
  ['a boolean', { flag: [true] }, true],
  ['null', { nothing: [null] }, true],
  ['null where there is nothing', { absent: [null] }, false],
  ['the empty text', { 'status-details': { 'status-reason': [''] } }, true],
  ['members of the objects in an array', { items: { name: ['b'] } }, true],
  ['a prefix', { 'stack-id': [{ prefix: 'arn:aws:cloudformation:' }] }, true],
  ['another prefix', { 'stack-id': [{ prefix: 'arn:aws:s3:' }] }, false],
  ['a prefix whatever its case', { 'stack-id': [{ prefix: { 'equals-ignore-case': 'ARN:AWS' } }] }, true],
  ['a suffix', { 'status-details': { status: [{ suffix: '_COMPLETE' }] } }, true],
  ['a text whatever its case', { 'status-details': { status: [{ 'equals-ignore-case': 'update_complete' }] } }, true],
  ['a wildcard', { 'stack-id': [{ wildcard: 'arn:*:stack/App/*' }] }, true],
  ['a wildcard that does not fit', { 'stack-id': [{ wildcard: 'arn:*:stack/Other/*' }] }, false],
  ['anything but a text', { 'status-details': { status: [{ 'anything-but': 'CREATE_COMPLETE' }] } }, true],
  ['anything but several', { 'status-details': { status: [{ 'anything-but': ['A', 'UPDATE_COMPLETE'] }] } }, false],
  ['anything but a prefix', { 'status-details': { status: [{ 'anything-but': { prefix: 'UPDATE' } }] } }, false],
  ['anything but a text where there is nothing', { absent: [{ 'anything-but': 'A' }] }, false],
  ['something that exists', { count: [{ exists: true }] }, true],
  ['something that does not', { absent: [{ exists: true }] }, false],
  ['the absence of something', { absent: [{ exists: false }] }, true],
  ['the absence of what is there', { count: [{ exists: false }] }, false],
  ['an absence within what is absent', { absent: { name: [{ exists: false }] } }, true],
  ['an object, which is no value', { 'status-details': [{ exists: true }] }, false],
  ['a range', { count: [{ numeric: ['>', 4, '<=', 5] }] }, true],
  ['a range that it is outside of', { count: [{ numeric: ['>', 5] }] }, false],
])('a detail is held against %s', (_what, pattern, expected) => {
  expect(detail(pattern)).toBe(expected);
});

test.each([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['nothing', '{}'],
  ['a value that is no list', '{"source":"a"}'],
  ['an empty list', '{"source":[]}'],
  ['a list in a list', '{"source":[["a"]]}'],
  ['an unknown rule', '{"source":[{"like":"a"}]}'],
  ['two rules in one', '{"source":[{"prefix":"a","suffix":"b"}]}'],
  ['an existence that is no boolean', '{"source":[{"exists":"yes"}]}'],
  ['bounds that are none', '{"detail":{"n":[{"numeric":[">","1"]}]}}'],
  ['an unknown exception', '{"source":[{"anything-but":{"like":"a"}}]}'],
])('a pattern of %s is refused', (_what, text) => {
  expect(() => parsePattern(text)).toThrow(expect.objectContaining({ code: 'InvalidEventPatternException' }));
});
