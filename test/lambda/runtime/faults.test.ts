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
  ['a full house', named('LimitExceededException', { $metadata: { httpStatusCode: 409 } }), 'final'],
  ['a refusal', named('ValidationException', { $metadata: { httpStatusCode: 400 } }), 'final'],
  ['what is no error', 'no way', 'final'],
  ['nothing', undefined, 'final'],
])('%s', (_what, error, fault) => {
  expect(faultOf(error)).toBe(fault);
});

test.each<[string, number, boolean]>([
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
