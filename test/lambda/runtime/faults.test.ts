import { isRefusedByService, isThrottled, isTransient } from '../../../lambda/runtime/retry';

type Fault = 'throttled' | 'transient' | 'final';

const named = (name: string, more: object = {}) => Object.assign(new Error('no way'), { name, ...more });

const faultOf = (error: unknown): Fault =>
  isThrottled(error) ? 'throttled' : isTransient(error) ? 'transient' : 'final';

test.each<[string, unknown, Fault]>([
  ['a throttled call', named('ThrottlingException'), 'throttled'],
  ['a call that HTTP throttles', named('Other', { $metadata: { httpStatusCode: 429 } }), 'throttled'],
  ['a broken connection', named('Error', { code: 'ECONNRESET' }), 'transient'],
  ['a service that is unwell', named('Other', { $metadata: { httpStatusCode: 503 } }), 'transient'],
  ['an error that says so itself', named('NoAnswer', { isTransient: true }), 'transient'],
  ['an error that denies it', named('WeChatError', { isTransient: false }), 'final'],
  ['a service that is just about unwell', named('Other', { $metadata: { httpStatusCode: 500 } }), 'transient'],
  ['a request that is wrong', named('Other', { $metadata: { httpStatusCode: 499 } }), 'final'],
  ['an error that says it is throttled', named('WeChatError', { isThrottled: true }), 'throttled'],
  ['an error that denies that', named('WeChatError', { isThrottled: false }), 'final'],
  ['a full house', named('LimitExceededException', { $metadata: { httpStatusCode: 409 } }), 'final'],
  ['a refusal', named('ValidationException', { $metadata: { httpStatusCode: 400 } }), 'final'],
  ['what is no error', 'no way', 'final'],
  ['nothing', undefined, 'final'],
])('%s', (_what, error, fault) => {
  expect(faultOf(error)).toBe(fault);
});

const THROTTLED = [
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttled',
  'ThrottledException',
  'Throttling',
  'TooManyRequestsException',
];
const TRANSIENT = ['InternalFailure', 'InternalServerException', 'ServiceUnavailable', 'TimeoutError', 'EPIPE'];

test.each([
  ...THROTTLED.map(name => [name, 'throttled'] as const),
  ...TRANSIENT.map(name => [name, 'transient'] as const),
])('%s is told by its whole name: %s', (name, fault) => {
  expect(faultOf(named(name))).toBe(fault);
  expect(faultOf(named(`No${name}`))).toBe('final');
  expect(faultOf(named(`${name}Off`))).toBe('final');
});

test.each<[string, number | undefined, boolean]>([
  ['TokenRefreshRequired', 400, false],
  ['NextTokenException', 400, true],
  ['ValidationException', 399, false],
  ['Error', undefined, false],
  ['ValidationException', 400, true],
  ['InvalidRequestException', 400, true],
  ['LimitExceededException', 409, true],
  ['SomethingNewException', 418, true],
  ['AccessDeniedException', 403, false],
  ['ThrottlingException', 429, false],
  ['TooManyRequestsException', 400, false],
  ['ExpiredTokenException', 403, false],
  ['InvalidSignatureException', 403, false],
  ['MissingAuthenticationToken', 403, false],
  ['InternalFailureException', 500, false],
])('%s (%d) is a refusal, which a rollback bears: %s', (name, httpStatusCode, expected) => {
  expect(isRefusedByService(named(name, { $metadata: { httpStatusCode } }))).toBe(expected);
});
