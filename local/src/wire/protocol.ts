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

/** What a request asks for. */
export interface Reading {
  readonly operation: string;
  readonly input: object;
}

/** How a family of services speaks over HTTP. */
export interface WireProtocol {
  /** Throws ServiceError if the request names no operation of the service or cannot be read. */
  read(request: HttpRequest, service: Service): Reading | Promise<Reading>;
  write(result: unknown, operation: string, service: Service): HttpAnswer;
  writeError(error: ServiceError, service: Service): HttpAnswer;
  /** How services of this protocol say that a principal may not do something. */
  accessDenied(message: string): ServiceError;
}

export const successStatus = (operation: Operation): number => operation.status ?? 200;

export function unknownOperation(what: string): ServiceError {
  return new ServiceError('UnknownOperationException', `the local AWS has no operation for ${what}`, 404);
}

/** JSON as AWS writes it: dates are seconds since the epoch. */
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
    // falls through to the error that services give for both.
  }
  throw new ServiceError('SerializationException', 'the request body is not a JSON object', 400);
}
