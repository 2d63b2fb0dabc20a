// documented: Smithy, "AWS JSON 1.1 protocol", for dates and for SerializationException
import { type Operation, type Service, ServiceError } from '../core/service';

/** An HTTP request, read to its end. */
export interface HttpRequest {
  readonly method: string;
  /** Percent-encoded, without the query string. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The operation and the input of a request. */
export interface Reading {
  readonly operation: string;
  readonly input: object;
}

/** The wire protocol of a family of services over HTTP. */
export interface WireProtocol {
  /** Throws ServiceError if the request cannot be read or names an operation that the service does not have. */
  read(request: HttpRequest, service: Service): Reading | Promise<Reading>;
  write(result: unknown, operation: string, service: Service): HttpAnswer;
  writeError(error: ServiceError, service: Service): HttpAnswer;
  /** The error of services with this protocol for a denied call. */
  accessDenied(message: string): ServiceError;
}

export const successStatus = (operation: Operation): number => operation.status ?? 200;

export function unknownOperation(what: string): ServiceError {
  return new ServiceError('UnknownOperationException', `the local AWS has no operation for ${what}`, 404);
}

/** JSON in AWS's form: dates are seconds since the epoch. */
export function stringify(value: unknown): string {
  return JSON.stringify(value ?? {}, function (this: Record<string, unknown>, key, member) {
    const original = this[key];
    return original instanceof Date ? original.getTime() / 1000 : (member as unknown);
  });
}

/** Reads a JSON object. */
export function parseObject(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // falls through to the error that services have for both.
  }
  throw new ServiceError('SerializationException', 'the request body is not a JSON object', 400);
}
