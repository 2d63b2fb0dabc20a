/** What a failed call means for the one who paces it. */
export type Fault = 'throttled' | 'transient' | 'final';

// LimitExceededException is not among them, though the SDK counts it as throttling: IoT Jobs means a full house by it.
const THROTTLING = new Set([
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

const TRANSIENT = new Set([
  'InternalFailure',
  'InternalFailureException',
  'InternalServerException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TimeoutError',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
]);

export function faultOf(error: unknown): Fault {
  const { name, code, $metadata } = Object(error) as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  const is = (names: ReadonlySet<string>) => names.has(name ?? '') || names.has(code ?? '');
  if (is(THROTTLING) || status === 429) return 'throttled';
  return is(TRANSIENT) || status >= 500 ? 'transient' : 'final';
}
