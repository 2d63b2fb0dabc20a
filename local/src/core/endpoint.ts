/**
 * An endpoint on the port beside the services of AWS. Requests to it have a path of their own and no signature by a key
 * of AWS.
 */
import { type HttpAnswer, type HttpRequest } from '../wire/protocol';
import { type ServiceError } from './service';

/** An incoming request. */
export interface UnsignedCall {
  readonly operation: string;
  /** The input for the record of calls, without secrets. */
  readonly input: Readonly<Record<string, unknown>>;
  /** A text in the event on which the caller works. Only this text tells who calls. */
  readonly about: string;
  /** Carries the request out. Throws ServiceError. */
  run(): HttpAnswer;
}

export interface Endpoint {
  /** The name under which its calls are recorded, and by which faults select them. */
  readonly recordedAs: string;
  isFor(request: HttpRequest): boolean;
  read(request: HttpRequest): UnsignedCall;
  writeError(error: ServiceError): HttpAnswer;
}
