/** The payload and the answer of an invocation. */
// documented: API reference, Invoke
import { type Members, ServiceError } from '../../core/service';
import { type HttpAnswer } from '../../wire/protocol';
import { invalid } from './function';
import { type Result } from './runner';

/** The most bytes of the payload of an invocation. documented: developer guide, gettingstarted-limits */
const PAYLOAD_BYTES = { RequestResponse: 6_291_456, Event: 1_048_576 };

export function readPayload(payload: Buffer | string | undefined, type: keyof typeof PAYLOAD_BYTES): string {
  const limit = PAYLOAD_BYTES[type];
  if (limit === undefined) throw invalid(`${type} is not a valid invocation type`);
  const text = payload === undefined || payload.length === 0 ? '{}' : payload.toString();
  // documented: developer guide, gettingstarted-limits
  if (Buffer.byteLength(text) > limit) {
    throw new ServiceError(
      'RequestTooLargeException',
      `Request must be smaller than ${limit} bytes for the ${type} operation`,
      413,
    );
  }
  try {
    JSON.parse(text);
  } catch (error) {
    throw new ServiceError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
    );
  }
  return text;
}

export function describeResult(result: Result, { withTail }: { readonly withTail: boolean }): object {
  return {
    StatusCode: 200,
    ExecutedVersion: '$LATEST',
    ...(withTail && { LogResult: Buffer.from(result.logTail).toString('base64') }),
    ...('error' in result
      ? { FunctionError: 'Unhandled', Payload: JSON.stringify(result.error) }
      : { Payload: result.payload }),
  };
}

export function invocationAnswer({
  StatusCode,
  ExecutedVersion,
  LogResult,
  FunctionError,
  Payload,
}: Members): HttpAnswer {
  return {
    status: StatusCode,
    headers: {
      ...(ExecutedVersion && { 'x-amz-executed-version': ExecutedVersion }),
      ...(FunctionError && { 'x-amz-function-error': FunctionError }),
      ...(LogResult && { 'x-amz-log-result': LogResult }),
    },
    body: Payload,
  };
}
