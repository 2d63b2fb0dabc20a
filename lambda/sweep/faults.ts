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
  const { name, code, isTransient, $metadata } = Object(error) as {
    name?: string;
    code?: string;
    /** Of errors of services that are none of AWS's. */
    isTransient?: boolean;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  const is = (names: ReadonlySet<string>) => names.has(name ?? '') || names.has(code ?? '');
  if (is(THROTTLING) || status === 429) return 'throttled';
  return isTransient || is(TRANSIENT) || status >= 500 ? 'transient' : 'final';
}
